/** All contacts, or some of them, as they are now. */
import type { ChangeEventInput } from '../../model/event';
import type { ConnectorContext, ReadAllOptions } from '../connector';
import { withPollShare } from '../poll-reader';
import { readAllWith } from '../read-all';
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

export function readAll(
	context: ConnectorContext,
	options: ReadAllOptions,
): AsyncGenerator<ChangeEventInput[]> {
	const settings = wealthboxSettings(context.settings);
	const reader = wealthboxReader(paced(context, settings), options.fieldMap, settings);
	return readAllWith(context, reader, options);
}

export function isGone(
	context: ConnectorContext,
	crmId: string,
	signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
	return wealthboxReader(context, [], wealthboxSettings(context.settings)).isGone(crmId, signal);
}
