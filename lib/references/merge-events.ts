/** Merges a batch of events whose records may name others: see ./inbound.ts and ./missing.ts. */
import { indexRecords } from '../identity/record-index';
import { mergeBatch } from '../merge/batch';
import type { BatchResult, MergeBatchOptions, MergeOutcome } from '../merge/batch-result';
import { touch } from '../merge/cause';
import type { ChangeEvent } from '../model/event';
import type { StoreTransaction } from '../store/store';
import { withUnifiedReferences } from './inbound';
import { keepMissing, takeUpMissing } from './missing';

export interface MergedEvents extends BatchResult {
	/** Systems in whose inboxes events that waited are due now. */
	freed: Set<string>;
}

export async function mergeEvents(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: MergeBatchOptions,
): Promise<MergedEvents> {
	// First, dated as it was said: a later event that says the same would date it anew.
	const found = await takeUpMissing(tx, options.now);
	const late = found.events.length > 0 ? await mergeBatch(tx, found.events, options) : undefined;
	const unified = await withUnifiedReferences(tx, events);
	const result = await mergeBatch(tx, unified, options);
	for (const [entityId, cause] of late?.touched ?? []) touch(result.touched, entityId, cause);
	await keepMissing(tx, unified, result.outcomes);
	await keepMembers(tx, unified, result.outcomes);
	return { ...result, freed: found.freed };
}

/** A household of another CRM is found again by its members. */
async function keepMembers(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	outcomes: readonly MergeOutcome[],
): Promise<void> {
	const households = events.flatMap((event, index) => {
		const { object, members, fields: after, system, crmId, kind } = event;
		const unifiedId = outcomes[index]?.unifiedId ?? null;
		const isTold = object === 'household' && members !== undefined && kind === 'snapshot';
		if (!isTold || unifiedId === null) return [];
		return [{ system, object, crmId, entityId: unifiedId, before: {}, after, members }];
	});
	await indexRecords(tx, households);
}
