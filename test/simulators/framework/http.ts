/** Requests, answers and routes of the simulators. */
import type { IncomingHttpHeaders } from 'node:http';

export interface SimRequest {
	method: string;
	/** Path without the query, as it was sent (not decoded). */
	path: string;
	query: URLSearchParams;
	/** Named parts of the route's pattern, decoded. */
	params: Record<string, string>;
	/** Names in lower case. */
	headers: IncomingHttpHeaders;
	/** The body as text; empty when there is none. */
	text: string;
	/**
	 * The body as JSON. An empty body is `undefined`; a malformed one throws {@link SimHttpError}
	 * 400.
	 */
	json: () => unknown;
	/** The body as a JSON object; anything else throws {@link SimHttpError} 400. */
	object: () => Record<string, unknown>;
	/** The body as `application/x-www-form-urlencoded`. */
	form: () => URLSearchParams;
	/** Aborts when the client has gone away or the simulator stops. For long polls. */
	signal: AbortSignal;
	/** Tells the write log what this call did; may be called once for each record of a bulk call. */
	wrote: (note: WriteNote) => void;
}

/** What a handler knows of a write; the server adds time, path, status and headers. */
export interface WriteNote {
	recordId: string | null;
	/** Default: the top-level names of the JSON body. */
	fields?: string[];
	changedAnything: boolean;
	/** For calls inside a call (Salesforce composite); default those of the HTTP call. */
	method?: string;
	path?: string;
	status?: number;
}

export interface SimResponse {
	status: number;
	headers?: Record<string, string | string[]>;
	/** Sent as JSON. Wins over `text`. */
	json?: unknown;
	/** Sent as it is; `text/plain` unless the headers say otherwise. */
	text?: string;
	/** Drops the connection instead of answering. */
	hangUp?: boolean;
	/** Sends the headers and half of the body, then drops the connection. */
	cut?: boolean;
}

export type SimHandler = (request: SimRequest) => SimResponse | Promise<SimResponse>;

export interface SimRoute {
	/** An HTTP method, or `*`. */
	method: string;
	/**
	 * `/v1/contacts/:id` (`:name` is one segment, a last `*name` the rest), or a RegExp over the
	 * whole path whose named groups become `params`.
	 */
	path: string | RegExp;
	handle: SimHandler;
	/** Whether calls belong in the write log even if they note nothing. Default: every method but GET and HEAD. */
	write?: boolean;
}

/** Throw it from a handler to answer at once. */
export class SimHttpError extends Error {
	override readonly name = 'SimHttpError';

	constructor(
		readonly response: SimResponse,
		message = `Answered with HTTP ${response.status}`,
	) {
		super(message);
	}
}

export function json(status: number, body: unknown, headers?: SimResponse['headers']): SimResponse {
	return { status, json: body, ...(headers && { headers }) };
}

export function text(status: number, body: string, headers?: SimResponse['headers']): SimResponse {
	return { status, text: body, ...(headers && { headers }) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a body, answering 400 in the name of the CRM when it is malformed. */
export function parseJson(body: string): unknown {
	if (body.trim() === '') return undefined;
	try {
		return JSON.parse(body) as unknown;
	} catch {
		throw new SimHttpError(json(400, { error: 'The body is not valid JSON' }));
	}
}

interface CompiledRoute {
	route: SimRoute;
	pattern: RegExp;
}

const escapeRegExp = (literal: string) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function compilePath(path: string | RegExp): RegExp {
	if (typeof path !== 'string') return path;
	const segments = path.split('/').map((segment) => {
		if (segment.startsWith(':')) return `(?<${segment.slice(1)}>[^/]+)`;
		if (segment.startsWith('*')) return `(?<${segment.slice(1)}>.*)`;
		return escapeRegExp(segment);
	});
	return new RegExp(`^${segments.join('/')}$`);
}

/** Finds the first route that fits; earlier routes win. */
export class Router {
	private readonly routes: CompiledRoute[];

	constructor(routes: readonly SimRoute[]) {
		this.routes = routes.map((route) => ({ route, pattern: compilePath(route.path) }));
	}

	match(
		method: string,
		path: string,
	): { route: SimRoute; params: Record<string, string> } | undefined {
		for (const { route, pattern } of this.routes) {
			if (route.method !== '*' && route.method !== method) continue;
			const found = pattern.exec(path);
			if (found) return { route, params: decodeParams(found.groups ?? {}) };
		}
		return undefined;
	}
}

function decodeParams(groups: Record<string, string | undefined>): Record<string, string> {
	const params: Record<string, string> = {};
	for (const [name, value] of Object.entries(groups)) {
		if (value === undefined) continue;
		try {
			params[name] = decodeURIComponent(value);
		} catch {
			throw new SimHttpError(text(400, 'Bad Request'));
		}
	}
	return params;
}
