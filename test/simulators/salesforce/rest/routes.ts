/** All of `/services/data`. */
import { json, type SimRoute } from '../../framework';
import { contentRoutes } from '../content';
import { bulkRoutes } from '../bulk/routes';
import { originOf } from '../oauth/routes';
import type { Org } from '../org';
import {
	NEWEST_VERSION,
	OLDEST_VERSION,
	toSimRoute,
	withHeaders,
	type RestCall,
	type RestRoute,
} from './call';
import { collectionRoutes } from './collections';
import { compositeRoutes } from './composite';
import { describeRoutes } from './describe';
import { queryRoutes } from './query';
import { replicationRoutes } from './replication';
import { rowRoutes } from './rows';

const SEASONS = ['Spring', 'Summer', 'Winter'];
/** Spring '24 was version 60. */
const [SPRING_24, YEAR] = [60, 24];

function versionLabel(version: number): string {
	const step = version - SPRING_24;
	const season = ((step % 3) + 3) % 3;
	// Winter releases carry the number of the next year.
	const year = YEAR + Math.floor(step / 3) + (season === 2 ? 1 : 0);
	return `${SEASONS[season]} '${year}`;
}

function versions() {
	const count = NEWEST_VERSION - OLDEST_VERSION + 1;
	return Array.from({ length: count }, (_, index) => {
		const version = OLDEST_VERSION + index;
		const url = `/services/data/v${version}.0`;
		return { label: versionLabel(version), url, version: `${version}.0` };
	});
}

function resources({ org, request, version }: RestCall) {
	const names = ['sobjects', 'query', 'queryAll', 'composite', 'limits', 'tooling', 'jobs'];
	const entries = names.map((name) => [name, `/services/data/v${version}/${name}`]);
	const identity = `${originOf(request)}/id/${org.id}/${org.accounts.user.id}`;
	return json(200, { ...Object.fromEntries(entries), identity });
}

function limits({ org }: RestCall) {
	const { quota, switches, bulk } = org;
	const max = (Max: number, used = 0) => ({ Max, Remaining: Math.max(0, Max - used) });
	return json(200, {
		DailyApiRequests: max(quota.max(), quota.used()),
		DailyBulkApiBatches: max(switches.dailyBulkBatches, bulk.used('batches')),
		DailyBulkV2QueryJobs: max(switches.dailyBulkQueryJobs, bulk.used('queryJobs')),
		DailyDeliveredPlatformEvents: max(25_000),
		DailyDurableStreamingApiEvents: max(200_000),
		DurableStreamingApiConcurrentClients: max(switches.maxStreamingClients),
		StreamingApiConcurrentClients: max(switches.maxStreamingClients),
	});
}

export function restRoutes(org: Org): SimRoute[] {
	// Named resources come before `:id`, which would take their names for ids.
	const plain: RestRoute[] = [
		{ method: 'GET', path: '', handle: resources },
		{ method: 'GET', path: '/limits', handle: limits },
		...describeRoutes,
		...replicationRoutes,
		...queryRoutes,
		...contentRoutes,
		...rowRoutes,
		...collectionRoutes,
		...bulkRoutes,
	];
	const all = [...plain, ...compositeRoutes(org, plain)];
	return [
		{
			method: 'GET',
			path: /^\/services\/data\/?$/,
			handle: () => withHeaders(org, json(200, versions())),
		},
		...all.map((route) => toSimRoute(org, route)),
	];
}
