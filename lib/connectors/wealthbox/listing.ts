/** All records of an object, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import { objectsOf, type FieldMap } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { paced } from '../poll-settings';
import { hasHouseholds } from '../objects/chosen';
import { readAllWith, type RecordReader } from '../read-all';
import { accountOf } from './account';
import { itemReader } from './item-reader';
import { itemOf } from './objects';
import { wealthboxReader } from './reader';
import { wealthboxSettings } from './settings';

/** Contacts and households share a list: the others of it are left out. */
export async function* readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const { object = 'contact', alongside = [] } = options;
	const reader = readerOf(context, options.fieldMap, object);
	const shown: readonly string[] = [object, ...alongside];
	const lagMs = wealthboxSettings(context.settings).listLagSeconds * 1_000;
	for await (const page of readAllWith(context, reader, options, lagMs))
		yield page.filter((event) => shown.includes(event.object));
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
