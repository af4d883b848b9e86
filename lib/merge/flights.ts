/** Writes of ours to one field of a record: those that are out, and those that are done. Pure. */
import { isListField, type FieldValue } from '../model/fields';

/** A write of ours: what was sent, and what the record was known to hold then. */
export interface Flight {
	value: FieldValue;
	/** Of a write that is done, only a list's is kept: nothing asks for that of a single value. */
	from?: FieldValue;
	/** The try is over: if it was done, then before this instant, ms. */
	over?: number;
	/** When it was known to be done, ms. */
	at?: number;
	/** The CRM confirmed the very value that was sent. */
	exact?: true;
}

/** Of the writes that are out, and of those that are done. */
export const MAX_REMEMBERED = 5;

export function doneBy(flights: readonly Flight[], at: number): Flight[] {
	return flights.map((flight) => ({ ...flight, at }));
}

/** Word for word the same, but for the CRM's own ids. */
export function isSameFlight(field: string, sent: Flight, done: Flight): boolean {
	if (!isListField(field)) return sent.value === done.value;
	const isSame = (a: FieldValue | undefined, b: FieldValue | undefined) =>
		JSON.stringify(a, withoutIds) === JSON.stringify(b, withoutIds);
	return isSame(sent.value, done.value) && isSame(sent.from, done.from);
}

function withoutIds(name: string, value: unknown): unknown {
	return name === 'ref' || name === 'formerKeys' ? undefined : value;
}

/** The last {@link MAX_REMEMBERED}, of which an exact one is two: what was sent, and what was confirmed. */
export function rememberDone(
	field: string,
	list: Flight[] | undefined,
	flights: readonly Flight[],
): Flight[] {
	const all = [...(list ?? []), ...flights.map((flight) => withoutNeedless(field, flight))];
	let room = MAX_REMEMBERED;
	const first = all.findLastIndex(({ exact }) => {
		room -= exact ? 2 : 1;
		return room <= 0;
	});
	return all.slice(Math.max(0, first));
}

function withoutNeedless(field: string, flight: Flight): Flight {
	const kept = { ...flight };
	delete kept.over;
	if (!isListField(field)) delete kept.from;
	return kept;
}

export function remember(list: Flight[] | undefined, flights: readonly Flight[]): Flight[] {
	return [...(list ?? []), ...flights].slice(-MAX_REMEMBERED);
}
