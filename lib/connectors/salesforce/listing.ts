/** All contacts, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import type { ObjectName } from '../../model/objects';
import { CrmError, type ConnectorContext, type ReadAllOptions } from '../connector';
import { ServerClock } from '../server-clock';
import { contactReads, eventMaker, snapshotEvent } from './change-events';
import { contactsInBulk, isBulkRefused, isLarge } from './bulk-contacts';
import { bulkPlaceSchema } from './bulk-read';
import { checkedId, connect } from './client';
import type { ContactReads, RecordRead } from './contact-reads';
import { isGoneItem, readAllItems } from './items/listing';
import { orgModel } from './org-model';
import { batches, isContactGone } from './queries';
import { ContactReader } from './reader';
import { settingsOf } from './settings';

const MAX_PAGES = 10_000;

/** Pages go on from the last id: a record that goes meanwhile shifts no other one out of sight. */
export async function* readAll(
	given: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const { fieldMap, object = 'contact', crmIds, signal } = options;
	if (object !== 'contact') {
		yield* readAllItems(given, object, options);
		return;
	}
	// Edit times are brought to our clock, as the change source brings them.
	const clock = new ServerClock(given.now);
	const context = { ...given, http: clock.listening(given.http) };
	const { system, settings } = context;
	const toOurs = (at: number) => clock.toOurs(at);
	const model = await orgModel(context);
	const maker = eventMaker(system, fieldMap, settings, settingsOf(context), toOurs, model);
	const reader = new ContactReader(context, () => contactReads(maker), signal);
	const told = (reads: RecordRead[]) =>
		reads.map((read) => snapshotEvent(maker, read, context.now()));
	if (crmIds !== undefined) {
		for (const ids of batches([...new Set(crmIds)].map(checkedId)))
			yield told([...(await reader.readBatch(ids, 'backfill')).values()]);
		return;
	}
	const isResumed = bulkPlaceSchema.safeParse(options.from).success;
	if (isResumed || (await isLarge(context, signal))) {
		const bulk = readInBulk(context, contactReads(maker), options);
		if (yield* mapped(bulk, told)) return;
	}
	yield* mapped(readInPages(reader), told);
}

async function* mapped<Result>(
	pages: AsyncGenerator<RecordRead[], Result>,
	told: (reads: RecordRead[]) => ChangeEventInput[],
): AsyncGenerator<ChangeEventInput[], Result> {
	for (;;) {
		const page = await pages.next();
		if (page.done === true) return page.value;
		yield told(page.value);
	}
}

async function* readInPages(reader: ContactReader): AsyncGenerator<RecordRead[]> {
	let after = '';
	for (let count = 0; count < MAX_PAGES; count += 1) {
		const page = await reader.page(after);
		const last = page.at(-1);
		if (last === undefined) return;
		yield page;
		after = String(last.record['Id']);
	}
	throw new CrmError(
		'The listing is not complete: there are too many contacts',
		0,
		'listing-incomplete',
	);
}

/** False if the org does not let us read in bulk, or the job failed there: nothing was read. */
async function* readInBulk(
	context: ConnectorContext,
	reads: ContactReads,
	{ signal, onPage, from }: ReadAllOptions,
): AsyncGenerator<RecordRead[], boolean> {
	const place = bulkPlaceSchema.safeParse(from);
	const given = place.success ? { from: place.data } : {};
	let isBegun = false;
	try {
		const options = { ...given, signal, ...(onPage && { onPlace: onPage }) };
		for await (const page of contactsInBulk(context, reads, options)) {
			isBegun = true;
			yield page;
		}
		return true;
	} catch (error) {
		if (isBegun || !isBulkRefused(error)) throw error;
		context.log('warn', 'Salesforce does not read in bulk; the contacts are read page by page.', {
			code: error.code,
		});
		return false;
	}
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal?: AbortSignal,
	object: ObjectName = 'contact',
): Promise<boolean> {
	if (object !== 'contact') return isGoneItem(context, object, crmId, signal);
	return isContactGone(connect(context, { priority: 'backfill', signal }), crmId);
}
