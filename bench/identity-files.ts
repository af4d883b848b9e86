/**
 * Public data sets with known truth, as change events: `febrl` (FEBRL 1 to 4), `dsgen` (Febrl's DS-Gen), `splink`
 * (Splink's data sets). Every record is the only one of its system.
 */
import { readFileSync } from 'node:fs';
import type { ChangeEventInput } from '../lib/model/event';
import type { AddressItem, CanonicalFields } from '../lib/model/fields';
import { UsageError } from './arguments';

export type Format = 'febrl' | 'dsgen' | 'splink';

export interface KnownRecord {
	event: ChangeEventInput;
	/** Who it is: records with one of these are one person. */
	person: string;
}

type Row = Record<string, string>;

const READERS: Record<
	Format,
	{ person: (row: Row) => string; fields: (row: Row) => CanonicalFields }
> = {
	febrl: { person: ({ rec_id: id = '' }) => id.split('-')[1] ?? id, fields: australian },
	dsgen: {
		person: ({ rec_id: id = '' }) => String(Math.floor(Number(id) / 10)),
		fields: australian,
	},
	splink: { person: ({ cluster = '' }) => cluster, fields: english },
};

/** `without`: columns that are left out. Throws {@link UsageError} if the file is none of this format. */
export function readRecords(
	path: string,
	format: string,
	without: readonly string[],
): KnownRecord[] {
	const reader = READERS[format as Format];
	if (reader === undefined)
		throw new UsageError(`--format ${format} is unknown; use ${Object.keys(READERS).join(', ')}.`);
	const rows = parseCsv(readFileSync(path, 'utf8'));
	if (rows.length === 0) throw new UsageError(`${path} holds no records.`);
	const missing = without.filter((column) => !(column in (rows[0] ?? {})));
	if (missing.length > 0) throw new UsageError(`${path} has no column ${missing.join(', ')}.`);
	return rows.map((row) => {
		const kept = Object.fromEntries(
			Object.entries(row).filter(([name]) => !without.includes(name)),
		);
		return { person: reader.person(row), event: eventOf(reader.fields(kept)) };
	});
}

let serial = 0;
const AT = '2026-03-02T09:00:00.000Z';

export function eventOf(fields: CanonicalFields, system?: string): ChangeEventInput {
	serial += 1;
	return {
		eventId: `bench:${serial}`,
		system: system ?? `s${serial}`,
		object: 'contact',
		crmId: String(serial),
		change: 'upsert',
		kind: 'snapshot',
		fields: fields as ChangeEventInput['fields'],
		editedAt: AT,
		readAt: AT,
		receivedAt: AT,
	};
}

function australian(row: Row): CanonicalFields {
	const { phone_number: phone, street_number: number, address_1: street } = row;
	return clean({
		firstName: row['given_name'],
		lastName: row['surname'],
		birthDate: isoDate(row['date_of_birth']),
		taxId: row['soc_sec_id'],
		phones: phone ? [{ number: phone }] : undefined,
		addresses: addresses({
			street: [number, street].filter(Boolean).join(' '),
			street2: row['address_2'],
			city: row['suburb'],
			state: row['state'],
			postalCode: row['postcode'],
		}),
	});
}

function english(row: Row): CanonicalFields {
	const { email, phone } = row;
	return clean({
		firstName: row['first_name'],
		lastName: row['surname'] ?? row['last_name'],
		birthDate: isoDate(row['dob'] ?? row['date_of_birth']),
		emails: email ? [{ address: email }] : undefined,
		phones: phone ? [{ number: phone }] : undefined,
		addresses: addresses({
			city: row['city'],
			postalCode: row['postcode_fake'] ?? row['postcode'],
		}),
	});
}

function addresses(parts: AddressItem): AddressItem[] | undefined {
	const said = Object.entries(parts).filter(([, value]) => value);
	return said.length === 0 ? undefined : [Object.fromEntries(said)];
}

function clean(fields: Record<string, CanonicalFields[string] | undefined>): CanonicalFields {
	const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
	return Object.fromEntries(said) as CanonicalFields;
}

/** A mistyped date stays one as long as it has eight digits. */
function isoDate(text = ''): string | undefined {
	const digits = text.replace(/\D/g, '');
	if (digits.length !== 8) return undefined;
	return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** RFC 4180: commas, quoted values, doubled quotes; values without the blanks around them. */
export function parseCsv(text: string): Row[] {
	const lines: string[][] = [[]];
	for (const [, quoted, plain = '', end] of text.matchAll(
		/(?:\s*"((?:[^"]|"")*)"\s*|([^,\r\n]*))(,|\r?\n|$)/g,
	)) {
		const line = lines[lines.length - 1] as string[];
		line.push(quoted === undefined ? plain.trim() : quoted.replace(/""/g, '"'));
		if (end === '') break;
		if (end !== ',') lines.push([]);
	}
	const [names = [], ...rows] = lines.filter((line) => line.some((value) => value !== ''));
	return rows.map((line) => Object.fromEntries(names.map((name, at) => [name, line[at] ?? ''])));
}
