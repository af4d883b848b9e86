/**
 * Records that a removal or a return of ours was done (lib/removal/departure.ts, Results), in the
 * ledger. Removals that failed are recorded like any other delivery.
 */
import type { Connector } from '../connectors/connector';
import type { RecordAddress } from '../model/event';
import type { DeliveryRow } from '../model/rows';
import { lastSight } from '../removal/departure';
import { archived, back, gone, type RemovalOperation } from '../removal/flight';
import type { Ledger } from './ledger';

export interface DoneRemoval {
	row: DeliveryRow;
	address: RecordAddress;
	operation: RemovalOperation;
	/** When it was surely done, ms. */
	at: number;
	connector: Connector;
}

/** Answers why the record's link is what it is now. */
export function recordDone(ledger: Ledger, done: DoneRemoval): string {
	const { address, operation, at } = done;
	const shadow = ledger.shadow(address) ?? { fields: {} };
	const link = ledger.link(address);
	if (isBackSince(ledger, done)) {
		ledger.setShadow(address, back(shadow, shadow.backAt ?? at));
		return 'removed by the fabric, and back since';
	}
	if (operation === 'delete') {
		if (link !== undefined) ledger.setLink({ ...link, state: 'unlinked' });
		ledger.setShadow(address, gone(shadow, at, 'fabric'));
		return 'deleted by the fabric';
	}
	if (operation === 'archive') {
		if (link !== undefined) ledger.setLink({ ...link, state: 'archived' });
		ledger.setShadow(address, archived(shadow, at, 'fabric'));
		return 'archived by the fabric';
	}
	if (link !== undefined) ledger.setLink({ ...link, state: 'active' });
	ledger.setShadow(address, back(shadow, at));
	return 'taken out of the archive by the fabric';
}

/** A removal met a record that is not there. */
export function recordMissing(ledger: Ledger, done: DoneRemoval): string {
	const { address, operation, at } = done;
	// What was archived for a departure and has been emptied out meanwhile comes back with the client.
	const by = operation === 'archive' ? undefined : 'fabric';
	const link = ledger.link(address);
	if (link !== undefined) ledger.setLink({ ...link, state: 'unlinked' });
	ledger.setShadow(address, gone(ledger.shadow(address) ?? { fields: {} }, at, by));
	return 'found gone';
}

/** The answer came late: somebody has brought the record back meanwhile. Only sights by our own clock count. */
function isBackSince(ledger: Ledger, { address, operation, at, connector }: DoneRemoval): boolean {
	if (operation === 'unarchive') return false;
	const shadow = ledger.shadow(address);
	const isRead = operation === 'delete' && connector.capabilities.changes === 'poll';
	const seenAt = isRead ? lastSight(shadow) : (shadow?.backAt ?? 0);
	return seenAt > at && ledger.link(address)?.state === 'active';
}
