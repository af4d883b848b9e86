/**
 * Removals: what becomes of a client's other records when one of its records was deleted, archived
 * or merged away inside a CRM. Pure; nothing here reads or writes.
 *
 * ## The departure
 * A removal of record R of entity E in system A, told by an event (never inferred here), sets R's link
 * to `unlinked` (delete, merge) or `archived` (archive). If E has no other active record in A, E *departs*:
 * `entities.departure` holds why (the latest removal by {@link Departure.at}). It does NOT depart if
 * - another record of E in A is active (one of two duplicates was tidied away),
 * - the removal is the fabric's own write coming back (see Echo),
 * - R was merged into a record that is known by name (`mergedInto`): then E lives on in that record.
 * A departure *stands* while no record of E is active in A. It ends for good when any record of E shows up
 * again: an `undelete`, or a record read after it had gone or been archived, or a new one linked in A.
 *
 * `at` is the earliest instant at which the removal may have happened: a delta's `editedAt`; of a
 * snapshot the vendor's time if it is before the read; a removal that is dated by its own read (a complete
 * listing) is dated to the last sight of the record, or `unchangedUntil` if that is later.
 *
 * ## What is wanted of a record (level-triggered: computed at mark and again at claim)
 * For each record of E in another system B ({@link fateOf}):
 *
 * | link | departure | B.deletePolicy | wanted |
 * |---|---|---|---|
 * | active | none stands | any | `live`: kept in sync |
 * | active | stands | ignore, or B was answered `reject` | `live` |
 * | active | stands | ask | `ask`, once approved the removal asked for |
 * | active | stands | archive | `archive` |
 * | active | stands, by delete or merge | delete | `delete` |
 * | active | stands, by archive | delete | `archive`: a removal is never stronger than its cause |
 * | active | stands, B edited since | archive, delete, or ask and approved before that edit | `ask` |
 * | archived by the fabric | none stands | any | `unarchive` |
 * | archived by the fabric | stands, by delete or merge | delete, not edited since | `delete` |
 * | archived otherwise; unlinked | any | any | `rest`: not written to |
 *
 * - *B edited since*: a person's edit of any record of E in B may be later than `at` (than the approval, if
 *   there is one): shadow `editedAt` + the vendor's time resolution > that instant. In doubt it asks.
 * - `ask` proposes what happened: delete for delete and merge, archive for archive. What B's connector
 *   cannot do (the object's capability): an archive is asked for as a delete, never done as one by itself; a
 *   record that can neither be put away nor deleted lives on. A record that is `keep`t when it is archived
 *   (a note) stays as it is and is let go of: its link is `archived`, nothing is written.
 * - While a departure stands E is created in no system that lacks it, unless that system's policy is
 *   `ignore` (and E is active somewhere). A system whose records of E the fabric itself deleted counts as
 *   lacking it once no departure stands: there E is created again. What a person deleted is never
 *   created again, but by a person who retries a dead create, or by the policy `createAgain` for records
 *   that a write finds gone, where removals are ignored.
 * - An answer counts for its departure only: a later removal asks anew.
 *
 * ## Deliveries of one record (one alive at a time: open, held or claimed)
 *
 * | standing | wanted | what mark does |
 * |---|---|---|
 * | none | create, update, archive, delete, unarchive | opens it (`held` if the breaker says so) |
 * | open or held, same operation | the same | leaves it: what it writes is computed at claim |
 * | open or held, other operation | another one | supersedes it, opens the wanted one |
 * | open or held | nothing (`live` and agreeing, `rest`, `ask`) | supersedes it |
 * | claimed | anything | notes `again`: compared once more when its result is in |
 *
 * A claim compares again and supersedes a removal that is not wanted any more; it waits while an event of
 * that record is in the inbox and not merged yet: it may be the edit that forbids the removal.
 *
 * ## Results
 *
 * | operation | confirmed | gone | retry, rejected |
 * |---|---|---|---|
 * | delete | link `unlinked` by the fabric | the same | as of any delivery |
 * | archive | link `archived` by the fabric | link `unlinked`, nobody's doing | as of any delivery |
 * | unarchive | link `active` | link `unlinked` by the fabric: created again | as of any delivery |
 *
 * A record that was seen after `confirmedAt` is back already and stays active.
 *
 * ## Echo
 * From claim to confirmation (or until two minutes after a try whose outcome is unknown was over) a
 * removal of that record is taken for the fabric's own (`shadow.removal`): the link changes, no departure
 * begins or ends. An `update` that meets `gone` meanwhile counts as the fabric's own delete, too.
 *
 * A record found gone by a write (404) is unlinked and begins no departure; an explicit delete that is
 * told later does.
 *
 * ## Two records merged inside a CRM
 * See lib/identity/merge-records.ts and lib/identity/merge-entities.ts.
 *
 * ## Limits
 * What goes out: ./breaker.ts. What a listing infers: ./flood.ts.
 */
