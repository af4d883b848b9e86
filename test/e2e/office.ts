/**
 * What an office's three CRMs hold, each read through its own API and brought to canonical form, with names
 * in place of ids: what is the same everywhere reads the same everywhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connector, ConnectorContext, Json } from '../../lib/connectors/connector';
import { chosenMap } from '../../lib/connectors/objects/chosen';
import { redtail } from '../../lib/connectors/redtail';
import { salesforce } from '../../lib/connectors/salesforce';
import { wealthbox } from '../../lib/connectors/wealthbox';
import type { FieldMap, FieldMapping } from '../../lib/model/field-map';
import type { CanonicalFields, FieldValue } from '../../lib/model/fields';
import { OBJECTS, parseLocalReference, type ObjectName } from '../../lib/model/objects';
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import { contextOf, portOf } from '../unit/connectors/harness';
import type { Simulator } from '../simulators/simulator';
import type { Simulators } from '../simulators';

export interface OfficeCrm {
	name: Crm;
	connector: Connector;
	/** Of a person's own calls. */
	context: ConnectorContext;
	fieldMap: FieldMap;
	simulator: Simulator;
}
export type Office = Record<Crm, OfficeCrm>;

const CONNECTORS: Record<Crm, Connector> = { wealthbox, redtail, salesforce };

/** Families may be written: what that takes in Redtail, and its codes of roles, are settings. */
export const OFFICE_SETTINGS: Record<Crm, Record<string, Json>> = {
	wealthbox: { objects: [...OBJECTS] },
	redtail: {
		...{ objects: [...OBJECTS], familyWrites: true },
		familyRoles: { 'Head of Household': 1, Spouse: 2, Child: 3, Other: 4 },
	},
	salesforce: {
		objects: [...OBJECTS],
		...{ archiveField: 'Client_Status__c', archiveValue: 'Inactive', unarchiveValue: 'Active' },
	},
};

/** Wealthbox's words are the canonical ones here; the others have their own for the same. */
const WORDS: Record<string, Record<string, string>> = {
	'redtail.stage': { Identified: 'Prospecting', Proposal: 'Proposal', Won: 'Won', Lost: 'Lost' },
	'salesforce.stage': {
		...{ Identified: 'Prospecting', Proposal: 'Proposal/Price Quote' },
		...{ Won: 'Closed Won', Lost: 'Closed Lost' },
	},
	'redtail.householdRole': {
		...{ Head: 'Head of Household', Spouse: 'Spouse', Child: 'Child' },
		...{ 'Other Dependent': 'Other' },
	},
};

/** The default mappings of all objects, with words that differ translated. */
export function officeMap(crm: Crm): FieldMap {
	const { defaultFieldMap, objectFieldMap = [] } = CONNECTORS[crm];
	const whole = [...defaultFieldMap, ...chosenMap(objectFieldMap, OBJECTS)];
	return whole.map((mapping): FieldMapping => {
		const words = WORDS[`${crm}.${mapping.field}`];
		if (words === undefined) return mapping;
		const values = Object.entries(words).map(([canonical, own]) => ({ canonical, crm: own }));
		return { ...mapping, transform: { kind: 'picklist', values, unknown: 'omit' } };
	});
}

export function openOffice(simulators: Simulators): Office {
	const one = (name: Crm): OfficeCrm => {
		const connector = CONNECTORS[name];
		const simulator = simulators[name];
		// A person's calls do not bear the name that the fabric's own do.
		const settings = {
			...OFFICE_SETTINGS[name],
			...(name === 'salesforce' && { clientId: 'desk' }),
		};
		const context = contextOf(connector, portOf(simulator), settings);
		return { name, connector, context, fieldMap: officeMap(name), simulator };
	};
	return { wealthbox: one('wealthbox'), redtail: one('redtail'), salesforce: one('salesforce') };
}

/** Clients of the story have addresses here; others are left alone. */
export const DOMAIN = 'office.example';

/** Whom a record names that is not there any more. */
export const GONE = '(gone)';

export type Shown = Partial<Record<ObjectName, string[]>>;

const FIELDS: Partial<Record<ObjectName, readonly string[]>> = {
	contact: ['name', 'household', 'householdRole'],
	household: ['name'],
	opportunity: ['client', 'name', 'amount', 'stage', 'closeDate'],
	note: ['client', 'text'],
	task: ['client', 'subject', 'dueDate', 'priority', 'done'],
	event: ['client', 'subject', 'startsAt', 'endsAt'],
};
export const SHOWN = OBJECTS.filter((object) => object in FIELDS);

