/**
 * Calls to a REST API, classified: which failures may pass by themselves, when to come back, and
 * what to tell a person. Shared by the connectors; the network is behind HttpPort.
 */
import type { CallPriority } from './budget';
import { ConfigurationFailure, CrmError, type ConnectorContext } from './connector';
import {
	AuthenticationFailure,
	HttpFailure,
	retryAfterMs,
	type HttpRequest,
	type HttpResponse,
} from './http';

export interface RestRequest extends Omit<HttpRequest, 'url'> {
	/** Path under the connection's base address. */
	path: string;
	/** Default `live`. */
	priority?: CallPriority;
}

export interface RestOptions {
	/** The CRM's name as people know it. */
	crm: string;
	/** Sent with a call that writes. */
	writeHeaders?: (call: RestRequest) => Record<string, string>;
	priority?: CallPriority;
	/**
	 * How often a failed call is repeated at once. A POST is repeated only if it surely was not
	 * carried out (429, connection refused). Default 0: the engine repeats deliveries and polls.
	 */
	repeats?: number;
	signal?: AbortSignal;
}

export interface Rest {
	/** Resolves with a 2xx answer. Rejects with CrmError, HttpFailure or AuthenticationFailure. */
	call: (request: RestRequest) => Promise<HttpResponse>;
	/** HTTP calls made so far. */
	calls: () => number;
}

/** Where a 429 names no time. Wealthbox clients fall back to 5 to 60 s (reference, section 15). */
const DEFAULT_PAUSE_MS = 5_000;
const MAX_REPEAT_WAIT_MS = 30_000;

export function createRest(context: ConnectorContext, options: RestOptions): Rest {
	let made = 0;
	const once = async (call: RestRequest): Promise<HttpResponse> => {
		const { path, priority, ...request } = call;
		const signal = request.signal ?? options.signal;
		await context.budget.take(priority ?? options.priority ?? 'live', signal);
		made += 1;
		const headers =
			request.method === 'GET'
				? request.headers
				: { ...request.headers, ...options.writeHeaders?.(call) };
		const response = await context.http({ ...request, url: path, headers, signal });
		if (response.status >= 200 && response.status < 300) return response;
		if (response.status === 401)
			throw new AuthenticationFailure(`${options.crm} refused the credentials`);
		const error = errorOf(response, options.crm, context.now());
		const pauseMs = pauseAfter(error);
		if (pauseMs !== undefined) context.budget.pauseFor(pauseMs);
		throw error;
	};
	const call = async (request: RestRequest): Promise<HttpResponse> => {
		for (let repeat = 0; ; repeat += 1) {
			try {
				return await once(request);
			} catch (error) {
				if (repeat >= (options.repeats ?? 0) || !mayRepeat(request.method, error)) throw error;
				await context.sleep(repeatDelayMs(error, repeat), request.signal ?? options.signal);
			}
		}
	};
	return { call, calls: () => made };
}

/** 429 holds everybody back, and so does an outage that says how long it takes. */
function pauseAfter({ status, options }: CrmError): number | undefined {
	if (status === 429) return options.retryAfterMs ?? DEFAULT_PAUSE_MS;
	return status === 503 ? options.retryAfterMs : undefined;
}

function repeatDelayMs(error: unknown, repeat: number): number {
	const asked = error instanceof CrmError ? error.options.retryAfterMs : undefined;
	return Math.min(MAX_REPEAT_WAIT_MS, asked ?? 1_000 * 2 ** repeat);
}

/** A POST that may have been carried out is never repeated without looking first. */
function mayRepeat(method: HttpRequest['method'], error: unknown): boolean {
	if (error instanceof HttpFailure) {
		return error.code !== 'aborted' && (method !== 'POST' || !error.mayHaveArrived);
	}
	if (!(error instanceof CrmError) || !error.options.retryable) return false;
	return method !== 'POST' || !mayHaveBeenDone(error);
}

/** False only if the CRM surely did not carry out the call that ended in this error. */
export function mayHaveBeenDone(error: unknown): boolean {
	if (error instanceof HttpFailure) return error.mayHaveArrived;
	if (!(error instanceof CrmError)) return false;
	return error.status >= 500 || error.status === 408 || error.code === UNEXPECTED_ANSWER;
}

function isRetryableStatus(status: number): boolean {
	const passing = status === 408 || status === 425 || status === 429;
	return passing || (status >= 500 && status !== 501 && status !== 505);
}

const UNEXPECTED_ANSWER = 'unexpected-answer';

/** A success status with a body that is not what the API promises (a proxy's page, a cut-off answer). */
export function unexpectedAnswer(crm: string, response: HttpResponse, expected: string): CrmError {
	return new CrmError(
		`${crm} answered ${response.status} without ${expected}`,
		response.status,
		UNEXPECTED_ANSWER,
		{ retryable: true, hint: 'Check the base address of the credential and any proxy in between.' },
	);
}

