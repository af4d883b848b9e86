/** All records of an object, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import type { FieldMap } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { paced } from '../poll-settings';
import { readAllWith, type RecordReader } from '../read-all';
import { itemReader, type Listed } from './item-reader';
import { noteReader } from './note-reader';
import { redtailReader } from './reader';
import { redtailSettings, type RedtailSettings } from './settings';

export async function* readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const { object = 'contact', alongside = [], fieldMap } = options;
	const settings = redtailSettings(context.settings);
	const reader = readerOf(paced(context, settings), fieldMap, settings, [object, ...alongside]);
	const shown: readonly string[] = [object, ...alongside];
	const lagMs = settings.listLagSeconds * 1_000;
	for await (const page of readAllWith(context, reader, options, lagMs))
		yield page.filter((event) => shown.includes(event.object));
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal: AbortSignal = new AbortController().signal,
	object: ObjectName = 'contact',
): Promise<boolean> {
	return readerOf(context, [], redtailSettings(context.settings), [object]).isGone(crmId, signal);
}

function readerOf(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: RedtailSettings,
	[object, ...alongside]: readonly [ObjectName, ...ObjectName[]],
): RecordReader {
	if (object === 'contact') return redtailReader(context, fieldMap, settings);
	if (object === 'note') return noteReader({ context, fieldMap, settings });
	const objects: [Listed, ...Listed[]] = [object, ...alongside.filter(isListed)];
	return itemReader({ context, objects, fieldMap, settings });
}

function isListed(object: ObjectName): object is Listed {
	return object !== 'contact' && object !== 'note';
}
