/** Pocket CRM's change source: polling, with its own list of deleted records. */
import type { ChangeSourceOptions, ConnectorContext } from '../../../lib/connectors/connector';
import { chosenLists, runObjectPolling } from '../../../lib/connectors/poll-objects';
import { paced, pollTimes } from '../../../lib/connectors/poll-settings';
import { objectsOf } from '../../../lib/model/field-map';
import { PATHS, type PocketObject } from './client';
import { pocketReader } from './reader';
import { pocketSettings } from './settings';

/** In the order in which they are read first. */
const LISTS = Object.keys(PATHS) as PocketObject[];

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = pocketSettings(context.settings);
	const { deletedEveryPolls } = settings;
	const polling = { ...pollTimes(settings), deletedEveryPolls, editsAlwaysTouch: true };
	const chosen = objectsOf(options.fieldMap);
	const own = paced(context, settings);
	const lists = LISTS.filter((object) => chosen.includes(object)).map((object) => ({
		objects: [object] as [PocketObject],
		reader: pocketReader(own, options.fieldMap, object),
		settings: polling,
	}));
	await runObjectPolling({ context, options, lists: chosenLists(lists), random });
}
