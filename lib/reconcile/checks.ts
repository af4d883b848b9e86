/** Rows of the store that contradict each other: found, reported and repaired. */
import { endFlights } from '../merge/shadow';
import type { RecordAddress } from '../model/event';
import type { StoreTransaction } from '../store/store';
import type { Page, Scope } from '../store/reconcile';
import type { Finding, Repair, Sample } from './report';

/** One page of one check. `last`: id of its last row; undefined: there was none. */
export interface CheckPage {
	found: Sample[];
	last: string | undefined;
}

export interface CheckContext extends Scope {
	/** ms */
	now: number;
	/** The CRM was listed completely: what it did not show, it does not hold. */
	complete: boolean;
}

export type Check = (tx: StoreTransaction, context: CheckContext, page: Page) => Promise<CheckPage>;

export const CHECKS: Check[] = [
	linksWithoutShadow,
	shadowsWithoutLink,
	stuckFlights,
	strayDeliveries,
	strayKeys,
];

/** Nothing can be made up for a record that the CRM did not show: its next sight heals it. */
async function linksWithoutShadow(
	tx: StoreTransaction,
	context: CheckContext,
	page: Page,
): Promise<CheckPage> {
	const links = await tx.reconcile.linksWithoutShadow(context, page);
	const owners = new Map(links.map((link) => [link.crmId, link.entityId]));
	return answer('linkWithoutShadow', links, 'none', (crmId) => owners.get(crmId));
}

/** What the CRM shows is taken in with its page; what it does not hold is forgotten. */
async function shadowsWithoutLink(
	tx: StoreTransaction,
	context: CheckContext,
	page: Page,
): Promise<CheckPage> {
	const records = await tx.reconcile.shadowsWithoutLink(context, page);
	const isWhole = context.whole && context.complete;
	if (isWhole) await tx.reconcile.deleteShadows(records);
	return answer('shadowWithoutLink', records, isWhole ? 'repaired' : 'none');
}

/** No claim makes this write any more. Whether it was done shows at the next sight of the record. */
async function stuckFlights(
	tx: StoreTransaction,
	context: CheckContext,
	page: Page,
): Promise<CheckPage> {
	const shadows = await tx.reconcile.unclaimedFlights(context, page);
	const stuck = shadows.filter(({ shadow }) =>
		Object.values(shadow.fields).some(({ inFlight }) =>
			inFlight?.some(({ over }) => over === undefined),
		),
	);
	const ended = stuck.map(({ shadow, ...address }) => ({
		...address,
		shadow: endFlights(shadow, context.now),
	}));
	await tx.registers.saveShadows(ended, context.now);
	return { ...answer('stuckFlight', stuck, 'repaired'), last: shadows.at(-1)?.crmId };
}

async function strayDeliveries(
	tx: StoreTransaction,
	context: CheckContext,
	page: Page,
): Promise<CheckPage> {
	const rows = await tx.reconcile.strayUpdates(context, page);
	const owners = new Map(rows.map(({ crmId, entityId }) => [crmId, entityId]));
	const reason = 'The record belongs to no client.';
	const ids = rows.map(({ id }) => id);
	await tx.deliveries.settle(ids, 'superseded', context.now, reason);
	return answer('strayDelivery', rows, 'repaired', (crmId) => owners.get(crmId));
}

async function strayKeys(
	tx: StoreTransaction,
	context: CheckContext,
	page: Page,
): Promise<CheckPage> {
	const records = await tx.reconcile.strayKeys(context, page);
	await tx.reconcile.deleteKeys(
		context.system,
		context.object,
		records.map(({ crmId }) => crmId),
	);
	return answer('strayKeys', records, 'repaired');
}

function answer(
	finding: Finding,
	records: readonly RecordAddress[],
	done: Repair,
	ownerOf: (crmId: string) => string | undefined = () => undefined,
): CheckPage {
	const found = records.map(
		({ system, object, crmId }): Sample => ({
			finding,
			system,
			object,
			crmId,
			unifiedId: ownerOf(crmId) ?? null,
			fields: [],
			done,
		}),
	);
	return { found, last: records.at(-1)?.crmId };
}
