/** Dead letters: what will not be tried again by itself, until a person retries or discards it. */
import { markDeliveries, type ConnectorOf } from '../delivery/mark';
import { createTarget } from '../delivery/wanted';
import { changeEventSchema, describeIssues } from '../model/event';
import { PRIORITY, type DeadLetterRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { DeskError } from '../model/failures';

export interface LetterContext {
	/** ms */
	now: number;
	connectorOf: ConnectorOf;
}

export async function retryLetter(
	tx: StoreTransaction,
	id: number,
	context: LetterContext,
): Promise<DeadLetterRow> {
	const letter = await openLetter(tx, id);
	if (letter.kind === 'event') await retryEvent(tx, letter, context);
	else await retryDelivery(tx, letter, context);
	return closeLetter(tx, letter, 'retried', context);
}

export async function discardLetter(
	tx: StoreTransaction,
	id: number,
	context: LetterContext,
): Promise<DeadLetterRow> {
	return closeLetter(tx, await openLetter(tx, id), 'discarded', context);
}

async function openLetter(tx: StoreTransaction, id: number): Promise<DeadLetterRow> {
	const letter = await tx.deadLetters.get(id);
	if (letter === undefined)
		throw new DeskError(
			`There is no dead letter ${id}. List the dead letters to see which are open.`,
		);
	if (letter.state !== 'open') throw new DeskError(`Dead letter ${id} was ${letter.state} before.`);
	return letter;
}

async function retryEvent(
	tx: StoreTransaction,
	letter: DeadLetterRow,
	{ now }: LetterContext,
): Promise<void> {
	if (letter.inboxSeq !== null) return tx.inbox.release([letter.inboxSeq], now);
	const event = changeEventSchema.safeParse(letter.payload);
	if (!event.success) {
		throw new DeskError(
			`The event still does not fit: ${describeIssues(event.error)}. Repair the record in ${letter.system} (its change brings a new event), then discard this one.`,
		);
	}
	await tx.inbox.add([event.data], 'pending', now);
}

/** Level-triggered: what is written is computed anew from what the entity wants now. */
async function retryDelivery(
	tx: StoreTransaction,
	letter: DeadLetterRow,
	context: LetterContext,
): Promise<void> {
	const { entityId, system, object, deliveryId } = letter;
	if (entityId === null) return;
	const { now } = context;
	const syncOrigin = `dead-letter/${letter.id}`;
	await markDeliveries(tx, new Map([[entityId, { syncOrigin }]]), context);
	const tried = await tx.deliveries.byIds(deliveryId === null ? [] : [deliveryId]);
	if (tried.get(deliveryId ?? 0)?.operation !== 'create') return;
	// Marking opens no create where a record was unlinked; the person who retries wants one.
	const links = await tx.identity.linksOf([entityId]);
	const alive = await tx.deliveries.aliveOf([entityId]);
	const isThere = links.some((link) => link.system === system && link.state === 'active');
	if (isThere || alive.some((delivery) => delivery.system === system)) return;
	const create = { system, object, target: createTarget(entityId), crmId: null, entityId };
	const how = { operation: 'create' as const, priority: PRIORITY.live, syncOrigin, nextAt: now };
	await tx.deliveries.open([{ ...create, ...how }], now);
}

async function closeLetter(
	tx: StoreTransaction,
	letter: DeadLetterRow,
	state: 'retried' | 'discarded',
	{ now }: LetterContext,
): Promise<DeadLetterRow> {
	await tx.deadLetters.close(letter.id, state, now);
	await tx.audit.append([
		{
			at: now,
			kind: state === 'retried' ? 'retry' : 'discard',
			entityId: letter.entityId ?? undefined,
			system: letter.system,
			object: letter.object,
			crmId: letter.crmId ?? undefined,
			deliveryId: letter.deliveryId ?? undefined,
			detail: { deadLetter: letter.id },
		},
	]);
	return { ...letter, state, closedAt: now };
}
