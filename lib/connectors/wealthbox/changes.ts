/** Wealthbox's change source: polling, as there are no webhooks (reference/wealthbox.md, section 17). */
import type { ChangeSourceOptions, ConnectorContext } from '../connector';
import { objectsOf } from '../../model/field-map';
import { runObjectPolling, type PolledObjects } from '../poll-objects';
import type { PollingSettings } from '../poll-reader';
import { paced, pollTimes } from '../poll-settings';
import { accountOf } from './account';
import { itemReader } from './item-reader';
import { ITEMS } from './objects';
import { wealthboxReader } from './reader';
import { wealthboxSettings, type WealthboxSettings } from './settings';

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = wealthboxSettings(context.settings);
	const { fieldMap } = options;
	const account = accountOf(context);
	const pacedContext = paced(context, settings);
	const chosen = objectsOf(fieldMap);
	const households = chosen.includes('household');
	const contacts: PolledObjects = {
		objects: households ? ['contact', 'household'] : ['contact'],
		reader: wealthboxReader(pacedContext, fieldMap, settings, account),
		settings: contactPolling(settings),
	};
	const items = ITEMS.filter(({ object }) => chosen.includes(object)).map(
		(item): PolledObjects => ({
			objects: [item.object],
			reader: itemReader({ context: pacedContext, account, item, fieldMap, settings, households }),
			settings: itemPolling(settings),
		}),
	);
	await runObjectPolling({ context, options, lists: [contacts, ...items], random });
}

function contactPolling(settings: WealthboxSettings): PollingSettings {
	return {
		...pollTimes(settings),
		deletedEveryPolls: settings.deletedEveryPolls,
		editsAlwaysTouch: settings.nestedEditsTouchContact,
	};
}

function itemPolling(settings: WealthboxSettings): PollingSettings {
	return {
		...contactPolling(settings),
		minPollMs: settings.minItemPollSeconds * 1_000,
		maxPollMs: settings.maxItemPollSeconds * 1_000,
		fullScanMs: settings.itemScanMinutes * 60_000,
		editsAlwaysTouch: true,
	};
}
