/** All records of an object, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import { objectsOf, type FieldMap } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { withPollShare } from '../poll-reader';
import { hasHouseholds } from '../objects/chosen';
import { readAllWith, type RecordReader } from '../read-all';
import { accountOf } from './account';
import { itemReader } from './item-reader';
import { itemOf } from './objects';
import { wealthboxReader } from './reader';
import { wealthboxSettings, type WealthboxSettings } from './settings';

/** Reading keeps to its share of the calls, so that writes always find some left. */
export function paced(context: ConnectorContext, settings: WealthboxSettings): ConnectorContext {
	return withPollShare(context, {
		calls: settings.callsPerWindow,
		windowMs: settings.windowSeconds * 1_000,
		share: settings.pollShare,
	});
}

/** Contacts and households share a list: the others of it are left out. */
export async function* readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const { object = 'contact' } = options;
	const reader = readerOf(context, options.fieldMap, object);
	for await (const page of readAllWith(context, reader, options))
		yield page.filter((event) => event.object === object);
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal: AbortSignal = new AbortController().signal,
	object: ObjectName = 'contact',
): Promise<boolean> {
	return readerOf(context, [], object, false).isGone(crmId, signal);
}

function readerOf(
	context: ConnectorContext,
	fieldMap: FieldMap,
	object: ObjectName,
	isPaced = true,
): RecordReader {
	const settings = wealthboxSettings(context.settings);
	const account = accountOf(context);
	const own = isPaced ? paced(context, settings) : context;
	const item = itemOf(object);
	if (item === undefined) return wealthboxReader(own, fieldMap, settings, account);
	const households = objectsOf(fieldMap).includes('household') || hasHouseholds(context.settings);
	return itemReader({ context: own, account, item, fieldMap, settings, households });
}
