/**
 * Redtail's change source: polling of the search, and a regular full comparison, since editing a
 * phone may leave the contact's edit time as it was and no list of deleted contacts is known
 * (reference/redtail.md, section 5).
 */
import type { ChangeSourceOptions, ConnectorContext } from '../connector';
import { runPolling } from '../polling';
import { paced } from './listing';
import { redtailReader } from './reader';
import { redtailSettings } from './settings';

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = redtailSettings(context.settings);
	await runPolling({
		context,
		options,
		reader: redtailReader(paced(context, settings), options.fieldMap, settings),
		settings: {
			minPollMs: settings.minPollSeconds * 1_000,
			maxPollMs: settings.maxPollSeconds * 1_000,
			overlapMs: settings.overlapSeconds * 1_000,
			clockToleranceMs: settings.clockToleranceMinutes * 60_000,
			fullScanMs: settings.fullScanMinutes * 60_000,
			deletedEveryPolls: 1,
			editsAlwaysTouch: settings.subRecordEditsTouchContact,
		},
		random,
	});
}
