/** All records of one object beside contacts, or some of them, as they are now. */
import type { ChangeEventInput } from '../../../model/event';
import {
	CrmError,
	type ConnectorContext,
	type CrmRecord,
	type ReadAllOptions,
} from '../../connector';
import type { ItemObject } from '../../objects/crm-object';
import { snapshotEvent } from '../../poll-events';
import { itemOf } from '../objects';
import { soqlText } from '../client';
import { isBulkRefused } from '../bulk-contacts';
import { areMany, itemsInBulk, type BulkItems } from './bulk-items';
import { polled } from './poll';
import type { ItemReads } from './item-reads';
import { byIds, fieldsOf, isItemGone, PAGE, select } from './read';

const MAX_PAGES = 100_000;

export async function* readAllItems(
	context: ConnectorContext,
	object: ItemObject,
	{ fieldMap, crmIds, signal }: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const item = itemOf(object, context.settings);
	const fields = fieldsOf(item, fieldMap);
	const reads: ItemReads = { context, item, fields, priority: 'backfill', signal };
	const toEvents = async (rows: readonly CrmRecord[], readAt: number) => {
		const scope = { priority: 'backfill' as const, signal };
		const records = await polled(context, fieldMap, object, rows, scope);
		const { system } = context;
		const sighting = { system, readAt, receivedAt: context.now(), unchangedUntil: null };
		return records.map((record) => snapshotEvent(record, sighting, false));
	};
	if (crmIds !== undefined) {
		const readAt = context.now();
		yield await toEvents(await byIds(reads, crmIds), readAt);
		return;
	}
	if (await areMany(reads, signal)) {
		if (yield* mapped(rowsInBulk(reads, signal), toEvents)) return;
	}
	yield* mapped(rowsInPages(reads), toEvents);
}

type Rows = Pick<BulkItems, 'rows' | 'readAt'>;

async function* mapped<Result>(
	pages: AsyncGenerator<Rows, Result>,
	toEvents: (rows: readonly CrmRecord[], readAt: number) => Promise<ChangeEventInput[]>,
): AsyncGenerator<ChangeEventInput[], Result> {
	for (;;) {
		const page = await pages.next();
		if (page.done === true) return page.value;
		yield await toEvents(page.value.rows, page.value.readAt);
	}
}

/** False if the org does not let us read in bulk, or the job failed there: nothing was read. */
async function* rowsInBulk(reads: ItemReads, signal: AbortSignal): AsyncGenerator<Rows, boolean> {
	let isBegun = false;
	try {
		for await (const page of itemsInBulk(reads, signal)) {
			isBegun = true;
			yield page;
		}
		return true;
	} catch (error) {
		if (isBegun || !isBulkRefused(error)) throw error;
		reads.context.log(
			'warn',
			'Salesforce does not read in bulk; the records are read page by page.',
			{
				code: error.code,
			},
		);
		return false;
	}
}

async function* rowsInPages(reads: ItemReads): AsyncGenerator<Rows> {
	const { context } = reads;
	let after = '';
	for (let count = 0; count < MAX_PAGES; count += 1) {
		const readAt = context.now();
		const rows = await select(reads, after === '' ? [] : [`Id > ${soqlText(after)}`]);
		if (rows.length > 0) yield { rows, readAt };
		if (rows.length < PAGE) return;
		after = String(rows.at(-1)?.['Id']);
	}
	throw new CrmError(
		'The listing is not complete: there are too many records',
		0,
		'listing-incomplete',
	);
}

export function isGoneItem(
	context: ConnectorContext,
	object: ItemObject,
	crmId: string,
	signal?: AbortSignal,
): Promise<boolean> {
	const reads: ItemReads = {
		context,
		item: itemOf(object, context.settings),
		fields: ['Id'],
		priority: 'backfill',
		signal,
	};
	return isItemGone(reads, crmId);
}
