/**
 * Carries inbox events through n8n executions: many events an execution, acknowledged only when the
 * execution has ended. What an execution left unsettled was filtered by the user (it ended well) or
 * is emitted again later (it failed), and becomes a dead letter after the limit.
 */
import { randomUUID } from 'node:crypto';
import { backoffMs, EVENT_RETRY, isExhausted } from '../retry';
import type { InboxItem } from '../model/rows';
import { UNSETTLED } from '../store/schema';
import type { StoreTransaction } from '../store/store';

export interface EventBatch {
	id: string;
	items: InboxItem[];
}

export async function nextEvents(
	tx: StoreTransaction,
	system: string,
	limit: number,
	now: number,
	uuid: () => string = randomUUID,
): Promise<EventBatch | undefined> {
	const items = await tx.inbox.due(system, limit, now);
	if (items.length === 0) return undefined;
	const id = uuid();
	await tx.inbox.markEmitted(
		items.map(({ seq }) => seq),
		id,
	);
	return { id, items };
}

export type ExecutionEnd = { ok: true } | { ok: false; reason: string };

/** Settles what the execution left behind. */
export async function finishEvents(
	tx: StoreTransaction,
	batchId: string,
	end: ExecutionEnd,
	now: number,
	random: () => number,
): Promise<void> {
	const left = await tx.inbox.unsettledOf(batchId);
	if (left.length === 0) return;
	if (end.ok) await filter(tx, left, now);
	else await tryAgainLater(tx, left, end.reason, now, random);
}

async function filter(tx: StoreTransaction, items: InboxItem[], now: number): Promise<void> {
	await tx.inbox.settle(
		items.map(({ seq }) => seq),
		'filtered',
		now,
		'No Field Merge node saw it: filtered on the canvas.',
	);
	await tx.audit.append(
		items.map(({ event }) => ({
			at: now,
			kind: 'filtered',
			system: event.system,
			object: event.object,
			crmId: event.crmId,
			eventId: event.eventId,
		})),
	);
}

/** Later means with backoff; after the limit of tries it means not by itself. */
async function tryAgainLater(
	tx: StoreTransaction,
	items: InboxItem[],
	reason: string,
	now: number,
	random: () => number,
): Promise<void> {
	for (const attempts of new Set(items.map((item) => item.attempts))) {
		const alike = items.filter((item) => item.attempts === attempts);
		if (isExhausted(EVENT_RETRY, attempts)) {
			await bury(tx, alike, `${reason} (given up after ${attempts} tries)`, 'execution', now);
			continue;
		}
		const wait = backoffMs(EVENT_RETRY, attempts, random);
		await tx.inbox.postpone(
			alike.map(({ seq }) => seq),
			now + wait,
			reason,
		);
	}
}

/** Events that a process which is gone had under way. Returns how many. */
export async function recoverEvents(
	tx: StoreTransaction,
	system: string,
	now: number,
	random: () => number,
): Promise<number> {
	const left = await tx.inbox.emitted(system);
	await tryAgainLater(tx, left, 'The process that carried it is gone.', now, random);
	return left.length;
}

/** The events become dead letters with their reason; retry sets them free again. */
/** False if the inbox does not know the event, or has settled it. */
export async function rejectEvent(
	tx: StoreTransaction,
	eventId: string,
	reason: string,
	now: number,
): Promise<boolean> {
	const entry = (await tx.inbox.statesOf([eventId])).get(eventId);
	const item = entry && (await tx.inbox.get(entry.seq));
	if (item === undefined || !UNSETTLED.includes(entry?.state ?? 'dead')) return false;
	await bury(tx, [item], reason, 'schema', now);
	return true;
}

async function bury(
	tx: StoreTransaction,
	items: ReadonlyArray<Pick<InboxItem, 'seq' | 'event'>>,
	reason: string,
	code: string,
	now: number,
): Promise<void> {
	const seqs = items.map(({ seq }) => seq);
	await tx.inbox.settle(seqs, 'dead', now, reason);
	const letters = items.map(({ seq, event: { system, object, crmId } }) => ({
		kind: 'event' as const,
		system,
		object,
		crmId,
		entityId: null,
		inboxSeq: seq,
		deliveryId: null,
		reason,
		code,
		payload: null,
	}));
	await tx.deadLetters.add(letters, now);
	await tx.audit.append(
		items.map(({ event: { system, object, crmId, eventId } }) => ({
			at: now,
			kind: 'dead',
			system,
			object,
			crmId,
			eventId,
			detail: { reason, code },
		})),
	);
}

/** True if everything that the system held at the start has been read and settled, just now. */
export async function isBecomingReady(tx: StoreTransaction, system: string): Promise<boolean> {
	const row = await tx.systems.get(system);
	if (row === undefined || row.readyAt !== null || row.readyAfter === null) return false;
	return !(await tx.inbox.hasUnsettledUpTo(system, row.readyAfter));
}
