/** `/query`, `/queryAll`, `/query/<locator>` and the Tooling API's query of channel members. */
import { json, type SimResponse } from '../../framework';
import { SalesforceError } from '../errors';
import { Schema } from '../schema';
import { channelMemberObject } from '../schema/objects';
import { runSoql, type QueryResult } from '../soql/run';
import { Store } from '../store';
import { headerOf, rowUrl, type RestCall, type RestRoute } from './call';
import type { Page } from './cursors';

const SMALLEST_BATCH = 200;
const LARGEST_BATCH = 2_000;

function soqlOf({ request }: RestCall): string {
	const soql = request.query.get('q');
	if (soql !== null && soql.trim() !== '') return soql;
	throw new SalesforceError(400, 'MALFORMED_QUERY', 'A query must be specified in the q parameter');
}

function batchSize({ request }: RestCall): number {
	const options = headerOf(request, 'sforce-query-options') ?? '';
	const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(options)?.[1] ?? LARGEST_BATCH);
	return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, asked));
}

function showPage({ version }: RestCall, { records, totalSize, next }: Page): SimResponse {
	const more = next !== undefined && { nextRecordsUrl: `/services/data/v${version}/query/${next}` };
	return json(200, { totalSize, done: next === undefined, ...more, records });
}

function run(call: RestCall, includeDeleted: boolean): SimResponse {
	const { org, version } = call;
	const result = runSoql(org.store, soqlOf(call), {
		includeDeleted,
		urlOf: (object, id) => rowUrl(version, object.name, id),
	});
	return showResult(call, result);
}

function showResult(call: RestCall, { records, totalSize }: QueryResult): SimResponse {
	const page = call.org.cursors.open(records, batchSize(call));
	return showPage(call, { ...page, totalSize });
}

/** n8n's Salesforce node sends the last segment of `nextRecordsUrl`, jsforce the whole. */
function more(call: RestCall): SimResponse {
	return showPage(call, call.org.cursors.page(call.request.params['locator'] ?? ''));
}

/** Which objects are selected for change events, as rows of a Tooling object. */
function tooling(call: RestCall): SimResponse {
	const { switches, now } = call.org;
	const store = new Store(new Schema([channelMemberObject()]), now);
	const object = store.schema.known('PlatformEventChannelMember');
	const members = [
		...switches.selectedEntities.map((entity) => ['ChangeEvents', entity] as const),
		...Object.entries(switches.customChannels).flatMap(([channel, entities]) =>
			entities.map((entity) => [channel, entity] as const),
		),
	];
	store.transact(call.actor, () => {
		for (const [channel, entity] of members) {
			const selected = `${entity}ChangeEvent`;
			const name = `${channel.replace(/__chn$/, '')}_${selected}`;
			const values = { EventChannel: channel, SelectedEntity: selected, DeveloperName: name };
			store.insert(object, values);
		}
	});
	const urlOf = (type: { name: string }, id: string) =>
		`/services/data/v${call.version}/tooling/sobjects/${type.name}/${id}`;
	const result = runSoql(store, soqlOf(call), { includeDeleted: false, urlOf });
	const body = { size: result.records.length, entityTypeName: object.name, queryLocator: null };
	return json(200, { ...body, ...result, done: true });
}

export const queryRoutes: RestRoute[] = [
	{ method: 'GET', path: '/query', handle: (call) => run(call, false) },
	{ method: 'GET', path: '/queryAll', handle: (call) => run(call, true) },
	{ method: 'GET', path: '/query/:locator', handle: more },
	{ method: 'GET', path: '/queryAll/:locator', handle: more },
	{ method: 'GET', path: '/tooling/query', handle: tooling },
];
