/**
 * Salesforce REST through jsforce, with all HTTP going through the HttpPort. jsforce gives the
 * resources' paths and bodies, SOQL paging and typing; authentication, refresh, time-outs and
 * proxies are the port's. jsforce's own retries and session refresh never run: its request module
 * is bypassed, and the connection holds neither token nor refresh function.
 */
import { PassThrough } from 'node:stream';
import { Connection } from 'jsforce/lib/connection';
import { Transport } from 'jsforce/lib/transport';
import type {
	HttpRequest as JsforceRequest,
	HttpResponse as JsforceResponse,
} from 'jsforce/lib/types';
import { StreamPromise } from 'jsforce/lib/util/promise';
import { ConfigurationFailure, CrmError, type ConnectorContext } from '../connector';
import { header, retryAfterMs, type HttpRequest, type HttpResponse } from '../http';
import { restFailure } from './errors';
import { settingsOf } from './settings';

export const CRM = 'Salesforce';
export const OBJECT = 'Contact';

/** Above the org's usage ceiling nobody calls for this long; usage is counted over rolling 24 h. */
const USAGE_PAUSE_MS = 5 * 60_000;

export interface CallScope {
	priority: 'live' | 'retry' | 'backfill';
	signal?: AbortSignal;
	/** Sent with every call but GET. */
	writeHeaders?: Record<string, string>;
	/** Told of every call that is sent. */
	onCall?: () => void;
	/** Default: the port's. */
	timeoutMs?: number;
}

export type SalesforceConnection = Connection;

/** A connection whose calls run in the given scope. Cheap: made for each piece of work. */
export function connect(context: ConnectorContext, scope: CallScope): SalesforceConnection {
	const settings = settingsOf(context);
	const connection = new Connection({
		// Relative addresses come out, which the port resolves against the instance URL.
		instanceUrl: '',
		// jsforce falls back to 50.0 when no version is given.
		version: settings.apiVersion,
		callOptions: { client: settings.clientId },
	});
	useTransport(connection, new PortTransport(context, scope));
	return connection;
}

/**
 * jsforce has no public way to give a connection a transport; all of its calls read this property.
 * The check makes a jsforce that moved it fail at once instead of calling out by itself.
 */
function useTransport(connection: Connection, transport: Transport): void {
	if (!('_transport' in connection)) {
		throw new ConfigurationFailure(
			'This version of jsforce does not take a transport of our own.',
			'Install the version of n8n-nodes-crm-fabric that was released, unchanged.',
		);
	}
	Object.assign(connection, { _transport: transport });
}

class PortTransport extends Transport {
	constructor(
		private readonly context: ConnectorContext,
		private readonly scope: CallScope,
	) {
		super();
	}

	override httpRequest(request: JsforceRequest): StreamPromise<JsforceResponse> {
		const promise = this.send(request);
		// jsforce pipes the stream for streamed bodies, which nothing here uses.
		return StreamPromise.create(() => ({ stream: new PassThrough(), promise }));
	}

	private async send(request: JsforceRequest): Promise<JsforceResponse> {
		const response = await callSalesforce(this.context, this.scope, this.toPort(request));
		const contentType = header(response, 'content-type') ?? 'application/json';
		const { status, body } = response;
		return { statusCode: status, headers: { 'content-type': contentType }, body: textOf(body) };
	}

	private toPort(request: JsforceRequest): HttpRequest {
		const { writeHeaders, signal, timeoutMs } = this.scope;
		const headers: Record<string, string> = {};
		for (const [name, value] of Object.entries(request.headers ?? {})) {
			// The port knows the length of what it sends.
			if (name.toLowerCase() !== 'content-length') headers[name.toLowerCase()] = value;
		}
		const text = typeof request.body === 'string' ? request.body : undefined;
		const method = request.method as HttpRequest['method'];
		if (method !== 'GET') Object.assign(headers, writeHeaders);
		return { method, url: request.url, headers, text, signal, timeoutMs, responseType: 'text' };
	}
}

/**
 * One call, counted in the budget, with the org's usage watched. Rejects with CrmError for every status
 * from 300 on, else as the port does. `request` asks for text.
 */
export async function callSalesforce(
	context: ConnectorContext,
	scope: CallScope,
	request: HttpRequest,
): Promise<HttpResponse> {
	await context.budget.take(scope.priority, scope.signal);
	scope.onCall?.();
	const response = await context.http(request);
	watchUsage(context, response);
	if (response.status >= 300) throw failureOf(context, response);
	return response;
}

function textOf(body: unknown): string {
	return typeof body === 'string' ? body : '';
}

function failureOf(context: ConnectorContext, response: HttpResponse): CrmError {
	const wait = retryAfterMs(response, context.now());
	const failure = restFailure(response.status, textOf(response.body), wait);
	const limited = failure.code === 'REQUEST_LIMIT_EXCEEDED' || response.status === 429;
	const pauseMs = wait ?? (limited ? failure.options.retryAfterMs : undefined);
	if (failure.options.retryable && pauseMs !== undefined) context.budget.pauseFor(pauseMs);
	return failure;
}

/** `Sforce-Limit-Info: api-usage=18/5000` (rolling 24 h, the whole org). */
function watchUsage(context: ConnectorContext, response: HttpResponse): void {
	const usage = /api-usage=(\d+)\/(\d+)/.exec(header(response, 'sforce-limit-info') ?? '');
	if (usage === null) return;
	const [used, limit] = [Number(usage[1]), Number(usage[2])];
	if (limit > 0) context.budget.observe?.({ used, most: limit });
	if (limit === 0 || used < limit * settingsOf(context).apiUsageCeiling) return;
	context.log('warn', 'The org is close to its daily API limit; the fabric pauses.', {
		used,
		limit,
	});
	context.budget.pauseFor(USAGE_PAUSE_MS);
}

/** Record ids stand in paths: nothing else may get there. */
export function checkedId(crmId: string): string {
	if (/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(crmId)) return crmId;
	throw new CrmError('This is no Salesforce record id', 400, 'MALFORMED_ID', {
		retryable: false,
		hint: 'A record id has 15 or 18 letters and digits, for example 0035g00000LmQ7xAAF.',
	});
}

/** A text as a SOQL literal. */
export function soqlText(value: string): string {
	const escaped = value.replace(/[\\']/g, (sign) => `\\${sign}`).replace(/\n/g, '\\n');
	return `'${escaped.replace(/\r/g, '\\r')}'`;
}

/** A time as a SOQL literal, in whole seconds. */
export function soqlInstant(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Provokes a refresh of the token by one cheap authenticated call; its content is of no interest. */
export async function refreshToken(context: ConnectorContext, signal: AbortSignal): Promise<void> {
	try {
		await connect(context, { priority: 'live', signal }).limits();
	} catch (error) {
		// The resource wants a permission that the user need not have; 403 shows a token that works.
		if (!(error instanceof CrmError && error.status === 403)) throw error;
	}
}
