/**
 * Three CRMs full of the same invented clients, and the people who edit them: what a change source
 * would read from them. Only what the hub needs to be given is kept, so memory does not grow with
 * the number of edits.
 */
import { connectors } from '../lib/connectors';
import { writesOut } from '../lib/model/field-map';
import type { ChangeEventInput } from '../lib/model/event';
import {
	isListField,
	type AddressItem,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListItem,
	type PhoneItem,
} from '../lib/model/fields';
import type { SystemRegistration } from '../lib/store/systems';
import { Chance } from '../test/simulation/chance';

/** Name and kind of each system, the most trusted last. */
export const SYSTEMS = ['redtail', 'wealthbox', 'salesforce'] as const;
export type System = (typeof SYSTEMS)[number];

export function registration(name: System): SystemRegistration {
	const connector = connectors.get(name);
	if (connector === undefined) throw new Error(`No connector is named ${name}.`);
	return {
		name,
		connector: name,
		priority: SYSTEMS.indexOf(name),
		fieldMap: connector.defaultFieldMap,
		settings: connector.defaultSettings,
		creates: true,
		gonePolicy: 'unlink',
		// The breaker counts, but nobody is at the desk to answer it.
		limits: { creates: 1e9, changes: 1e9, removals: 1e9 },
	};
}

export const FIRST_NAMES = [
	'Robert',
	'Katherine',
	'Michael',
	'Ngozi',
	'Susan',
	'Daniel',
	'Deborah',
	'Mei',
];
const BACKGROUND =
	'Met at the retirement seminar; wants a review of the education plan for both children in spring. Referred by';

const FIRST_BIRTH = Date.UTC(1935, 0, 1);
const BIRTHS_APART_MS = 3 * 86_400_000;

/** How often each kind of edit is made, in percent. */
const EDITS = { scalar: 80, phone: 10, email: 5, move: 5 };
const SCALARS = ['jobTitle', 'background'] as const;

export class Crms {
	/** System -> what the record of each client holds there. */
	private readonly held = new Map<System, CanonicalFields[]>();
	private readonly chance = new Chance(1);
	private serial = 0;

	constructor(readonly clients: number) {
		const people = Array.from({ length: clients }, (_, client) => this.person(client));
		for (const system of SYSTEMS) {
			this.held.set(
				system,
				people.map((fields) => this.written(projected(system, fields))),
			);
		}
	}

	/** The first read of the record of a client. */
	firstRead(system: System, client: number, at: number): ChangeEventInput {
		return this.event(system, client, 'snapshot', this.fieldsOf(system, client), at);
	}

	/** Somebody edits a client's record, and the change source reads it: a stream the change, a poll the record. */
	edit(system: System, client: number, at: number): ChangeEventInput {
		const before = this.fieldsOf(system, client);
		const changes = this.changes(before);
		const fields = { ...before, ...changes };
		this.keep(system, client, fields);
		return system === 'salesforce'
			? this.event(system, client, 'delta', changes, at)
			: this.event(system, client, 'snapshot', fields, at);
	}

	/** The fabric writes to a record; answers what it then holds of it. */
	write(system: System, crmId: string, changes: CanonicalFields): CanonicalFields {
		const client = Number(crmId.slice(-CRM_ID_DIGITS));
		const told = this.written(changes);
		this.keep(system, client, { ...this.fieldsOf(system, client), ...told });
		return told;
	}

	private fieldsOf(system: System, client: number): CanonicalFields {
		return this.held.get(system)?.[client] ?? {};
	}

	private keep(system: System, client: number, fields: CanonicalFields): void {
		const records = this.held.get(system);
		if (records !== undefined) records[client] = fields;
	}

	private event(
		system: System,
		client: number,
		kind: 'snapshot' | 'delta',
		fields: CanonicalFields,
		at: number,
	): ChangeEventInput {
		this.serial += 1;
		const instant = new Date(at).toISOString();
		return {
			eventId: `${system}:${crmIdOf(client)}:${instant}:${this.serial.toString(16).padStart(16, '0')}`,
			system,
			object: 'contact',
			crmId: crmIdOf(client),
			change: 'upsert',
			kind,
			fields,
			editedAt: instant,
			readAt: instant,
			receivedAt: instant,
		};
	}

