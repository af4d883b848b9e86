/** All records of one object beside contacts by a bulk query job, where they are many. */
import type { CrmRecord } from '../../connector';
import { isLarge } from '../bulk-contacts';
import { bulkRead, type BulkReadOptions } from '../bulk-read';
import { householdModel } from '../household-model';
import { batches } from '../queries';
import type { ItemReads } from './item-reads';
import { markHouseholds } from './read';

/** Rows told at a time; a page of the job holds more. */
const ROWS_AT_A_TIME = 2_000;

export interface BulkItems {
	rows: CrmRecord[];
	/** They are as of then, or later, ms. */
	readAt: number;
}

/** Is a bulk job worth its calls? Files are not read so: enhanced notes go page by page. */
export async function areMany(reads: ItemReads, signal: AbortSignal): Promise<boolean> {
	const { context, item } = reads;
	if (item.isContent) return false;
	const where = await condition(reads);
	const from = where === undefined ? item.sobject : `${item.sobject} WHERE ${where}`;
	return isLarge(context, signal, from);
}

/** See `bulkRead`. */
export async function* itemsInBulk(
	reads: ItemReads,
	signal: AbortSignal,
	place: Pick<BulkReadOptions, 'from' | 'onPlace'> = {},
): AsyncGenerator<BulkItems> {
	const { context, item, fields, priority } = reads;
	const where = await condition(reads);
	const readAt = place.from?.readAt ?? context.now();
	const options = { sobject: item.sobject, fields, where, priority, signal, ...place };
	for await (const records of bulkRead(context, options))
		for (const rows of batches(records, ROWS_AT_A_TIME))
			yield { rows: await markHouseholds(reads, rows), readAt };
}

async function condition({ context, item }: ItemReads): Promise<string | undefined> {
	return item.ofHouseholds ? (await householdModel(context)).where : undefined;
}