export function isGone(error: unknown): boolean {
	return error instanceof CrmError && (error.status === 404 || error.status === 410);
}

/** The error of an answer that is not success. */
export function errorOf(response: HttpResponse, crm: string, now: number): CrmError {
	const { status } = response;
	const problem = problemOf(response.body);
	const said = problem.text === '' ? '' : `: ${problem.text}`;
	return new CrmError(`${crm} ${verb(status)} (${status})${said}`, status, String(status), {
		retryable: isRetryableStatus(status),
		retryAfterMs: retryAfterMs(response, now),
		hint: hintOf(status),
		field: problem.fields[0],
	});
}

function verb(status: number): string {
	if (status === 429) return 'asks to call less often';
	if (status === 404 || status === 410) return 'does not know what was asked for';
	return status >= 500 || status === 408 ? 'could not answer' : 'refused the request';
}

function hintOf(status: number): string | undefined {
	if (status === 403) return 'Check what the connected user is allowed to do in the CRM.';
	if (status === 404 || status === 410) return 'Check that the record still exists in the CRM.';
	if (status === 400 || status === 422) {
		return "Correct the value in its source, or change how the field is mapped in the trigger's Field Mapping.";
	}
	return undefined;
}

export interface Problem {
	/** The CRM's own sentence, without values; '' if there is none fit for people. */
	text: string;
	/** Names of the fields it complains about. */
	fields: string[];
}

/** Looks where the two REST CRMs put their sentences: error, errors, message, a map of fields, plain text. */
export function problemOf(body: unknown): Problem {
	if (typeof body === 'string')
		return { text: looksLikeMarkup(body) ? '' : withoutValues(body), fields: [] };
	if (!isObject(body)) return { text: '', fields: [] };
	for (const key of ['error', 'errors', 'message']) {
		const found = problemIn(body[key]);
		if (found.text !== '') return found;
	}
	return problemIn(body);
}

function problemIn(part: unknown): Problem {
	if (typeof part === 'string') return { text: withoutValues(part), fields: [] };
	if (Array.isArray(part)) {
		const sentences = part.filter((entry) => typeof entry === 'string').map(withoutValues);
		return { text: sentences.slice(0, 5).join('; '), fields: [] };
	}
	if (!isObject(part)) return { text: '', fields: [] };
	const named = Object.entries(part).filter(([, entry]) => isSentence(entry));
	const sentences = named.map(
		([field, entry]) => `${field} ${withoutValues([entry].flat().join(', '))}`,
	);
	return { text: sentences.slice(0, 5).join('; '), fields: named.map(([field]) => field) };
}

function isSentence(entry: unknown): boolean {
	return (
		typeof entry === 'string' ||
		(Array.isArray(entry) && entry.every((one) => typeof one === 'string'))
	);
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function looksLikeMarkup(text: string): boolean {
	return /^\s*</.test(text);
}

const MAX_SENTENCE = 200;

/** A CRM may repeat the value it refuses: quoted texts, addresses and long numbers are taken out. */
export function withoutValues(sentence: string): string {
	const clean = sentence
		.replace(/"[^"]*"|“[^”]*”|`[^`]*`|(?<=^|[\s(:=])'[^']*'(?=$|[\s).,;:])/g, '[value]')
		.replace(/[^\s<>@]+@[^\s<>@]+/g, '[value]')
		.replace(/\+?\d[\d\s().-]{4,}\d|\d{5,}/g, '[value]')
		.replace(/\s+/g, ' ')
		.trim();
	return clean.length > MAX_SENTENCE ? `${clean.slice(0, MAX_SENTENCE)}…` : clean;
}

/** For the node's own operations: whatever fails, it is a CrmError. */
export async function asCrmError<T>(crm: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof AuthenticationFailure) {
			const hint = 'Reconnect the credential of this node.';
			throw new CrmError(`${crm} refused the credentials (401)`, 401, 'auth', {
				retryable: false,
				hint,
			});
		}
		if (error instanceof HttpFailure) {
			throw new CrmError(`${crm}: ${error.message}`, 0, error.code, {
				retryable: error.code !== 'aborted',
			});
		}
		throw error;
	}
}

/** For the check of a connection: an answer that repeating will not better is a matter of configuration. */
export async function configurationFailureOf(
	crm: string,
	work: () => Promise<void>,
): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (!(error instanceof CrmError)) throw error;
		if (error.options.retryable && error.code !== UNEXPECTED_ANSWER) {
			throw new HttpFailure(error.message, 'network');
		}
		const hint = error.options.hint ?? `Check the base address of the ${crm} credential.`;
		throw new ConfigurationFailure(error.message, hint);
	}
}