export interface OfficeRecord {
	object: ObjectName;
	crmId: string;
	fields: CanonicalFields;
}

export async function recordsOf(crm: OfficeCrm): Promise<OfficeRecord[]> {
	const { connector, context, fieldMap } = crm;
	const { signal } = new AbortController();
	const records: OfficeRecord[] = [];
	for (const object of SHOWN)
		for await (const page of connector.readAll(context, { fieldMap, object, signal }))
			records.push(...page.map(({ crmId, fields }) => ({ object, crmId, fields })));
	return records.filter(isOfOffice);
}

function isOfOffice({ object, fields }: OfficeRecord): boolean {
	if (object !== 'contact') return true;
	const emails = (fields.emails ?? []) as Array<{ address: string }>;
	return emails.some(({ address }) => address.endsWith(`@${DOMAIN}`));
}

/** The title under which people know a record. */
export function titleOf({ object, fields }: Pick<OfficeRecord, 'object' | 'fields'>): string {
	const { firstName, lastName, name, subject, text } = fields;
	if (object === 'contact') return `${String(firstName)} ${String(lastName)}`;
	return String((object === 'note' ? text : (name ?? subject)) ?? '');
}

/** Each record as one text, sorted. Salesforce knows no roles of members. */
export async function shown(crm: OfficeCrm): Promise<Shown> {
	const records = await recordsOf(crm);
	const names = new Map(
		records.map((record) => [`${record.object}:${record.crmId}`, titleOf(record)]),
	);
	const named = (value: FieldValue | undefined) => {
		const isReference = typeof value === 'string' && parseLocalReference(value) !== undefined;
		return names.get(String(value)) ?? (isReference ? GONE : value);
	};
	const lines = records.map((record) => {
		const { client, household, ...fields } = record.fields;
		const known = { ...fields, client: named(client), household: named(household) };
		const name = titleOf(record);
		return { object: record.object, line: lineOf(crm.name, record.object, { ...known, name }) };
	});
	return grouped(lines);
}

/** `name` of notes and tasks is not among their fields. */
function lineOf(
	crm: Crm,
	object: ObjectName,
	fields: Record<string, FieldValue | undefined>,
): string {
	const names = (FIELDS[object] ?? []).filter(
		(field) => crm !== 'salesforce' || field !== 'householdRole',
	);
	return names.map((field) => `${field}=${JSON.stringify(fields[field] ?? null)}`).join(' ');
}

function grouped(lines: ReadonlyArray<{ object: ObjectName; line: string }>): Shown {
	const of = (object: ObjectName) =>
		lines.flatMap((one) => (one.object === object ? [one.line] : [])).sort();
	return Object.fromEntries(SHOWN.map((object) => [object, of(object)]));
}

/** One record that should be in every CRM, references by title. */
export interface Fact {
	object: ObjectName;
	fields: Record<string, FieldValue>;
	/** What a CRM cannot do, or its policy forbids: fields that differ there; null: it has no such record. */
	except: Partial<Record<Crm, Record<string, FieldValue> | null>>;
}

export function expected(crm: Crm, facts: readonly Fact[]): Shown {
	const lines = facts.flatMap(({ object, fields, except }) => {
		const own = except[crm];
		return own === null ? [] : [{ object, line: lineOf(crm, object, { ...fields, ...own }) }];
	});
	return grouped(lines);
}

/** Waits until all three hold what is expected; else throws what they hold. */
export async function agreed(
	office: Office,
	facts: readonly Fact[],
	limitMs: number,
): Promise<void> {
	const PAUSE_MS = 250;
	const end = Date.now() + limitMs;
	for (const crm of CRMS) {
		const wanted = JSON.stringify(expected(crm, facts));
		while (JSON.stringify(await shown(office[crm])) !== wanted) {
			if (Date.now() > end)
				expect({ crm, ...(await shown(office[crm])) }).toEqual({ crm, ...expected(crm, facts) });
			await sleep(PAUSE_MS);
		}
	}
}

export async function idOf(crm: OfficeCrm, object: ObjectName, title: string): Promise<string> {
	const records = await recordsOf(crm);
	const found = records.filter((record) => record.object === object && titleOf(record) === title);
	const [only] = found;
	if (only === undefined || found.length > 1)
		throw new Error(`${crm.name} has ${found.length} records "${title}" (${object}).`);
	return only.crmId;
}
