/** Deliveries that will not be tried again by themselves. */
import type { DeliveryRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';

/** The deliveries become dead letters with their reason; retry compares the records anew. */
export async function buryDeliveries(
	tx: StoreTransaction,
	rows: readonly DeliveryRow[],
	reason: string,
	code: string,
	now: number,
): Promise<void> {
	const ids = rows.map(({ id }) => id);
	await tx.deliveries.settle(ids, 'dead', now, reason, code);
	const letters = rows.map(({ id: deliveryId, system, object, crmId, entityId }) => ({
		kind: 'delivery' as const,
		system,
		object,
		crmId,
		entityId,
		inboxSeq: null,
		deliveryId,
		reason,
		code,
		payload: null,
	}));
	await tx.deadLetters.add(letters, now);
	await tx.audit.append(
		rows.map(({ id: deliveryId, system, object, crmId, entityId }) => ({
			at: now,
			kind: 'dead',
			system,
			object,
			crmId: crmId ?? undefined,
			entityId,
			deliveryId,
			detail: { reason, code },
		})),
	);
}
