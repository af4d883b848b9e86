/**
 * The one door to the network. Nodes give an implementation that uses n8n's authenticated helper;
 * tests and tools give one over fetch. Connectors know nothing else of HTTP.
 */

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Absolute, or a path under the connection's base address. */
	url: string;
	query?: Record<string, string | number | boolean | string[] | undefined>;
	headers?: Record<string, string>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent as it is (with a content-type header of the caller's). */
	text?: string;
	/** Milliseconds until the call is given up. Default 30,000. */
	timeoutMs?: number;
	signal?: AbortSignal;
	/** `json` (default) parses a JSON body and leaves anything else as text; `text` never parses. */
	responseType?: 'json' | 'text';
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | string[] | undefined>;
	body: unknown;
}

/**
 * Resolves with any HTTP status but 401. Rejects with {@link HttpFailure} when there is no answer,
 * and with {@link AuthenticationFailure} when the CRM refuses the credentials even after one refresh.
 */
export type HttpPort = (request: HttpRequest) => Promise<HttpResponse>;

/** No answer: refused, reset, timed out, aborted, or a body that ended early. */
export class HttpFailure extends Error {
	override readonly name = 'HttpFailure';

	constructor(
		message: string,
		readonly code: 'refused' | 'timeout' | 'reset' | 'aborted' | 'network',
	) {
		super(message);
	}

	/** False only if the request surely never reached the CRM. */
	get mayHaveArrived(): boolean {
		return this.code !== 'refused';
	}
}

/** The CRM answered 401 and a refreshed token did not help. */
export class AuthenticationFailure extends Error {
	override readonly name = 'AuthenticationFailure';
}

export function header(response: HttpResponse, name: string): string | undefined {
	const value = response.headers[name.toLowerCase()];
	return Array.isArray(value) ? value[0] : value;
}

/** Milliseconds of a Retry-After header (seconds or HTTP date), if there is one. */
export function retryAfterMs(response: HttpResponse, now: number): number | undefined {
	const value = header(response, 'retry-after');
	if (value === undefined) return undefined;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const at = Date.parse(value);
	return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
