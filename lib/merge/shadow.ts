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

export interface ShadowField {
	value: FieldValue;
	/** When the record was last seen (or written) to hold this value, ms. */
	seenAt: number;
	/** When our last write to this field was confirmed, ms. */
	writtenAt?: number;
	/** Values sent and not yet confirmed or refused: should one come back, it is our own. */
	inFlight?: FieldValue[];
	/** Values confirmed before the present one, newest last: a stream may bring their echo late. */
	written?: FieldValue[];
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
		fields[field] = { ...known, inFlight: remember(known.inFlight, value) };
	}
	return { fields };
}

/**
 * Notes that the CRM confirmed a write: `wanted` was sent, `held` is what the record holds now.
 * `part`: the write broke off; what differs from `wanted` is still to be written.
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
	for (const [field, told] of Object.entries(held)) {
		const known = fields[field];
		const sent = wanted[field];
		if (sent === undefined) {
			// An answer may also tell of fields we did not write. In a record of ours that is news of
			// its defaults; in any other it may be a person's edit, which the change source must bring.
			if (isNew) fields[field] = { value: told, seenAt: at };
			continue;
		}
		const value = isListField(field) && !part ? ownEntries(field, sent, told) : told;
		const next: ShadowField = {
			value,
			seenAt: at,
			writtenAt: at,
			written: remember(known?.written, value),
		};
		if (part && known?.inFlight !== undefined) next.inFlight = known.inFlight;
		if (!part && !sameValue(field, sent, value)) next.settledFor = sent;
		fields[field] = next;
	}
	return { fields };
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

/** Forgets what was in flight: the CRM refused the write and did none of it. */
export function withdraw(shadow: Shadow): Shadow {
	const fields = Object.entries(shadow.fields).map(([field, known]) => {
		const next = { ...known };
		delete next.inFlight;
		return [field, next];
	});
	return { fields: Object.fromEntries(fields) };
}

function remember(list: FieldValue[] | undefined, value: FieldValue): FieldValue[] {
	return [...(list ?? []), value].slice(-MAX_REMEMBERED);
}
