/** `/composite`: up to 25 calls in one, later ones may use results of earlier ones. */
import {
	isObject,
	json,
	parseJson,
	Router,
	type SimRequest,
	type SimResponse,
} from '../../framework';
import { SalesforceError } from '../errors';
import type { Org } from '../org';
import { answered, bodyOf, type RestCall, type RestRoute, toSimRoute } from './call';

const MAX_SUBREQUESTS = 25;

interface SubRequest {
	method: string;
	url: string;
	referenceId: string;
	body: unknown;
}

interface SubResult {
	body: unknown;
	httpHeaders: Record<string, string>;
	httpStatusCode: number;
	referenceId: string;
}

class RolledBack extends Error {
	constructor(readonly results: SubResult[]) {
		super('All or none');
	}
}

function subRequests(call: RestCall): SubRequest[] {
	const { compositeRequest: list } = bodyOf(call);
	if (!Array.isArray(list) || !list.every(isObject)) {
		throw new SalesforceError(400, 'JSON_PARSER_ERROR', 'compositeRequest must be a list');
	}
	if (list.length > MAX_SUBREQUESTS) {
		const message = `Limit reached. Cannot submit more than ${MAX_SUBREQUESTS} subrequests`;
		throw new SalesforceError(400, 'LIMIT_EXCEEDED', message);
	}
	return list.map((item) => ({
		method: String(item['method'] ?? 'GET').toUpperCase(),
		url: String(item['url'] ?? ''),
		referenceId: String(item['referenceId'] ?? ''),
		body: item['body'],
	}));
}

/** Puts `@{ref.path}` from earlier results into the text. */
function fill(text: string, results: readonly SubResult[]): string {
	return text.replace(
		/@\{(\w+)\.([\w.[\]]+)\}/g,
		(whole: string, reference: string, path: string) => {
			const found = results.find(({ referenceId }) => referenceId === reference);
			const value = path
				.split(/[.[\]]+/)
				.filter(Boolean)
				.reduce<unknown>(
					(inner, name) => (inner as Record<string, unknown> | null)?.[name],
					found?.body,
				);
			return value === undefined || value === null ? whole : String(value);
		},
	);
}

/** The sub-request as if it had come by itself. */
function synthetic(call: RestCall, sub: SubRequest, results: readonly SubResult[]): SimRequest {
	const url = new URL(fill(sub.url, results), 'http://simulator');
	const text = sub.body === undefined ? '' : fill(JSON.stringify(sub.body), results);
	const { method } = sub;
	const path = url.pathname;
	return {
		...call.request,
		method,
		path,
		query: url.searchParams,
		params: {},
		text,
		json: () => parseJson(text),
		wrote: (note) => call.request.wrote({ method, path, ...note }),
	};
}

function runOne(call: RestCall, routes: Router, sub: SubRequest, done: SubResult[]): SubResult {
	const request = synthetic(call, sub, done);
	const hit = routes.match(request.method, request.path);
	const answer = answered(() => {
		const message = 'The requested resource does not exist';
		if (hit === undefined) throw new SalesforceError(404, 'NOT_FOUND', message);
		request.params = hit.params;
		return hit.route.handle(request) as SimResponse;
	});
	return {
		body: answer.json ?? null,
		httpHeaders: {},
		httpStatusCode: answer.status,
		referenceId: sub.referenceId,
	};
}

function runAll(call: RestCall, routes: Router, allOrNone: boolean): SubResult[] {
	const results: SubResult[] = [];
	for (const sub of subRequests(call)) {
		const result = runOne(call, routes, sub, results);
		results.push(result);
		if (allOrNone && result.httpStatusCode >= 300) throw new RolledBack(results);
	}
	return results;
}

function halted(result: SubResult): SubResult {
	const errorCode = 'PROCESSING_HALTED';
	const message =
		'The transaction was rolled back since another operation in the same transaction failed.';
	return { ...result, body: [{ errorCode, message }], httpStatusCode: 400 };
}

function composite(call: RestCall, routes: Router): SimResponse {
	const allOrNone = bodyOf(call)['allOrNone'] === true;
	try {
		const run = () => runAll(call, routes, allOrNone);
		const results = allOrNone ? call.org.store.transact(call.actor, run) : run();
		return json(200, { compositeResponse: results });
	} catch (error) {
		if (!(error instanceof RolledBack)) throw error;
		const last = error.results.length - 1;
		const results = error.results.map((one, index) => (index === last ? one : halted(one)));
		return json(200, { compositeResponse: results });
	}
}

export function compositeRoutes(org: Org, inner: readonly RestRoute[]): RestRoute[] {
	const routes = new Router(
		inner.map((route) => toSimRoute(org, { ...route, isCollection: true, isNested: true })),
	);
	return [
		{
			method: 'POST',
			path: '/composite',
			isCollection: true,
			handle: (call) => composite(call, routes),
		},
	];
}
