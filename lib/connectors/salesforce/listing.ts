/** All contacts, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import { CrmError, type ConnectorContext, type ReadAllOptions } from '../connector';
import { ServerClock } from '../server-clock';
import { eventMaker, fieldsToRead, snapshotEvent, type RecordRead } from './change-events';
import { checkedId, connect } from './client';
import { batches, ContactReader, isContactGone } from './reader';
import { settingsOf } from './settings';

const MAX_PAGES = 10_000;

/** Pages go on from the last id: a record that goes meanwhile shifts no other one out of sight. */
export async function* readAll(
	given: ConnectorContext,
	{ fieldMap, crmIds, signal }: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	// Edit times are brought to our clock, as the change source brings them.
	const clock = new ServerClock(given.now);
	const context = { ...given, http: clock.listening(given.http) };
	const { system, settings } = context;
	const toOurs = (at: number) => clock.toOurs(at);
	const maker = eventMaker(system, fieldMap, settings, settingsOf(context), toOurs);
	const reader = new ContactReader(context, fieldsToRead(maker), signal);
	const told = (reads: RecordRead[]) =>
		reads.map((read) => snapshotEvent(maker, read, context.now()));
	if (crmIds !== undefined) {
		for (const ids of batches([...new Set(crmIds)].map(checkedId)))
			yield told([...(await reader.readBatch(ids, 'backfill')).values()]);
		return;
	}
	let after = '';
	for (let count = 0; count < MAX_PAGES; count += 1) {
		const page = await reader.page(after);
		const last = page.at(-1);
		if (last === undefined) return;
		yield told(page);
		after = String(last.record['Id']);
	}
	throw new CrmError(
		'The listing is not complete: there are too many contacts',
		0,
		'listing-incomplete',
	);
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal?: AbortSignal,
): Promise<boolean> {
	return isContactGone(connect(context, { priority: 'backfill', signal }), crmId);
}
