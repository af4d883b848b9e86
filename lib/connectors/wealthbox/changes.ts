/** Wealthbox's change source: polling, as there are no webhooks (reference/wealthbox.md, section 17). */
import type { ChangeSourceOptions, ConnectorContext } from '../connector';
import { runPolling } from '../polling';
import { paced } from './listing';
import { wealthboxReader } from './reader';
import { wealthboxSettings } from './settings';

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = wealthboxSettings(context.settings);
	await runPolling({
		context,
		options,
		reader: wealthboxReader(paced(context, settings), options.fieldMap, settings),
		settings: {
			minPollMs: settings.minPollSeconds * 1_000,
			maxPollMs: settings.maxPollSeconds * 1_000,
			overlapMs: settings.overlapSeconds * 1_000,
			clockToleranceMs: settings.clockToleranceMinutes * 60_000,
			fullScanMs: settings.fullScanMinutes * 60_000,
			deletedEveryPolls: settings.deletedEveryPolls,
			editsAlwaysTouch: settings.nestedEditsTouchContact,
		},
		random,
	});
}
