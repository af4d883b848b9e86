/** One REST call: version, login, quota and faults checked, errors worded, the usual headers set. */
import { SalesforceError } from '../errors';
import { json, type SimRequest, type SimResponse, type SimRoute, isObject } from '../../framework';
import type { Org } from '../org';
import type { ObjectDef } from '../schema';
import type { Actor } from '../store';
import type { WriteOptions } from '../writes';

export const OLDEST_VERSION = 37;
export const NEWEST_VERSION = 68;
const CONTENT_TYPE = 'application/json;charset=UTF-8';

export interface RestCall {
	org: Org;
	request: SimRequest;
	/** As in the address: `62.0`. */
	version: string;
	actor: Actor;
	/** `METHOD /path?query` */
	label: string;
}

export type RestHandler = (call: RestCall) => SimResponse;

export interface RestRoute {
	method: string;
	/** Under `/services/data/vXX.0`; `:name` is one segment. */
	path: string;
	handle: RestHandler;
	write?: boolean;
	/** The documentation of `Sforce-Call-Options` does not name this resource. */
	isCollection?: boolean;
	/** A call inside a composite one, which has been counted already. */
	isNested?: boolean;
}

function pattern(path: string): RegExp {
	const source = path.replace(/:(\w+)/g, '(?<$1>[^/]+)');
	return new RegExp(`^/services/data/v(?<version>\\d+\\.\\d)${source}/?$`);
}

export function toSimRoute(org: Org, route: RestRoute): SimRoute {
	return {
		method: route.method,
		path: pattern(route.path),
		write: route.write ?? route.method !== 'GET',
		handle: (request) => serve(org, request, route),
	};
}

export function headerOf(request: SimRequest, name: string): string | undefined {
	const value = request.headers[name];
	return Array.isArray(value) ? value[0] : value;
}

/** Faults and checks that come before the resource itself. */
function enter(org: Org, request: SimRequest, label: string, isNested = false): string {
	const version = request.params['version'] ?? '';
	const number = Number(version);
	if (!Number.isInteger(number) || number < OLDEST_VERSION || number > NEWEST_VERSION) {
		throw new SalesforceError(404, 'NOT_FOUND', 'The requested resource does not exist');
	}
	const userId = org.accounts.authenticate(request.headers.authorization);
	if (userId === undefined || org.faults.take(['permanent401'], label)) {
		throw new SalesforceError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
	}
	if (isNested) return userId;
	const limit = org.faults.take(['requestLimit', 'concurrentRequests'], label);
	if (!org.quota.take() || limit !== undefined) {
		const which =
			limit?.kind === 'concurrentRequests'
				? 'ConcurrentRequests (Concurrent API Requests)'
				: 'TotalRequests';
		throw new SalesforceError(403, 'REQUEST_LIMIT_EXCEEDED', `${which} Limit exceeded.`);
	}
	return userId;
}

export function serve(org: Org, request: SimRequest, route: RestRoute): SimResponse {
	const query = request.query.toString();
	const label = `${request.method} ${request.path}${query && `?${query}`}`;
	const answer = answered(() => {
		const userId = enter(org, request, label, route.isNested);
		const version = request.params['version'] ?? '';
		const actor = { userId, origin: originOfCall(org, request, version, route) };
		return route.handle({ org, request, version, actor, label });
	});
	return withHeaders(org, answer);
}

/** A SalesforceError becomes its answer. */
export function answered(work: () => SimResponse): SimResponse {
	try {
		return work();
	} catch (error) {
		if (error instanceof SalesforceError) return json(error.status, error.toBody());
		throw error;
	}
}

export function withHeaders(org: Org, answer: SimResponse): SimResponse {
	const { used, max } = { used: org.quota.used(), max: org.quota.max() };
	const headers: Record<string, string | string[]> = {
		'Sforce-Limit-Info': `api-usage=${used}/${max}`,
		...answer.headers,
	};
	if (answer.json !== undefined) headers['Content-Type'] = CONTENT_TYPE;
	return { ...answer, headers };
}

function originOfCall(org: Org, request: SimRequest, version: string, route: RestRoute): string {
	const base = `com/salesforce/api/rest/${version}`;
	const client = clientOf(request);
	const isCarried = !route.isCollection || org.switches.originInCollections;
	return client && isCarried ? `${base};client=${client}` : base;
}

function clientOf(request: SimRequest): string | undefined {
	const options = headerOf(request, 'sforce-call-options') ?? '';
	return /(?:^|[,;]\s*)client=([^,;]*)/i.exec(options)?.[1]?.trim();
}

/** `changeOrigin` of what a Bulk API 2.0 job writes; its API is thought to be named `bulkapi`. */
export function bulkOrigin({ request, version }: RestCall): string {
	const client = clientOf(request);
	const base = `com/salesforce/api/bulkapi/${version}`;
	return client ? `${base};client=${client}` : base;
}

/** The object of the address, in any case. */
export function objectOf({ org, request }: RestCall): ObjectDef {
	const object = org.schema.object(request.params['object'] ?? '');
	if (object === undefined) {
		throw new SalesforceError(404, 'NOT_FOUND', 'The requested resource does not exist');
	}
	return object;
}

export function writableObject(call: RestCall): ObjectDef {
	const object = objectOf(call);
	if (object.writable) return object;
	const message = `entity type cannot be written: ${object.name}`;
	throw new SalesforceError(400, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message, []);
}

/** The body as a JSON object, or the error that Salesforce answers. */
export function bodyOf({ request }: RestCall): Record<string, unknown> {
	let body: unknown;
	try {
		body = JSON.parse(request.text === '' ? '{}' : request.text) as unknown;
	} catch {
		throw new SalesforceError(400, 'JSON_PARSER_ERROR', 'Unexpected character in the JSON body');
	}
	if (isObject(body)) return body;
	throw new SalesforceError(400, 'JSON_PARSER_ERROR', 'The HTTP entity body must be an object');
}

export function writeOptions({ request, label }: RestCall): WriteOptions {
	const rule = headerOf(request, 'sforce-duplicate-rule-header') ?? '';
	return { label, allowDuplicate: /allowsave\s*=\s*true/i.test(rule) };
}

export function rowUrl(version: string, object: string, id: string): string {
	return `/services/data/v${version}/sobjects/${object}/${id}`;
}

/** Top-level names sent for one row, for the write log. */
export function sentFields(input: Record<string, unknown>): string[] {
	return Object.keys(input).filter((name) => name !== 'attributes');
}
