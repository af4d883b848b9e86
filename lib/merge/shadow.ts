/**
 * The shadow: what we last knew one record to contain, per field, in canonical form. A field has
 * changed at a system only if it differs from that record's shadow (design.md, section 2).
 */
import { listItemKey, sameValue } from '../model/canonical';
import {
	isListField,
	type CanonicalFields,
	type FieldValue,
	type ListField,
	type ListItem,
} from '../model/fields';

/** A write of ours: what was sent, and what the record was known to hold then. */
export interface Flight {
	value: FieldValue;
	from: FieldValue;
}

export interface ShadowField {
	value: FieldValue;
	/** When the record was last seen (or written) to hold this value, ms. */
	seenAt: number;
	/** When our last write to this field was confirmed, or seen at the record, ms. */
	writtenAt?: number;
	/** What the record held before that write. */
	before?: FieldValue;
	/** Writes not yet confirmed or refused: should one show up, it is our own. */
	inFlight?: Flight[];
	/** Writes done, newest last: a stream may bring their echo late. */
	written?: Flight[];
	/** What we wanted when the CRM made `value` of it: its normalisation is not a difference. */
	settledFor?: FieldValue;
}

export interface Shadow {
	fields: { [field: string]: ShadowField };
}

const MAX_REMEMBERED = 5;

export function knownFields(shadow: Shadow | undefined): CanonicalFields {
	const entries = Object.entries(shadow?.fields ?? {});
	return Object.fromEntries(entries.map(([field, known]) => [field, known.value]));
}

/** Notes that `value` was seen at `at`. An older sight than the last one changes nothing. */
export function see(shadow: Shadow, field: string, value: FieldValue, at: number): Shadow {
	const known = shadow.fields[field];
	if (known !== undefined && at < known.seenAt) return shadow;
	const settled = known !== undefined && sameValue(field, known.value, value);
	const next: ShadowField = { ...known, value, seenAt: at };
	if (!settled) delete next.settledFor;
	return { fields: { ...shadow.fields, [field]: next } };
}

/** Notes, before the call is made, what is about to be written. */
export function intend(shadow: Shadow, changes: CanonicalFields): Shadow {
	const fields = { ...shadow.fields };
	for (const [field, value] of Object.entries(changes)) {
		const known = fields[field] ?? { value: null, seenAt: 0 };
		const flight = { value, from: known.value };
		fields[field] = { ...known, inFlight: remember(known.inFlight, [flight]) };
	}
	return { fields };
}

/**
 * Notes that a value which was in flight has been seen at the record at `at`: another sight of it is
 * no echo. To be told before {@link see}.
 */
export function land(shadow: Shadow, field: string, value: FieldValue, at: number): Shadow {
	const known = shadow.fields[field];
	if (known?.inFlight === undefined) return shadow;
	const landed = known.inFlight.filter((sent) => sameValue(field, sent.value, value));
	if (landed.length === 0) return shadow;
	const inFlight = known.inFlight.filter((sent) => !sameValue(field, sent.value, value));
	const written = remember(known.written, landed);
	const next = { ...known, written, writtenAt: at, before: known.value, inFlight };
	return { fields: { ...shadow.fields, [field]: withoutEmptyFlight(next) } };
}

/**
 * Notes that the CRM confirmed a write: `wanted` was sent, `held` is what the record holds now (a
 * field it does not tell holds what was sent). `part`: the write broke off; what differs from
 * `wanted` is still to be written. A later sight of the record than `at` stands.
 */
export function confirm(
	shadow: Shadow,
	wanted: CanonicalFields,
	held: CanonicalFields,
	at: number,
	part = false,
): Shadow {
	const fields = { ...shadow.fields };
	const isNew = Object.keys(shadow.fields).length === 0;
	for (const [field, told] of Object.entries(part ? held : { ...wanted, ...held })) {
		const sent = wanted[field];
		// An answer may also tell of fields we did not write. In a record of ours that is news of
		// its defaults; in any other it may be a person's edit, which the change source must bring.
		if (sent !== undefined)
			fields[field] = confirmField(field, fields[field], sent, told, at, part);
		else if (isNew) fields[field] = { value: told, seenAt: at };
	}
	return { fields };
}

function confirmField(
	field: string,
	known: ShadowField | undefined,
	sent: FieldValue,
	told: FieldValue,
	at: number,
	part: boolean,
): ShadowField {
	const held = isListField(field) && !part ? ownEntries(field, sent, told) : told;
	const inFlight = known?.inFlight ?? [];
	// What was in flight before may have been written too: a stream may still bring its echo.
	const done = { value: held, from: known?.value ?? null };
	const written = remember(known?.written, part ? [done] : [...inFlight, done]);
	const newer = known !== undefined && known.seenAt > at ? known : undefined;
	const { value, seenAt } = newer ?? { value: held, seenAt: at };
	const before = known && !sameValue(field, known.value, value) ? known.value : known?.before;
	const next: ShadowField = { value, seenAt, writtenAt: at, written };
	if (before !== undefined) next.before = before;
	if (part && inFlight.length > 0) next.inFlight = inFlight;
	const normalised = !part && !sameValue(field, sent, held) && sameValue(field, value, held);
	if (normalised) next.settledFor = sent;
	return next;
}

/**
 * Entries of the answered list that our write accounts for. One that a person added meanwhile is
 * left out, so that the change source still finds it new. As many strangers as missing ones are
 * taken for the CRM's own spelling of what was sent.
 */
function ownEntries(field: ListField, sent: FieldValue, told: FieldValue): FieldValue {
	const [wanted, held] = [(sent ?? []) as ListItem[], (told ?? []) as ListItem[]];
	const keys = new Set(wanted.map((item) => listItemKey(field, item)));
	const matched = held.filter((item) => keys.has(listItemKey(field, item)));
	const missing = wanted.length - matched.length;
	const strangers = held.length - matched.length;
	return missing === strangers ? held : matched;
}

/** Forgets one try to write `changes`: the CRM refused it and did none of it. Earlier tries stay in flight. */
export function withdraw(shadow: Shadow, changes: CanonicalFields): Shadow {
	const fields = { ...shadow.fields };
	for (const [field, value] of Object.entries(changes)) {
		const known = fields[field];
		const last =
			known?.inFlight?.findLastIndex((sent) => sameValue(field, sent.value, value)) ?? -1;
		if (known === undefined || last < 0) continue;
		fields[field] = withoutEmptyFlight({ ...known, inFlight: known.inFlight?.toSpliced(last, 1) });
	}
	return { fields };
}

function withoutEmptyFlight(known: ShadowField): ShadowField {
	const next = { ...known };
	if (next.inFlight?.length === 0) delete next.inFlight;
	return next;
}

function remember(list: Flight[] | undefined, flights: readonly Flight[]): Flight[] {
	return [...(list ?? []), ...flights].slice(-MAX_REMEMBERED);
}
