/**
 * The shadow: what we last knew one record to contain, per field, in canonical form. A field has
 * changed at a system only if it differs from that record's shadow (design.md, section 2).
 */
import { isEmpty, sameValue } from '../model/canonical';
import type { ListDiff } from '../model/list-diff';
import {
	doneBy,
	isSameFlight,
	MAX_REMEMBERED,
	remember,
	rememberDone,
	type Flight,
} from './flights';
import { entriesOf, listAfter, ownEntries, withEdits } from './known-list';
import { isListField, type CanonicalFields, type FieldValue } from '../model/fields';

export interface ShadowField {
	value: FieldValue;
	/** When the record was last seen (or written) to hold this value, ms. */
	seenAt: number;
	/** When our last write to this field was confirmed, or seen at the record, ms. */
	writtenAt?: number;
	/** Time of the last edit that was merged from this record, ms: its next one is later. */
	editedAt?: number;
	/** What the record held last before that write, as far as known, and when it was seen to. */
	before?: { value: FieldValue; seenAt: number };
	/** Writes not yet confirmed or refused: should one show up, it is our own. */
	inFlight?: Flight[];
	/** Writes done, newest last: a stream may bring their echo late. */
	written?: Flight[];
	/** Of a list: tries before the last write, never answered; what they may have left there is not known. */
	stray?: Flight[];
	/** What we wanted when the CRM made `value` of it: its normalisation is not a difference. */
	settledFor?: FieldValue;
}

export interface Shadow {
	fields: { [field: string]: ShadowField };
	/** The record was gone from its CRM then, ms; what was read before does not bring it back. */
	goneAt?: number;
	/** It was put away in its CRM then, ms. */
	archivedAt?: number;
	/** Who removed or archived it. Absent while it is gone: a write found it so, nobody has said why. */
	removedBy?: 'person' | 'fabric';
	/** It was told, or seen, to be back then, ms. */
	backAt?: number;
	/** A removal or return of ours that may have been carried out; should it show, it is our own. */
	removal?: RemovalFlight;
	/** It was told that the CRM lets nobody remove it, of the departure at that time, ms. */
	unremovableAt?: number;
}

export interface RemovalFlight {
	operation: 'archive' | 'delete' | 'unarchive';
	/** The try is over: if it was done, then before this instant, ms. */
	over?: number;
	/** An earlier try of the same may have been done before this instant, ms. */
	earlier?: number;
}

export function knownFields(shadow: Shadow | undefined): CanonicalFields {
	const fields: CanonicalFields = {};
	for (const [field, known] of Object.entries(shadow?.fields ?? {})) fields[field] = known.value;
	return fields;
}

/** Notes that `value` was seen at `at`. An older sight than the last one changes nothing. */
export function see(shadow: Shadow, field: string, value: FieldValue, at: number): Shadow {
	const known = shadow.fields[field];
	if (known !== undefined && at < known.seenAt) return shadow;
	const isSame = known !== undefined && sameValue(field, known.value, value);
	const next: ShadowField =
		known === undefined ? { value, seenAt: at } : seenAgain(known, value, at);
	if (!isSame) delete next.settledFor;
	return { ...shadow, fields: { ...shadow.fields, [field]: next } };
}

/** As {@link see}, of a value that is known to mean the same as the one before. */
export function seenAgain(known: ShadowField, value: FieldValue, at: number): ShadowField {
	if (at < known.seenAt) return known;
	const next: ShadowField = { ...known, value, seenAt: at };
	if (next.stray !== undefined) delete next.stray;
	return next;
}

/** Notes an edit that was merged from this record. */
export function noteEdit(shadow: Shadow, field: string, editedAt: number): Shadow {
	const known = shadow.fields[field];
	if (known === undefined || editedAt <= (known.editedAt ?? 0)) return shadow;
	return { ...shadow, fields: { ...shadow.fields, [field]: { ...known, editedAt } } };
}

/** A call that broke off may still be carried out by the CRM so much later, its clock included, ms. */
export const AFTERLIFE_MS = 120_000;

/** Notes that the tries so far are over: nobody makes these calls any more. */
export function endFlights(shadow: Shadow, now: number): Shadow {
	const fields = Object.entries(shadow.fields).map(([field, known]) => {
		if (known.inFlight === undefined) return [field, known] as const;
		const inFlight = known.inFlight.map((flight) => ({ over: now + AFTERLIFE_MS, ...flight }));
		return [field, { ...known, inFlight }] as const;
	});
	return { ...shadow, fields: Object.fromEntries(fields) };
}

/**
 * Notes that a stream brought, late, what the record held before our last write. In a list, what
 * was edited then and is not what our write touched still stands.
 */
export function recall(shadow: Shadow, field: string, held: FieldValue, diff?: ListDiff): Shadow {
	const known = shadow.fields[field];
	if (known === undefined) return shadow;
	const seenAt = known.before?.seenAt ?? known.seenAt;
	const value = isListField(field) && diff ? withEdits(field, known.value, diff) : known.value;
	return {
		...shadow,
		fields: { ...shadow.fields, [field]: { ...known, value, before: { value: held, seenAt } } },
	};
}

