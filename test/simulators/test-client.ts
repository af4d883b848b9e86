/** A bare HTTP client for the simulators' tests: JSON in, JSON out, nothing hidden. */

export interface Answer {
	status: number;
	headers: Headers;
	/** The parsed JSON, or the text when it is no JSON. */
	body: unknown;
}

export type Call = (
	method: string,
	path: string,
	options?: { body?: unknown; headers?: Record<string, string> },
) => Promise<Answer>;

/** Calls under `base` with these headers on every request; a header given as '' is left out. */
export function caller(base: string, headers: Record<string, string> = {}): Call {
	return async (method, path, options = {}) => {
		const all = { 'Content-Type': 'application/json', ...headers, ...options.headers };
		const sent = Object.entries(all).filter(([, value]) => value !== '');
		const body = options.body === undefined ? undefined : JSON.stringify(options.body);
		const response = await fetch(base + path, { method, headers: sent, body, redirect: 'manual' });
		const text = await response.text();
		return { status: response.status, headers: response.headers, body: parsed(text) };
	};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}
