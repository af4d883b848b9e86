/** All contacts, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { withPollShare } from '../poll-reader';
import { readAllWith } from '../read-all';
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

export function readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const settings = redtailSettings(context.settings);
	const reader = redtailReader(paced(context, settings), options.fieldMap, settings);
	return readAllWith(context, reader, options);
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
	return redtailReader(context, [], redtailSettings(context.settings)).isGone(crmId, signal);
}
