/** What Salesforce has beside contacts, in the order in which it is read. */
import type { ItemObject } from '../../objects/crm-object';
import { event } from './event';
import { household } from './household';
import { note } from './note';
import { opportunity } from './opportunity';
import type { SalesforceItem } from './salesforce-object';
import { task } from './task';

export const ITEMS: readonly SalesforceItem[] = [household, opportunity, note, task, event];

export function itemOf(object: ItemObject): SalesforceItem {
	const item = ITEMS.find((one) => one.object === object);
	if (item === undefined) throw new Error(`Salesforce has no ${object}.`);
	return item;
}
