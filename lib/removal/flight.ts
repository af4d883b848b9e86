/** Removals and returns of ours on their way: what the shadow notes of them. Pure. */
import { AFTERLIFE_MS, type RemovalFlight, type Shadow } from '../merge/shadow';
import type { Operation } from '../model/delivery';
import type { ChangeEvent } from '../model/event';
import { removedAt } from './departure';

export type RemovalOperation = RemovalFlight['operation'];

export function isRemoval(operation: Operation): operation is RemovalOperation {
	return operation === 'delete' || operation === 'archive' || operation === 'unarchive';
}

/** Notes, before the call is made, what is about to be done. */
export function launch(shadow: Shadow, operation: RemovalOperation, now: number): Shadow {
	const { removal } = endRemoval(shadow, now);
	const earlier = removal?.operation === operation ? removal.over : undefined;
	return { ...shadow, removal: { operation, ...(earlier === undefined ? {} : { earlier }) } };
}

/** Nobody makes the call any more; it may have been carried out. */
export function endRemoval(shadow: Shadow, now: number): Shadow {
	if (shadow.removal === undefined) return shadow;
	return { ...shadow, removal: { over: now + AFTERLIFE_MS, ...shadow.removal } };
}

/** The try was refused and did nothing; an earlier one may have been done. */
export function withdrawRemoval(shadow: Shadow): Shadow {
	const { removal, ...rest } = shadow;
	if (removal?.earlier === undefined) return rest;
	return { ...rest, removal: { operation: removal.operation, over: removal.earlier } };
}

/** Is what the event tells the doing of ours that is on its way? */
export function isOwnRemoval(shadow: Shadow | undefined, event: ChangeEvent): boolean {
	const removal = shadow?.removal;
	if (removal === undefined) return false;
	const expected = {
		delete: ['delete', 'merge'],
		archive: ['archive'],
		unarchive: ['undelete', 'upsert'],
	}[removal.operation];
	if (!expected.includes(event.change)) return false;
	return removal.over === undefined || removedAt(event, shadow) <= removal.over;
}

/** Whether it is there is known: what was noted of that before is over. */
function settled(shadow: Shadow): Shadow {
	const next = { ...shadow };
	delete next.removal;
	delete next.removedBy;
	delete next.archivedAt;
	delete next.goneAt;
	return next;
}

/** The record is gone; `by`: who did it, as far as is known. */
export function gone(shadow: Shadow, at: number, by: Shadow['removedBy']): Shadow {
	return { ...settled(shadow), goneAt: at, ...(by === undefined ? {} : { removedBy: by }) };
}

export function archived(shadow: Shadow, at: number, by: 'person' | 'fabric'): Shadow {
	return { ...settled(shadow), archivedAt: at, removedBy: by };
}

export function back(shadow: Shadow, at: number): Shadow {
	return { ...settled(shadow), backAt: Math.max(at, shadow.backAt ?? 0) };
}
