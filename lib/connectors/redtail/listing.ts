/** All records of an object, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import type { FieldMap } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { withPollShare } from '../poll-reader';
import { readAllWith, type RecordReader } from '../read-all';
import { itemReader } from './item-reader';
import { noteReader } from './note-reader';
import { redtailReader } from './reader';
import { redtailSettings, type RedtailSettings } from './settings';

/** Reading keeps to its share of the calls, so that writes always find some left. */
export function paced(context: ConnectorContext, settings: RedtailSettings): ConnectorContext {
	return withPollShare(context, {
		calls: settings.callsPerWindow,
		windowMs: settings.windowSeconds * 1_000,
		share: settings.pollShare,
	});
}

export async function* readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const { object = 'contact', fieldMap } = options;
	const settings = redtailSettings(context.settings);
	const reader = readerOf(paced(context, settings), fieldMap, settings, object);
	for await (const page of readAllWith(context, reader, options))
		yield page.filter((event) => event.object === object);
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal: AbortSignal = new AbortController().signal,
	object: ObjectName = 'contact',
): Promise<boolean> {
	return readerOf(context, [], redtailSettings(context.settings), object).isGone(crmId, signal);
}

function readerOf(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: RedtailSettings,
	object: ObjectName,
): RecordReader {
	if (object === 'contact') return redtailReader(context, fieldMap, settings);
	if (object === 'note') return noteReader({ context, fieldMap, settings });
	return itemReader({ context, objects: [object], fieldMap, settings });
}
