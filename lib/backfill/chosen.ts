/**
 * Which records of a page the run takes in: those that its mode asks for, without what belongs to clients that are
 * left alone (for the mode, or by a filter). What names somebody who is not known waits in the inbox, as ever.
 */
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import { parseLocalReference } from '../model/objects';
import type { StagedPlace, StagedRow, Verdict } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import type { Backfill, Mode } from './report';

export interface ChosenRows {
	rows: StagedRow[];
	left: StagedRow[];
}

export async function chosenRows(
	tx: StoreTransaction,
	{ run, mode }: Pick<Backfill, 'run' | 'mode'>,
	planned: readonly StagedRow[],
): Promise<ChosenRows> {
	const named = planned.flatMap(({ event }) => namedBy(event));
	const links = await tx.identity.links(named);
	const places = await tx.backfills.placesOf(run, named);
	const choice = new Choice(mode, new Set(links.keys()), places);
	// What others name comes first.
	for (const objects of [['contact'], ['household'], null])
		for (const row of planned)
			if (objects === null ? !isClient(row) : objects.includes(row.event.object)) choice.take(row);
	return choice.made();
}

function isClient({ event: { object } }: StagedRow): boolean {
	return object === 'contact' || object === 'household';
}

/** Whom a note is about, or who belongs to a household. */
export function namedBy({ system, fields, members = [] }: ChangeEvent): RecordAddress[] {
	const { client } = fields;
	return [...(typeof client === 'string' ? [client] : []), ...members].flatMap((reference) => {
		const named = parseLocalReference(reference);
		return named === undefined ? [] : [{ system, ...named }];
	});
}

export function isAsked(mode: Mode, verdict: Verdict | null): boolean {
	if (mode === 'all') return true;
	return mode === 'new' ? verdict === 'new' : verdict !== 'new';
}

class Choice {
	private readonly rows: StagedRow[] = [];
	private readonly left: StagedRow[] = [];

	constructor(
		private readonly mode: Mode,
		/** Keys of records that are linked. */
		private readonly known: Set<string>,
		private readonly places: ReadonlyMap<string, StagedPlace>,
	) {}

	take(row: StagedRow): void {
		if (row.state !== 'planned') return;
		const event = this.withoutLeft(row.event);
		if (event === undefined || !isAsked(this.mode, row.verdict)) {
			this.left.push(row);
			return;
		}
		this.known.add(recordKey(event));
		this.rows.push({ ...row, event });
	}

	/** In the order of the page. */
	made(): ChosenRows {
		const bySeq = (a: StagedRow, b: StagedRow) => a.seq - b.seq;
		return { rows: this.rows.sort(bySeq), left: this.left };
	}

	/** Without members that are left alone; undefined: nobody of those it belongs to is loaded. */
	private withoutLeft(event: ChangeEvent): ChangeEvent | undefined {
		const { object, members } = event;
		if (object === 'contact') return event;
		const named = namedBy(event);
		const isLeft = named.map((one) => this.isLeft(recordKey(one)));
		if (named.length > 0 && isLeft.every((left) => left)) return undefined;
		if (members === undefined || !isLeft.includes(true)) return event;
		return { ...event, members: members.filter((_, place) => isLeft[place] !== true) };
	}

	private isLeft(key: string): boolean {
		if (this.known.has(key)) return false;
		const place = this.places.get(key);
		if (place === undefined) return false;
		return place.state === 'left' || !isAsked(this.mode, place.verdict);
	}
}
