/**
 * Carries inbox events through n8n executions: many events an execution, acknowledged only when the
 * execution has ended. What an execution left unsettled was filtered by the user (it ended well) or
 * is emitted again later (it failed), and becomes a dead letter after the limit.
 */
import { randomUUID } from 'node:crypto';
import { backoffMs, EVENT_RETRY, isExhausted } from '../delivery/retry';
import type { InboxItem } from '../model/rows';
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
): Promise<EventBatch | undefined> {
	const items = await tx.inbox.due(system, limit, now);
	if (items.length === 0) return undefined;
	const id = randomUUID();
	await tx.inbox.markEmitted(
		items.map(({ seq }) => seq),
		id,
	);
	return { id, items };
}

export type ExecutionEnd = { ok: true } | { ok: false; reason: string };

/** Settles what the execution left behind. Returns true if the system became ready by this. */
export async function finishEvents(
	tx: StoreTransaction,
	system: string,
	batchId: string,
	end: ExecutionEnd,
	now: number,
	random: () => number,
): Promise<boolean> {
	const left = await tx.inbox.unsettledOf(batchId);
	if (left.length > 0) {
		if (end.ok) await filter(tx, left, now);
		else await tryAgainLater(tx, left, end.reason, now, random);
	}
	return becomeReady(tx, system, now);
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

async function tryAgainLater(
	tx: StoreTransaction,
	items: InboxItem[],
	reason: string,
	now: number,
	random: () => number,
): Promise<void> {
	for (const item of items) {
		if (!isExhausted(EVENT_RETRY, item.attempts)) {
			const wait = backoffMs(EVENT_RETRY, item.attempts, random);
			await tx.inbox.postpone([item.seq], now + wait, reason);
			continue;
		}
		await bury(tx, item, `${reason} (given up after ${item.attempts} tries)`, 'execution', now);
	}
}

/** The event becomes a dead letter with its reason; retry sets it free again. */
export async function bury(
	tx: StoreTransaction,
	{ seq, event }: Pick<InboxItem, 'seq' | 'event'>,
	reason: string,
	code: string,
	now: number,
): Promise<void> {
	const { system, object, crmId, eventId } = event;
	await tx.inbox.settle([seq], 'dead', now, reason);
	await tx.deadLetters.add(
		[
			{
				kind: 'event',
				system,
				object,
				crmId,
				entityId: null,
				inboxSeq: seq,
				deliveryId: null,
				reason,
				code,
				payload: null,
			},
		],
		now,
	);
	await tx.audit.append([
		{ at: now, kind: 'dead', system, object, crmId, eventId, detail: { reason, code } },
	]);
}

/** A system is ready when everything it held at the start has been read and settled. */
export async function becomeReady(
	tx: StoreTransaction,
	system: string,
	now: number,
): Promise<boolean> {
	const row = await tx.systems.get(system);
	if (row === undefined || row.readyAt !== null || row.readyAfter === null) return false;
	if (await tx.inbox.hasUnsettledUpTo(system, row.readyAfter)) return false;
	await tx.systems.setReady(system, now);
	return true;
}
