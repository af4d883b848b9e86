/**
 * Pause of one record or of one whole system. What is under way ends as it would; events are still
 * accepted and wait in their order, deliveries stay open. Resume sets both free.
 */
import type { PauseRow, PauseTarget } from '../store/pauses';
import type { StoreTransaction } from '../store/store';
import { DeskError } from '../model/failures';

/** Without `crmId`: the whole system. */
export interface PauseRequest {
	system: string;
	object?: string;
	crmId?: string;
}

/** Pausing what is paused already changes nothing. */
export async function pause(
	tx: StoreTransaction,
	request: PauseRequest,
	now: number,
	by?: string,
): Promise<PauseRow> {
	const target = await known(tx, request);
	if (await tx.pauses.add(target, now, by)) await note(tx, 'pause', target, now, by);
	const rows = await tx.pauses.list();
	const row = rows.find((one) => isSame(one, target));
	if (row === undefined) throw new DeskError(`${nameOf(target)} could not be paused; try again.`);
	return row;
}

export async function resume(
	tx: StoreTransaction,
	request: PauseRequest,
	now: number,
	by?: string,
): Promise<void> {
	const target = await known(tx, request);
	if (!(await tx.pauses.remove(target))) {
		throw new DeskError(`${nameOf(target)} is not paused. List the pauses to see what is.`);
	}
	await note(tx, 'resume', target, now, by);
}

async function known(
	tx: StoreTransaction,
	{ system, object, crmId }: PauseRequest,
): Promise<PauseTarget> {
	const names = (await tx.systems.all()).map(({ name }) => name);
	if (!names.includes(system)) {
		throw new DeskError(
			`There is no system ${system}. The connected systems are: ${names.join(', ') || 'none yet'}.`,
		);
	}
	if (crmId === undefined || crmId === '') return { system, object: null, crmId: null };
	return { system, object: object ?? 'contact', crmId };
}

function note(
	tx: StoreTransaction,
	kind: 'pause' | 'resume',
	{ system, object, crmId }: PauseTarget,
	at: number,
	by?: string,
): Promise<void> {
	const record = crmId === null ? {} : { object: object ?? undefined, crmId };
	return tx.audit.append([{ at, kind, system, ...record, detail: { by } }]);
}

function isSame(a: PauseTarget, b: PauseTarget): boolean {
	return a.system === b.system && a.object === b.object && a.crmId === b.crmId;
}

function nameOf({ system, crmId }: PauseTarget): string {
	return crmId === null ? `The system ${system}` : `The record ${system}/${crmId}`;
}
