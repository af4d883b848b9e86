/**
 * What belongs to clients: families of three with a household, and a few notes, tasks and opportunities, some in all
 * CRMs, some in one alone. Made at the CRMs' screens, compared as each CRM's own API shows them.
 */
import type { CanonicalFields, FieldValue } from '../../lib/model/fields';
import { OBJECTS, type ObjectName } from '../../lib/model/objects';
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import type { Office, OfficeCrm } from '../../test/e2e/office';
import { screenOf } from '../../test/e2e/office-people';

const MEMBERS = 3;
const AT_ONCE = 8;
const DUE = '2027-01-15';
const CLOSES = '2027-03-31';

/** A family as one CRM holds it. */
interface Home {
	/** Tells families apart. */
	number: number;
	/** Ids of its people there. */
	people: readonly string[];
	/** The CRM has a household of them. */
	hasHousehold: boolean;
	notes: string[];
	tasks: string[];
	deals: string[];
}

export interface Family {
	number: number;
	/** CRM -> ids of its people; absent: they are not known there. */
	people: Partial<Record<Crm, readonly string[]>>;
}

/** Families of three out of clients that stand in the same CRMs, in the order in which they were made. */
export function familiesOf(
	clients: ReadonlyArray<Partial<Record<Crm, string>>>,
	share: number,
): Family[] {
	const families: Family[] = [];
	const most = Math.floor((clients.length * share) / MEMBERS);
	for (let start = 0; families.length < most; start += MEMBERS) {
		const members = clients.slice(start, start + MEMBERS);
		if (members.length < MEMBERS) break;
		const people = Object.fromEntries(
			CRMS.flatMap((crm) => {
				const ids = members.flatMap((one) => one[crm] ?? []);
				return ids.length === MEMBERS ? [[crm, ids] as const] : [];
			}),
		);
		if (Object.keys(people).length > 0) families.push({ number: families.length, people });
	}
	return families;
}

export async function makeBelongings(office: Office, families: readonly Family[]): Promise<void> {
	for (const crm of CRMS) {
		const homes = families.flatMap((family) => homeIn(crm, family));
		const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
			for (let at = lane; at < homes.length; at += AT_ONCE) {
				const home = homes[at];
				if (home !== undefined) await make(office[crm], home);
			}
		});
		await Promise.all(lanes);
	}
}

/** Shared families: one CRM lacks the household, and each has a note, a task and a deal that the others have or lack. */
function homeIn(crm: Crm, { number, people }: Family): Home[] {
	const own = people[crm];
	if (own === undefined) return [];
	const place = CRMS.indexOf(crm);
	const isShared = Object.keys(people).length > 1;
	const isTurn = !isShared || number % CRMS.length === place;
	return [
		{
			number,
			people: own,
			hasHousehold: !isShared || number % CRMS.length !== place,
			notes: isTurn ? [`Met family ${number} in person.`] : [],
			tasks: [`Review of family ${number}`],
			deals: isTurn && number % 2 === 0 ? [`Plan of family ${number}`] : [],
		},
	];
}

async function make(crm: OfficeCrm, home: Home): Promise<void> {
	const { number, people, notes, tasks, deals } = home;
	const screen = screenOf(crm);
	const [head = '', spouse = ''] = people;
	const about = (crmId: string) => ({ object: 'contact' as const, crmId });
	if (home.hasHousehold) await screen.household(`Household ${number}`, people);
	for (const text of notes) await screen.note(about(head), text);
	for (const subject of tasks)
		await screen.task(about(spouse), { subject, dueDate: DUE, priority: 'Normal' });
	for (const name of deals)
		await screen.opportunity(about(head), {
			name,
			amount: 1_000 + number,
			stage: 'Identified',
			closeDate: CLOSES,
		});
}

/** What is compared; `client` and `household` by the name of the other record. */
const COMPARED: Partial<Record<ObjectName, readonly string[]>> = {
	contact: ['household'],
	household: ['name'],
	opportunity: ['client', 'name', 'amount', 'stage', 'closeDate'],
	note: ['client', 'text'],
	task: ['client', 'subject', 'dueDate', 'done'],
};

export interface Belongings {
	/** Records by object, of all CRMs together. */
	records: Partial<Record<ObjectName, number>>;
	/** Contacts that are in a household, in the CRM where they are fewest. */
	members: number;
	/** `redtail note: ...`: what another CRM holds and this one does not, or holds once more. */
	differences: string[];
}

export async function compareBelongings(office: Office): Promise<Belongings> {
	const lines = new Map<Crm, Map<string, number>>();
	const records: Belongings['records'] = {};
	const members: number[] = [];
	for (const crm of CRMS) {
		const held = await heldBy(office[crm]);
		for (const { object } of held) records[object] = (records[object] ?? 0) + 1;
		members.push(held.filter(({ fields }) => isSaid(fields['household'])).length);
		lines.set(crm, counted(held.map(({ line }) => line)));
	}
	const all = new Set([...lines.values()].flatMap((own) => [...own.keys()]));
	const differences = [...all].flatMap((line) => {
		const counts = CRMS.map((crm) => lines.get(crm)?.get(line) ?? 0);
		const most = Math.max(...counts);
		return CRMS.flatMap((crm, place) =>
			counts[place] === most ? [] : [`${crm} ${line}: ${counts[place]} of ${most}`],
		);
	});
	return { records, members: Math.min(...members), differences };
}

function isSaid(value: FieldValue | undefined): boolean {
	return value !== undefined && value !== null;
}

interface Held {
	object: ObjectName;
	fields: CanonicalFields;
	line: string;
}

async function heldBy({ connector, context, fieldMap }: OfficeCrm): Promise<Held[]> {
	const { signal } = new AbortController();
	const records: Array<{ object: ObjectName; crmId: string; fields: CanonicalFields }> = [];
	for (const object of OBJECTS.filter((one) => COMPARED[one] !== undefined))
		for await (const page of connector.readAll(context, { fieldMap, object, signal }))
			records.push(
				...page.map(({ crmId, fields }) => ({ object, crmId, fields: fields as CanonicalFields })),
			);
	const names = new Map(records.map((one) => [`${one.object}:${one.crmId}`, nameOf(one)]));
	return records.map(({ object, fields }) => {
		const shown = { ...fields };
		for (const field of ['client', 'household'])
			if (isSaid(fields[field])) shown[field] = names.get(String(fields[field])) ?? 'nobody';
		const values = (COMPARED[object] ?? []).map((field) => shown[field] ?? null);
		return {
			object,
			fields,
			line: `${object} ${nameOf({ object, fields })} ${JSON.stringify(values)}`,
		};
	});
}

function nameOf({ object, fields }: Pick<Held, 'object' | 'fields'>): string {
	const { firstName, lastName, name, subject, text } = fields;
	if (object === 'contact') return `${String(firstName)} ${String(lastName)}`;
	return String((object === 'note' ? text : (name ?? subject)) ?? '');
}

function counted(lines: readonly string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
	return counts;
}
