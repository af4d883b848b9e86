/** The node's own operations; values carry Pocket CRM's own field names. */
import { canonicalText } from '../../../lib/model/canonical';
import {
	CrmError,
	type ConnectorContext,
	type CrmRecord,
	type ListOptions,
	type RecordClient,
} from '../../../lib/connectors/connector';
import { asCrmError } from '../../../lib/connectors/rest';
import { CRM, pocketClient, type PocketClient, type PocketObject } from './client';
import { note } from './objects/note';
import { pocketSettings } from './settings';

const REPEATS = 2;
const MAX_PAGES = 2_000;
const DEFAULT_LIMIT = 50;
const MAX_FOUND = 200;

type Searches = Pick<RecordClient, 'matchFields' | 'listFilters'>;

function recordClient(object: PocketObject, searches: Searches): RecordClient {
	const call = <T>(context: ConnectorContext, work: (client: PocketClient) => Promise<T>) =>
		asCrmError(CRM, () => work(pocketClient(context, { repeats: REPEATS })));
	const list = (context: ConnectorContext, options: ListOptions) =>
		call(context, (client) => listed(context, client, object, options));
	return {
		...searches,
		get: (context, crmId) => call(context, (client) => client.get(object, crmId)),
		list,
		create: (context, values) => call(context, (client) => client.create(object, values)),
		update: (context, crmId, values) =>
			call(context, (client) => client.update(object, crmId, values)),
		delete: (context, crmId) => call(context, (client) => client.remove(object, crmId)),
		findBy: async (context, matchField, value) => {
			if (!searches.matchFields.some(({ name }) => name === matchField)) throw noFilter(matchField);
			const rows = await list(context, { limit: MAX_FOUND, filters: { [matchField]: value } });
			return rows.filter((row) => isSame(row[matchField], value));
		},
		idOf: (record) => String(record.id),
	};
}

async function listed(
	context: ConnectorContext,
	client: PocketClient,
	object: PocketObject,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
): Promise<CrmRecord[]> {
	const { pageSize } = pocketSettings(context.settings);
	const rows: CrmRecord[] = [];
	for (let page = 1; page <= MAX_PAGES && rows.length < limit; page += 1) {
		const read = await client.page(object, { ...filters, page }, Math.min(pageSize, limit));
		rows.push(...read.rows);
		if (!read.more) break;
	}
	return rows.slice(0, limit);
}

function isSame(held: unknown, value: string): boolean {
	const form = (text: unknown) => canonicalText(String(text ?? '')).toLowerCase();
	return form(held) === form(value);
}

function noFilter(name: string): CrmError {
	return new CrmError(`${CRM} cannot be searched by ${name}`, 400, '400', {
		retryable: false,
		hint: 'Choose one of the fields that the panel offers.',
	});
}

export const contacts = recordClient('contact', {
	matchFields: [
		{ name: 'email', label: 'E-mail' },
		{ name: 'ref', label: 'Reference' },
	],
	listFilters: [
		{ name: 'email', label: 'E-mail', type: 'string', description: 'The whole e-mail address' },
	],
});

export const records = { note: recordClient('note', note) };
