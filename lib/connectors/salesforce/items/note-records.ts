/**
 * The node's own operations on notes: classic and enhanced ones under the same names (`Title`, `Body`, `ParentId`). A note
 * that is there is told by its id; which kind is made and listed is the setting `noteFormat`.
 */
import {
	CrmError,
	type ConnectorContext,
	type CrmRecord,
	type ListOptions,
	type RecordClient,
} from '../../connector';
import { checkedId, connect, soqlInstant, soqlText } from '../client';
import { contentNote } from '../objects/note';
import { batches } from '../queries';
import { itemSettings } from '../settings';
import { contentBody, isContentId, linkedTo } from './content-notes';
import { createRecord } from './create';
import type { ItemReads } from './item-reads';
import { byIds, select } from './read';

const DEFAULT_LIMIT = 100;
/** Each note's text is a call of its own. */
const MAX_LIMIT = 2_000;
const FIELDS = ['Id', 'Title', 'Body', 'ParentId', 'OwnerId', 'CreatedDate', 'LastModifiedDate'];

export function eitherNotes(classic: RecordClient): RecordClient {
	const kept = (crmId: string) => (isContentId(crmId) ? enhanced : classic);
	const chosen = ({ settings }: ConnectorContext) =>
		itemSettings(settings).noteFormat === 'enhanced' ? enhanced : classic;
	return {
		...classic,
		get: (context, crmId) => kept(crmId).get(context, crmId),
		list: (context, options) => chosen(context).list(context, options),
		create: (context, values) => chosen(context).create(context, values),
		update: (context, crmId, values) => kept(crmId).update(context, crmId, values),
		delete: (context, crmId) => kept(crmId).delete(context, crmId),
	};
}

const live = (context: ConnectorContext) => connect(context, { priority: 'live' });

const readsOf = (context: ConnectorContext, fields: readonly string[]): ItemReads => ({
	...{ context, item: contentNote, fields, priority: 'live' },
});

async function get(context: ConnectorContext, crmId: string): Promise<CrmRecord> {
	const [record] = await byIds(readsOf(context, FIELDS), [crmId]);
	if (record !== undefined) return record;
	throw new CrmError('Salesforce has no such note', 404, 'NOT_FOUND', { retryable: false });
}

/** Newest first; the texts of those alone that are wanted. */
async function list(context: ConnectorContext, options: ListOptions): Promise<CrmRecord[]> {
	const limit = Math.min(Math.max(1, options.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
	const { ParentId: about = '', modifiedSince = '' } = options.filters ?? {};
	const since = modifiedSince === '' ? [] : [`LastModifiedDate >= ${instant(modifiedSince)}`];
	const stamps = readsOf(context, ['Id', 'LastModifiedDate']);
	const newest = { order: 'LastModifiedDate DESC', limit };
	const found: CrmRecord[] = [];
	if (about === '') found.push(...(await select(stamps, since, newest)));
	const linked = about === '' ? [] : await linkedTo(live(context), about);
	for (const ids of batches(linked)) {
		const named = `Id IN (${ids.map(soqlText).join(',')})`;
		found.push(...(await select(stamps, [...since, named], newest)));
	}
	const at = ({ LastModifiedDate }: CrmRecord) => Date.parse(String(LastModifiedDate));
	const ids = found
		.sort((a, b) => at(b) - at(a))
		.slice(0, limit)
		.map(({ Id }) => String(Id));
	const records = await byIds(readsOf(context, FIELDS), ids);
	return [...records].sort((a, b) => at(b) - at(a));
}

function instant(value: string): string {
	const at = Date.parse(value);
	if (!Number.isNaN(at)) return soqlInstant(at);
	throw new CrmError('The time to list from cannot be read', 400, 'INVALID_FILTER', {
		retryable: false,
		hint: 'Write it as 2026-11-22T08:00:00Z.',
	});
}

const enhanced: Pick<RecordClient, 'get' | 'list' | 'create' | 'update' | 'delete'> = {
	get,
	list,
	create: async (context, values) =>
		get(context, await createRecord(context, live(context), contentNote, values)),
	async update(context, crmId, values) {
		const Id = checkedId(crmId);
		const body = contentBody(values);
		// Whom a note is about cannot be changed afterwards.
		if (Object.keys(body).length > 0)
			await live(context).update(contentNote.sobject, { ...body, Id });
		return get(context, Id);
	},
	async delete(context, crmId) {
		await live(context).destroy(contentNote.sobject, checkedId(crmId));
	},
};
