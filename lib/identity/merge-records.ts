/**
 * A CRM has merged record L into record W: its people have said that both are one client. L's link is
 * `unlinked`; no departure begins, and one that L's own removal began (its delete was told first) ends. W
 * gets L's entity if it has none yet; if it belongs to another one, L's entity becomes part of that one
 * (./merge-entities.ts).
 */
import type { MergeBatchOptions, BatchResult, MergeOutcome } from '../merge/batch-result';
import { putBackOvertaking } from '../merge/overtaking';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import type { Evidence, Link } from '../model/rows';
import { closeDuplicates } from '../removal/duplicates';
import { endDepartures } from '../removal/ending';
import { back, gone } from '../removal/flight';
import { tellGone } from '../removal/told';
import { UNSETTLED, type InboxState } from '../store/schema';
import type { StoreTransaction } from '../store/store';
import { mergeEntities } from './merge-entities';

export type RecordMerge = ChangeEvent & { change: 'merge'; mergedInto: string };

/** False for a merge into a record that the CRM does not name: that is no more than a delete. */
export function isRecordMerge(event: ChangeEvent | undefined): event is RecordMerge {
	return (
		event?.change === 'merge' && event.mergedInto !== undefined && event.mergedInto !== event.crmId
	);
}

export async function mergeRecords(
	tx: StoreTransaction,
	event: RecordMerge,
	{ now }: Pick<MergeBatchOptions, 'now'>,
): Promise<BatchResult> {
	const { system, object, mergedInto } = event;
	const winner: RecordAddress = { system, object, crmId: mergedInto };
	let entry = (await tx.inbox.statesOf([event.eventId])).get(event.eventId);
	if (entry === undefined) {
		await tx.inbox.add([event], 'pending', now);
		entry = (await tx.inbox.statesOf([event.eventId])).get(event.eventId);
	}
	const links = await tx.identity.links([event, winner]);
	const link = links.get(recordKey(event));
	const isDone = entry === undefined || !UNSETTLED.includes(entry.state);
	if (entry === undefined || isDone) return result('already', link?.entityId ?? null);
	const inbox = new Map([[event.eventId, { ...entry }]]);
	const late = await putBackOvertaking(tx, [event], { inbox, links }, now);
	if (late.length > 0) return result('already', link?.entityId ?? null);
	const settle = (state: InboxState) => tx.inbox.settle([entry.seq], state, now);
	if (link === undefined) {
		await settle('noop');
		return result('noop', null);
	}
	const run = entry.batch ?? undefined;
	await letGo(tx, event, link, { now, run });
	const entityId = await joinWinner(tx, event, link, links.get(recordKey(winner)), { now, run });
	await endOwnDeparture(tx, entityId, event, now);
	await closeDuplicates(tx, [entityId], now);
	await settle('applied');
	return result(
		'unlinked',
		entityId,
		new Map([[entityId, { syncOrigin: recordKey(winner), run }]]),
	);
}

interface Circumstances {
	now: number;
	run: string | undefined;
}

function result(
	outcome: MergeOutcome['outcome'],
	unifiedId: string | null,
	touched: BatchResult['touched'] = new Map(),
): BatchResult {
	return { outcomes: [{ outcome, unifiedId, decisions: [], questions: [] }], touched };
}

async function letGo(
	tx: StoreTransaction,
	event: RecordMerge,
	link: Link,
	{ now, run }: Circumstances,
): Promise<void> {
	const { system, object, crmId, mergedInto, eventId } = event;
	const known = (await tx.registers.shadows([event])).get(recordKey(event)) ?? { fields: {} };
	const told = tellGone(event, link, known);
	if (told === 'stale') return;
	// Whoever removed it: it is not to be made again, since it lives on in the other one.
	const shadow = gone(known, Date.parse(event.readAt), 'person');
	await tx.registers.saveShadows([{ system, object, crmId, shadow }], now);
	await tx.identity.saveLinks([{ ...link, state: 'unlinked' }], now);
	const detail = { reason: `merged into ${mergedInto} in ${system}` };
	const { entityId } = link;
	await tx.audit.append([
		{ at: now, kind: 'unlink', entityId, system, object, crmId, eventId, run, detail },
	]);
}

/** Answers the entity of the record that lives on. */
async function joinWinner(
	tx: StoreTransaction,
	event: RecordMerge,
	loser: Link,
	winner: Link | undefined,
	{ now, run }: Circumstances,
): Promise<string> {
	const { entityId } = loser;
	if (winner === undefined) {
		await linkWinner(tx, event, entityId, { now, run });
		return entityId;
	}
	await wakeWinner(tx, event, winner, now);
	if (winner.entityId === entityId) return entityId;
	const cause = event.eventId;
	return mergeEntities(tx, { from: entityId, into: winner.entityId, cause, now, run });
}

async function linkWinner(
	tx: StoreTransaction,
	{ system, object, mergedInto: crmId, eventId }: RecordMerge,
	entityId: string,
	{ now, run }: Circumstances,
): Promise<void> {
	const address = { system, object, crmId };
	const evidence: Evidence = { by: 'crm-merge', score: 1, fields: [] };
	await tx.identity.saveLinks(
		[{ ...address, entityId, state: 'active', evidence, recreated: 0 }],
		now,
	);
	await tx.audit.append([
		{ at: now, kind: 'link', entityId, ...address, eventId, run, detail: evidence },
	]);
	const asked = (await tx.reviews.openFor([address])).get(recordKey(address));
	if (asked === undefined) return;
	const note = 'Its CRM has merged a record of this client into it.';
	await tx.reviews.decide(asked.id, { verdict: 'link', unifiedId: entityId, note }, now);
	await tx.inbox.release(await tx.recordEvents.inReview(address), now);
}

/** What others are merged into is there, if it was not removed later than that. */
async function wakeWinner(
	tx: StoreTransaction,
	event: RecordMerge,
	winner: Link,
	now: number,
): Promise<void> {
	if (winner.state !== 'unlinked') return;
	const { system, object, crmId } = winner;
	const shadow = (await tx.registers.shadows([winner])).get(recordKey(winner)) ?? { fields: {} };
	const readAt = Date.parse(event.readAt);
	if (readAt <= (shadow.goneAt ?? 0)) return;
	await tx.identity.saveLinks([{ ...winner, state: 'active' }], now);
	await tx.registers.saveShadows([{ system, object, crmId, shadow: back(shadow, readAt) }], now);
}

/** The delete was told before the merge: it was no removal of the client. */
async function endOwnDeparture(
	tx: StoreTransaction,
	entityId: string,
	event: RecordMerge,
	now: number,
): Promise<void> {
	const departure = (await tx.entities.standing([entityId])).get(entityId)?.departure;
	if (departure === undefined || recordKey(departure.cause) !== recordKey(event)) return;
	await endDepartures(tx, [{ entityId, returned: departure }], now);
}