/** Notes, before the call is made, what is about to be written. */
export function intend(shadow: Shadow, changes: CanonicalFields): Shadow {
	const fields = { ...shadow.fields };
	for (const [field, value] of Object.entries(changes)) {
		const known = fields[field] ?? { value: null, seenAt: 0 };
		const flight = { value, from: known.value };
		fields[field] = { ...known, inFlight: remember(known.inFlight, [flight]) };
	}
	return { ...shadow, fields };
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
	const written = rememberDone(field, known.written, doneBy(landed, at));
	const before = { value: known.value, seenAt: known.seenAt };
	const next = { ...known, written, writtenAt: at, before, inFlight };
	return { ...shadow, fields: { ...shadow.fields, [field]: withoutEmptyFlight(next) } };
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
	return { ...shadow, fields };
}

function confirmField(
	field: string,
	known: ShadowField | undefined,
	sent: FieldValue,
	told: FieldValue,
	at: number,
	part: boolean,
): ShadowField {
	const inFlight = known?.inFlight ?? [];
	const flight = inFlight.findLast(({ value: out }) => sameValue(field, out, sent));
	const held = isListField(field)
		? listAfter(field, part ? told : ownEntries(field, sent, told), flight?.from, known?.value)
		: told;
	// What was in flight before may have been written too: a stream may still bring its echo.
	const others = [...(known?.stray ?? []), ...inFlight.filter((other) => other !== flight)];
	const stray = isListField(field) && !part ? others.slice(-MAX_REMEMBERED) : [];
	const done: Flight = { value: held, from: known?.value ?? null };
	// When an earlier try that was never answered was done, if it was, nobody knows.
	const unanswered = part ? [] : inFlight.filter((other) => other !== flight);
	const isExact = flight !== undefined && isSameFlight(field, flight, done);
	const sentAndDone = isExact ? [{ ...done, exact: true as const }] : [flight ?? [], done].flat();
	const answered = doneBy(part ? [done] : sentAndDone, at);
	const written = rememberDone(field, known?.written, [...unanswered, ...answered]);
	const newer = known !== undefined && known.seenAt > at ? known : undefined;
	const { value, seenAt } = newer ?? { value: held, seenAt: at };
	const isOther = known !== undefined && !sameValue(field, known.value, value);
	const last = known && { value: known.value, seenAt: known.seenAt };
	const before = isOther ? last : (known?.before ?? last);
	const next: ShadowField = { value, seenAt, writtenAt: at, written };
	if (known?.editedAt !== undefined) next.editedAt = known.editedAt;
	if (before !== undefined) next.before = before;
	if (stray.length > 0) next.stray = stray;
	if (part && inFlight.length > 0) next.inFlight = inFlight;
	const normalised = !part && !sameValue(field, sent, held) && sameValue(field, value, held);
	if (normalised) next.settledFor = sent;
	return next;
}

/** What a record holds that one of these tries of a create has made, as far as they agree. */
export function expectCreated(tries: readonly CanonicalFields[]): Shadow {
	const names = new Set(tries.flatMap((changes) => Object.keys(changes)));
	const fields = [...names].map((field): [string, ShadowField] => {
		const sent = tries.map((changes) => changes[field] ?? null);
		const [first = null, ...others] = sent;
		if (others.every((value) => sameValue(field, value, first))) {
			return [field, { value: first, seenAt: 0 }];
		}
		const inFlight = sent.map((value) => ({ value, from: null }));
		return [field, { value: null, seenAt: 0, inFlight }];
	});
	return { fields: Object.fromEntries(fields) };
}

/** Nobody has seen the record yet: all that is known of it is what a create sent. */
export function isUnseen({ fields }: Shadow): boolean {
	return Object.values(fields).every(({ seenAt }) => seenAt === 0);
}

/**
 * Notes a record that an earlier try of a create had made; `tries`: what they sent, newest last. What
 * it holds and no try sent is a person's edit: the change source must bring it.
 */
export function confirmFound(
	shadow: Shadow,
	tries: readonly CanonicalFields[],
	told: CanonicalFields,
	at: number,
): Shadow {
	const fields = { ...shadow.fields };
	for (const [field, held] of Object.entries(told)) {
		const known = fields[field];
		// A try that did not speak of the field left it empty.
		const sent = tries.map((changes) => changes[field] ?? null);
		if (known === undefined || known.seenAt === 0) {
			const isList = isListField(field);
			const value = isList ? entriesOf(field, sent, held) : valueOf(field, sent, held);
			fields[field] = { value, seenAt: value === held ? at : 0 };
		}
	}
	return { ...shadow, fields };
}

/** What is told, if it is the doing of a try; else what the last try made of it. */
function valueOf(field: string, sent: readonly FieldValue[], told: FieldValue): FieldValue {
	if (isEmpty(told) && sent.length === 0) return told;
	return sent.some((value) => sameValue(field, value, told)) ? told : (sent.at(-1) ?? null);
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
	return { ...shadow, fields };
}

function withoutEmptyFlight(known: ShadowField): ShadowField {
	const next = { ...known };
	if (next.inFlight?.length === 0) delete next.inFlight;
	return next;
}
