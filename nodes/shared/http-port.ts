/**
 * The connectors' door to the network, over n8n's authenticated helper: n8n adds the credential,
 * refreshes a token that a 401 says has expired, and repeats the call once.
 */
import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	ITriggerFunctions,
} from 'n8n-workflow';
import {
	ConfigurationFailure,
	HttpFailure,
	type HttpPort,
	type HttpRequest,
	type HttpResponse,
} from '../../lib';
import { networkFailure } from './network-failure';

/** The kinds of n8n functions from which a CRM is called. */
export type CrmCaller = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions;

export interface HttpPortOptions {
	caller: CrmCaller;
	credentialType: string;
	/** Asked once, at the first call: where paths are resolved. Default: the credential's base address. */
	baseUrl?: () => Promise<string>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** What `httpRequestWithAuthentication` gives with `returnFullResponse`. */
interface FullResponse {
	statusCode: number;
	headers?: Record<string, unknown>;
	body?: unknown;
}

/** Keeps the contract of {@link HttpPort}; a base address that cannot be used is a ConfigurationFailure. */
export function httpPort({ caller, credentialType, baseUrl }: HttpPortOptions): HttpPort {
	let base: Promise<string> | undefined;
	const baseAddress = () =>
		(base ??= (baseUrl ?? (() => credentialBaseUrl(caller, credentialType)))());
	return async (request) => {
		const url = addressOf(await baseAddress(), request);
		const limit = deadline(request);
		try {
			const options = requestOptions(url, request, limit.signal);
			const { httpRequestWithAuthentication } = caller.helpers;
			const call = httpRequestWithAuthentication.call(caller, credentialType, options);
			return toResponse((await limit.race(call)) as FullResponse, request);
		} catch (error) {
			throw networkFailure(error, limit.ended());
		} finally {
			limit.clear();
		}
	};
}

/**
 * Wealthbox and Redtail: the credential's `baseUrl`. Salesforce: the address that came with the
 * token, else the one in the credential, else My Domain.
 */
async function credentialBaseUrl(caller: CrmCaller, credentialType: string): Promise<string> {
	const { oauthTokenData, baseUrl, instanceUrl, myDomainUrl } =
		await caller.getCredentials(credentialType);
	const fromToken =
		typeof oauthTokenData === 'object' &&
		oauthTokenData !== null &&
		'instance_url' in oauthTokenData
			? oauthTokenData.instance_url
			: undefined;
	const given = [fromToken, baseUrl, instanceUrl, myDomainUrl].find(
		(value): value is string => typeof value === 'string' && value.trim() !== '',
	);
	return usableBase(given ?? '');
}

function usableBase(given: string): string {
	const base = given.trim().replace(/\/+$/, '');
	if (/^https?:\/\/[^/]+/i.test(base) && URL.canParse(base)) return base;
	throw new ConfigurationFailure(
		"The credential's base address is not a web address.",
		'Open the credential and enter the whole address, beginning with https://.',
	);
}

/** Arrays in the query are repeated. Credentials never go to another host than the credential's own. */
function addressOf(base: string, request: HttpRequest): URL {
	const absolute = /^https?:\/\//i.test(request.url);
	const url = new URL(absolute ? request.url : `${base}/${request.url.replace(/^\/+/, '')}`);
	if (url.origin !== new URL(base).origin) {
		throw new ConfigurationFailure(
			'A call to another host than that of the credential was stopped.',
			'Check the base address in the credential.',
		);
	}
	for (const [name, value] of Object.entries(request.query ?? {})) {
		if (value === undefined) continue;
		for (const one of [value].flat()) url.searchParams.append(name, String(one));
	}
	return url;
}

/**
 * The body goes as text and comes as text: n8n's helper would leave out an empty object and parse
 * whatever looks like JSON. A redirect would carry the credential elsewhere, or turn a write into a read.
 */
function requestOptions(url: URL, request: HttpRequest, signal: AbortSignal): IHttpRequestOptions {
	const json = request.json !== undefined;
	return {
		method: request.method,
		url: url.href,
		headers: {
			accept: 'application/json',
			...(json ? { 'content-type': 'application/json' } : {}),
			...request.headers,
		},
		body: json ? JSON.stringify(request.json) : request.text,
		encoding: 'text',
		timeout: timeoutOf(request),
		abortSignal: signal,
		disableFollowRedirect: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: { ignore: true, except: [401] },
	};
}

function timeoutOf(request: HttpRequest): number {
	return request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}

function toResponse(answer: FullResponse, request: HttpRequest): HttpResponse {
	const headers: HttpResponse['headers'] = {};
	for (const [name, value] of Object.entries(answer.headers ?? {})) {
		const known = typeof value === 'string' || Array.isArray(value);
		headers[name.toLowerCase()] = known ? value : String(value);
	}
	const text = typeof answer.body === 'string' ? answer.body : '';
	const isJson =
		request.responseType !== 'text' && String(headers['content-type']).includes('json');
	return { status: answer.statusCode, headers, body: isJson ? parsed(text) : text };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/**
 * The call's end at the latest, whatever n8n's helper does with its options: its time-out counts
 * silence only, and in an execution it puts its own signal in place of ours.
 */
function deadline(request: HttpRequest) {
	const controller = new AbortController();
	let ended: HttpFailure | undefined;
	let giveUp: (failure: HttpFailure) => void = () => {};
	const given = new Promise<never>((_, reject) => (giveUp = reject));
	given.catch(() => {});
	const end = (failure: HttpFailure) => {
		ended ??= failure;
		giveUp(ended);
		controller.abort();
	};
	const onAbort = () => end(new HttpFailure('the call was stopped', 'aborted'));
	const onTimeout = () => end(new HttpFailure('the CRM did not answer in time', 'timeout'));
	const timer = setTimeout(onTimeout, timeoutOf(request));
	if (request.signal?.aborted) onAbort();
	else request.signal?.addEventListener('abort', onAbort, { once: true });
	return {
		signal: controller.signal,
		ended: () => ended,
		race: async <T>(call: Promise<T>): Promise<T> => await Promise.race([call, given]),
		clear: () => {
			clearTimeout(timer);
			request.signal?.removeEventListener('abort', onAbort);
		},
	};
}