import type { ChangeEvent, RecordAddress } from '../model/event';
import { recordKey } from '../model/event';
import type { Link } from '../model/rows';
import type { Shadow } from '../merge/shadow';

export type RemovalChange = 'delete' | 'archive' | 'merge';

/** A person's word on one system's records. */
export interface DepartureAnswer {
	verdict: 'approve' | 'reject';
	/** ms */
	at: number;
	by?: string;
	/** Of an approval: {@link editMark} of the records as the person saw them. */
	edits?: number;
}

/** Why the records of an entity should go elsewhere, too. Kept as JSON in `entities.departure`. */
export interface Departure {
	cause: RecordAddress & { change: RemovalChange; eventId: string };
	/** The earliest instant at which the removal may have happened, ms. */
	at: number;
	/** The run that told it. */
	run?: string;
	/** By system. */
	answers: Record<string, DepartureAnswer>;
}

/** The later removal counts; on a tie the record's address decides, so that order does not matter. */
export function laterDeparture(a: Departure | undefined, b: Departure | undefined) {
	if (a === undefined || b === undefined) return a ?? b;
	if (a.at !== b.at) return a.at > b.at ? a : b;
	// A record that was archived and then deleted within one instant of its vendor's clock was deleted.
	const [strong, weak] = a.cause.change === 'archive' ? [b, a] : [a, b];
	if (weak.cause.change === 'archive') return strong;
	return recordKey(a.cause) >= recordKey(b.cause) ? a : b;
}

/** False once a record of the entity is active again in the system where one was removed. */
export function stands(departure: Departure | undefined, links: readonly Link[]): boolean {
	if (departure === undefined) return false;
	return !links.some(
		({ system, state }) => system === departure.cause.system && state === 'active',
	);
}

/** The earliest instant at which the told removal may have happened, ms. */
export function removedAt(event: ChangeEvent, shadow: Shadow | undefined): number {
	const [edited, read, received] = [event.editedAt, event.readAt, event.receivedAt].map(
		Date.parse,
	) as [number, number, number];
	if (event.kind === 'delta') return Math.min(edited, received);
	const unchanged = event.unchangedUntil === undefined ? 0 : Date.parse(event.unchangedUntil);
	const there = Math.max(unchanged, lastSight(shadow));
	if (edited >= read) return there === 0 ? read : Math.min(there, read);
	return Math.min(edited, received);
}

/** When the record was last known to be there, ms; 0: never. */
export function lastSight(shadow: Shadow | undefined): number {
	const seen = Object.values(shadow?.fields ?? {}).map(({ seenAt }) => seenAt);
	return Math.max(0, shadow?.backAt ?? 0, ...seen);
}

/** When a person last edited one of these records, as far as is known, ms. */
export function lastEdit(shadows: readonly Shadow[]): number | undefined {
	const times = editTimes(shadows);
	return times.length === 0 ? undefined : Math.max(...times);
}

/** Grows with every edit of these records, whatever its time. */
export function editMark(shadows: readonly Shadow[]): number {
	return editTimes(shadows).reduce((sum, time) => sum + time, 0);
}

function editTimes(shadows: readonly Shadow[]): number[] {
	return shadows.flatMap(({ fields }) =>
		Object.values(fields).flatMap(({ editedAt }) => (editedAt === undefined ? [] : [editedAt])),
	);
}
