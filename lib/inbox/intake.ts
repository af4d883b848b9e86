/**
 * Takes what a change source read into the inbox, in the same transaction that moves its cursor.
 * What the fabric knows already (echoes of its own writes, the overlap of polls, repeated
 * deliveries) is left out here and costs no n8n execution.
 */
import { sameContent, sameWithRefs } from '../model/canonical';
import {
	changeEventSchema,
	describeIssues,
	recordKey,
	type ChangeEvent,
	type ChangeEventInput,
} from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { Shadow } from '../merge/shadow';
import { withUnifiedReferences } from '../references/inbound';
import { addPastFlood } from '../removal/flood';
import type { ChangeBatch } from '../connectors/connector';
import type { StoreTransaction } from '../store/store';
import type { LastEvent } from '../store/last-event';
import { isReadAgain, overtakenReads } from './overtaken';

export interface IntakeResult {
	accepted: number;
	/** Known already: not written to the inbox. */
	known: number;
	/** Did not fit the schema: dead letters. */
	rejected: number;
}

export async function takeIn(
	tx: StoreTransaction,
	system: string,
	batch: ChangeBatch,
	now: number,
): Promise<IntakeResult> {
	const { valid, invalid } = sortOut(batch.events);
	const shadows = await tx.registers.shadows(valid);
	const lasts = await tx.recordEvents.lastEvents(valid);
	const overtaken = await overtakenReads(tx, valid, lasts);
	const taken = new Set((await tx.inbox.statesOf(valid.map(({ eventId }) => eventId))).keys());
	const news: ChangeEvent[] = [];
	const unified = await withUnifiedReferences(tx, valid);
	for (const [index, event] of valid.entries()) {
		const key = recordKey(event);
		const isNewRead = isReadAgain(event, overtaken.get(key));
		if (!isNewRead && !isNews(event, shadows.get(key), lasts.get(key), unified[index])) continue;
		overtaken.delete(key);
		const isAgain = event.kind === 'snapshot' && taken.has(event.eventId);
		if (isAgain && (await isSameRead(tx, event, news))) continue;
		const fresh = isAgain ? withOwnId(event) : event;
		taken.add(fresh.eventId);
		news.push(fresh);
		lasts.set(key, { event: fresh, change: fresh.change, state: 'pending' });
	}
	const accepted = await addPastFlood(tx, system, news, now);
	await tx.deadLetters.add(
		invalid.map((letter) => ({ ...letter, system })),
		now,
	);
	await tx.systems.moveCursor(system, batch.cursor, now);
	if (batch.complete) await noteFirstRead(tx, system);
	return { accepted, known: valid.length - accepted, rejected: invalid.length };
}

function sortOut(events: readonly ChangeEventInput[]) {
	const valid: ChangeEvent[] = [];
	const invalid: Array<
		Omit<Parameters<StoreTransaction['deadLetters']['add']>[0][number], 'system'>
	> = [];
	for (const event of events) {
		const parsed = changeEventSchema.safeParse(event);
		if (parsed.success) {
			valid.push(parsed.data);
			continue;
		}
		invalid.push({
			kind: 'event',
			object: event.object,
			crmId: typeof event.crmId === 'string' ? event.crmId : null,
			entityId: null,
			inboxSeq: null,
			deliveryId: null,
			reason: `The record does not fit the change event: ${describeIssues(parsed.error)}. Adjust the field mapping in the trigger, then retry.`,
			code: 'schema',
			payload: event,
		});
	}
	return { valid, invalid };
}

/**
 * Does this event tell anything that the shadow, or an event still on its way, does not? `unified`: the
 * same event with its references as the shadow has them.
 */
export function isNews(
	event: ChangeEvent,
	shadow: Shadow | undefined,
	last: LastEvent | undefined,
	unified: ChangeEvent = event,
): boolean {
	if (event.change !== 'upsert' && event.change !== 'undelete') {
		if (shadow === undefined && last === undefined) return false;
		if (event.change !== 'archive') return last?.change !== event.change;
		if (last?.change !== 'archive' && shadow?.archivedAt === undefined) return true;
	} else if (event.change === 'undelete' || isGone(last)) return true;
	else if (mayBeTakenOut(event, shadow, last)) return true;
	if (last !== undefined && !['applied', 'noop', 'superseded'].includes(last.state)) {
		return !repeats(event, last.event) || isDoubtful(shadow, last.event);
	}
	if (shadow === undefined) return true;
	const isBack = shadow.goneAt !== undefined && Date.parse(event.readAt) > shadow.goneAt;
	return isBack || !isHeldBy(unified.fields, shadow);
}

/** Does the record hold all of it already, as far as known? */
function isHeldBy(fields: CanonicalFields, { fields: known }: Shadow): boolean {
	return Object.keys(fields).every((field) =>
		sameWithRefs(field, fields[field], known[field]?.value),
	);
}

/** A record that was put away is read again as one in use: that is news, though it holds what it held. */
function mayBeTakenOut(
	event: ChangeEvent,
	shadow: Shadow | undefined,
	last: LastEvent | undefined,
): boolean {
	if (event.kind !== 'snapshot') return false;
	if (last?.change === 'archive') return Date.parse(event.readAt) > Date.parse(last.event.readAt);
	const archivedAt = shadow?.archivedAt;
	if (archivedAt === undefined || Date.parse(event.readAt) <= archivedAt) return false;
	return last === undefined || Date.parse(last.event.readAt) <= archivedAt;
}

function isGone(last: LastEvent | undefined): boolean {
	return last?.change === 'delete' || last?.change === 'merge';
}

function repeats(event: ChangeEvent, last: ChangeEvent): boolean {
	const saysNothingNew = Object.keys(event.fields).every((field) => field in last.fields);
	return saysNothingNew && sameContent(event.fields, last.fields);
}

/** Will the earlier read count as stale when it is merged? Then the same content, read later, is news. */
function isDoubtful(shadow: Shadow | undefined, last: ChangeEvent): boolean {
	const readAt = Date.parse(last.readAt);
	return Object.keys(last.fields).some((field) => {
		const known = shadow?.fields[field];
		if (known === undefined) return false;
		const { inFlight, seenAt, writtenAt = 0 } = known;
		return inFlight !== undefined || seenAt > readAt || writtenAt >= readAt;
	});
}

/** A stream that is replayed tells the very same again. */
async function isSameRead(
	tx: StoreTransaction,
	{ eventId, readAt }: ChangeEvent,
	news: readonly ChangeEvent[],
): Promise<boolean> {
	const seq = (await tx.inbox.statesOf([eventId])).get(eventId)?.seq;
	const known = seq === undefined ? undefined : await tx.inbox.get(seq);
	const taken = known?.event ?? news.find((one) => one.eventId === eventId);
	return taken?.readAt === readAt;
}

/**
 * A snapshot's id is made of the record's modification time and content. A value that went away and
 * came back within the vendor's time resolution would look like the first sight of it.
 */
function withOwnId(event: ChangeEvent): ChangeEvent {
	return { ...event, eventId: `${event.eventId}:${Date.parse(event.readAt)}` };
}

async function noteFirstRead(tx: StoreTransaction, system: string): Promise<void> {
	const row = await tx.systems.get(system);
	if (row === undefined || row.readyAfter !== null) return;
	await tx.systems.setReadyAfter(system, await tx.inbox.lastSeq(system));
}
