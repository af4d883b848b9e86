/** An HttpPort over the global fetch, for tests, measurements and the demo. */
import {
	AuthenticationFailure,
	HttpFailure,
	type HttpPort,
	type HttpRequest,
	type HttpResponse,
} from './http';

export interface FetchPortOptions {
	/** Base address; paths are appended to it. */
	baseUrl: string;
	/** Headers that authenticate a call. Sent only to the base address's own origin. */
	headers?: () => Record<string, string> | Promise<Record<string, string>>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export function fetchPort(options: FetchPortOptions): HttpPort {
	const base = options.baseUrl.replace(/\/+$/, '');
	return async (request) => {
		const url = addressOf(base, request);
		const own = url.origin === new URL(base).origin ? ((await options.headers?.()) ?? {}) : {};
		const response = await send(url, request, own);
		if (response.status === 401)
			throw new AuthenticationFailure('the CRM refused the credentials (401)');
		return response;
	};
}

function addressOf(base: string, request: HttpRequest): URL {
	const absolute = /^https?:\/\//i.test(request.url);
	const url = new URL(absolute ? request.url : `${base}/${request.url.replace(/^\/+/, '')}`);
	for (const [name, value] of Object.entries(request.query ?? {})) {
		if (value === undefined) continue;
		for (const one of [value].flat()) url.searchParams.append(name, String(one));
	}
	return url;
}

async function send(
	url: URL,
	request: HttpRequest,
	own: Record<string, string>,
): Promise<HttpResponse> {
	const timeout = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
	const json = request.json !== undefined;
	try {
		const answer = await fetch(url, {
			method: request.method,
			headers: {
				accept: 'application/json',
				...(json ? { 'content-type': 'application/json' } : {}),
				...own,
				...request.headers,
			},
			body: json ? JSON.stringify(request.json) : request.text,
			signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
		});
		const text = await answer.text();
		return {
			status: answer.status,
			headers: headersOf(answer.headers),
			body:
				request.responseType === 'text' ? text : parsed(text, answer.headers.get('content-type')),
		};
	} catch (error) {
		throw failureOf(error, timeout, request.signal);
	}
}

/** A cookie may hold commas, so several of them are not joined as other repeated headers are. */
function headersOf(headers: Headers): HttpResponse['headers'] {
	const cookies = headers.getSetCookie();
	return { ...Object.fromEntries(headers), ...(cookies.length > 0 && { 'set-cookie': cookies }) };
}

function parsed(text: string, contentType: string | null): unknown {
	if (text === '' || !(contentType ?? '').includes('json')) return text;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

const NEVER_CONNECTED = [
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'UND_ERR_CONNECT_TIMEOUT',
];
const BROKEN_OFF = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
const TOO_SLOW = ['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

function failureOf(
	error: unknown,
	timeout: AbortSignal,
	signal: AbortSignal | undefined,
): HttpFailure {
	if (signal?.aborted) return new HttpFailure('the call was stopped', 'aborted');
	if (timeout.aborted) return new HttpFailure('the CRM did not answer in time', 'timeout');
	const code = codeOf(error);
	if (NEVER_CONNECTED.includes(code))
		return new HttpFailure('the CRM could not be reached', 'refused');
	if (BROKEN_OFF.includes(code)) return new HttpFailure('the connection broke off', 'reset');
	if (TOO_SLOW.includes(code)) return new HttpFailure('the CRM did not answer in time', 'timeout');
	return new HttpFailure('the call failed on the network', 'network');
}

interface SystemError {
	code?: unknown;
	cause?: unknown;
	errors?: unknown;
}

/** Node's fetch wraps the system's error a few causes deep, or in a list of one an address. */
function codeOf(error: unknown): string {
	const MAX_DEPTH = 4;
	let current: unknown = error;
	for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
		if (typeof current !== 'object' || current === null) break;
		const { code, cause, errors }: SystemError = current;
		if (typeof code === 'string') return code;
		current = Array.isArray(errors) ? (errors as unknown[])[0] : cause;
	}
	return '';
}