	/** Every entry of a list gets a nested id of the CRM's. */
	private written(fields: CanonicalFields): CanonicalFields {
		const entries = Object.entries(fields).map(([field, value]) => {
			if (!isListField(field)) return [field, value] as const;
			const items = ((value ?? []) as ListItem[]).map((item) => {
				this.serial += 1;
				const entry = { ...item, ref: String(this.serial) };
				delete entry.formerKeys;
				return entry;
			});
			return [field, items] as const;
		});
		return Object.fromEntries(entries) as CanonicalFields;
	}

	private changes(before: CanonicalFields): CanonicalFields {
		switch (this.chance.weighed(EDITS)) {
			case 'scalar':
				return this.scalar();
			case 'phone':
				return { phones: this.withFirst<PhoneItem>(before['phones'], { number: this.phone() }) };
			case 'email':
				return { emails: this.withFirst<EmailItem>(before['emails'], { address: this.email() }) };
			case 'move':
				return {
					addresses: this.withFirst<AddressItem>(before['addresses'], { street: this.street() }),
					phones: this.withFirst<PhoneItem>(before['phones'], { number: this.phone() }),
				};
		}
	}

	private scalar(): CanonicalFields {
		const field = this.chance.pick(SCALARS) ?? 'jobTitle';
		const word = this.word();
		return { [field]: field === 'background' ? `${BACKGROUND} ${word}.` : `Adviser ${word}` };
	}

	/** The list with its first entry edited. */
	private withFirst<T extends ListItem>(value: FieldValue | undefined, edit: Partial<T>): T[] {
		const [first, ...others] = (value ?? []) as T[];
		return first === undefined ? [] : [{ ...first, ...edit }, ...others];
	}

	/** Nobody looks like anybody else: identity is to be known, not in doubt. */
	private person(client: number): CanonicalFields {
		const lastName = this.surname();
		const birthDate = new Date(FIRST_BIRTH + client * BIRTHS_APART_MS).toISOString().slice(0, 10);
		return {
			type: 'person',
			prefix: 'Dr.',
			firstName: FIRST_NAMES[client % FIRST_NAMES.length] ?? 'Ada',
			lastName,
			jobTitle: `Adviser ${this.word()}`,
			birthDate,
			status: 'Active',
			background: `${BACKGROUND} ${this.word()}.`,
			emails: [
				{ address: `${lastName}-${client}@example.com`, kind: 'work', primary: true },
				{ address: this.email(), kind: 'personal', primary: false },
			],
			phones: [
				{ number: this.phone(), kind: 'mobile', primary: true },
				{ number: this.phone(), kind: 'home', primary: false },
			],
			addresses: [
				{
					street: this.street(),
					city: 'Portland',
					state: 'ME',
					postalCode: String(this.chance.between(10_000, 99_999)),
					country: 'United States',
					kind: 'home',
					primary: true,
				},
			],
			tags: [{ name: 'Retirement plan' }, { name: 'Newsletter' }],
		};
	}

	private word(): string {
		return Math.floor(this.chance.next() * 36 ** 6).toString(36);
	}

	private email(): string {
		return `${this.word()}@example.net`;
	}

	private street(): string {
		return `${this.chance.between(1, 9_999)} ${this.surname()} Street`;
	}

	private surname(): string {
		const letters = Array.from({ length: 8 }, () => this.chance.between(0, 25));
		const name = letters.map((letter) => String.fromCharCode(97 + letter)).join('');
		return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
	}

	private phone(): string {
		const digits = String(this.chance.between(0, 9_999_999)).padStart(7, '0');
		return `+1 207-${digits.slice(0, 3)}-${digits.slice(3)}`;
	}
}

const CRM_ID_DIGITS = 9;

function crmIdOf(client: number): string {
	return `30${String(client).padStart(CRM_ID_DIGITS, '0')}`;
}

/** What the CRM can hold of these fields. */
function projected(system: System, fields: CanonicalFields): CanonicalFields {
	const { fieldMap, settings } = registration(system);
	const connector = connectors.get(system);
	return connector?.project(fields, fieldMap.filter(writesOut), settings) ?? {};
}
