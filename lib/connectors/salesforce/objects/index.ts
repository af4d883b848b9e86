/** What Salesforce has beside contacts, in the order in which it is read. */
import type { ItemObject, Settings } from '../../objects/crm-object';
import { itemSettings } from '../settings';
import { event } from './event';
import { household } from './household';
import { contentNote, note } from './note';
import { opportunity } from './opportunity';
import type { SalesforceItem } from './salesforce-object';
import { task } from './task';

export const ITEMS: readonly SalesforceItem[] = [household, opportunity, note, task, event];

/** As the settings say that the org keeps it. */
export function itemOf(object: ItemObject, settings: Settings): SalesforceItem {
	if (object === 'note' && itemSettings(settings).noteFormat === 'enhanced') return contentNote;
	const item = ITEMS.find((one) => one.object === object);
	if (item === undefined) throw new Error(`Salesforce has no ${object}.`);
	return item;
}
