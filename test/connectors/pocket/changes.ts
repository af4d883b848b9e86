/** Pocket CRM's change source: polling, with its own list of deleted records. */
import type { ChangeSourceOptions, ConnectorContext } from '../../../lib/connectors/connector';
import { chosenLists, runObjectPolling } from '../../../lib/connectors/poll-objects';
import type { PollingSettings } from '../../../lib/connectors/poll-reader';
import { objectsOf } from '../../../lib/model/field-map';
import { PATHS, type PocketObject } from './client';
import { paced } from './listing';
import { pocketReader } from './reader';
import { pocketSettings, type PocketSettings } from './settings';

/** In the order in which they are read first. */
const LISTS = Object.keys(PATHS) as PocketObject[];

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = pollingOf(pocketSettings(context.settings));
	const chosen = objectsOf(options.fieldMap);
	const own = paced(context);
	const lists = LISTS.filter((object) => chosen.includes(object)).map((object) => ({
		objects: [object] as [PocketObject],
		reader: pocketReader(own, options.fieldMap, object),
		settings,
	}));
	await runObjectPolling({ context, options, lists: chosenLists(lists), random });
}

function pollingOf(settings: PocketSettings): PollingSettings {
	return {
		minPollMs: settings.minPollSeconds * 1_000,
		maxPollMs: settings.maxPollSeconds * 1_000,
		overlapMs: settings.overlapSeconds * 1_000,
		deepOverlapMs: settings.deepOverlapSeconds * 1_000,
		listLagMs: settings.listLagSeconds * 1_000,
		clockToleranceMs: settings.clockToleranceMinutes * 60_000,
		fullScanMs: settings.fullScanMinutes * 60_000,
		deletedEveryPolls: settings.deletedEveryPolls,
		editsAlwaysTouch: true,
	};
}
