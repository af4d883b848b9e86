/** Rows of Redtail's other resources, made whole: texts for ids, links where the list leaves them out. */
import type { ConnectorContext, CrmRecord } from '../connector';
import type { ItemObject } from '../objects/crm-object';
import type { RedtailClient } from './client';
import type { Resource } from './item-client';
import { textOfId } from './picklists';
import { OBJECT_PICKLISTS } from './objects';
import { ACTIVITIES } from './objects/activity';
import { FAMILIES } from './objects/household';
import { OPPORTUNITIES } from './objects/opportunity';

/** Notes have none: they are a contact's. */
export const RESOURCES: Record<Exclude<ItemObject, 'note'>, Resource> = {
	household: FAMILIES,
	opportunity: OPPORTUNITIES,
	task: ACTIVITIES,
	event: ACTIVITIES,
};

/** What the row shows as an id alone gets its text, by the name under which others show it. */
export async function withTexts(
	context: ConnectorContext,
	client: RedtailClient,
	object: ItemObject,
	row: CrmRecord,
): Promise<CrmRecord> {
	const texts: CrmRecord = {};
	for (const [name, { idField, list }] of Object.entries(OBJECT_PICKLISTS[object])) {
		if (typeof row[name] === 'string' || !(idField in row) || list === undefined) continue;
		const id = row[idField];
		const isNone = id === null || id === '';
		const text = isNone ? null : await textOfId(context, client, list, Number(id));
		if (text !== undefined) texts[name] = text;
	}
	return { ...row, ...texts };
}

export async function readItem(
	context: ConnectorContext,
	client: RedtailClient,
	object: Exclude<ItemObject, 'note'>,
	crmId: string,
): Promise<CrmRecord> {
	const row = await client.items.get(RESOURCES[object], crmId);
	return withTexts(context, client, object, row);
}
