/**
 * A cookie jar for one streaming session. Salesforce ties a CometD session to `BAYEUX_BROWSER` and
 * routes it by `sfdc-stream`; one jar serves one client id of one user.
 *
 * Deliberately smaller than RFC 6265: all cookies come from, and return to, the one instance host
 * that the HttpPort addresses, so Domain is never consulted; Secure is ignored because the port
 * chooses the scheme. Path and expiry are kept.
 */

interface Cookie {
	name: string;
	value: string;
	path: string;
	/** Milliseconds since the epoch. */
	expiresAt: number;
}

const MAX_COOKIES = 50;
const MAX_COOKIE_LENGTH = 4096;
/** Separates cookies that a proxy or helper folded into one header; the comma of a date is no match. */
const FOLDED = /,(?=\s*[^;,=\s]+=)/;

export class CookieJar {
	private readonly cookies = new Map<string, Cookie>();

	/** Takes the `set-cookie` header or headers of an answer to a call of `requestPath`. */
	store(header: string | string[] | undefined, requestPath: string, now: number): void {
		if (header === undefined) return;
		const lines = Array.isArray(header) ? header : header.split(FOLDED);
		for (const line of lines.slice(0, MAX_COOKIES)) {
			const cookie = parseCookie(line, requestPath, now);
			if (cookie === undefined) continue;
			const key = `${cookie.name} ${cookie.path}`;
			this.cookies.delete(key);
			if (cookie.expiresAt > now && this.cookies.size < MAX_COOKIES) this.cookies.set(key, cookie);
		}
	}

	/** The `Cookie` header for a call of `requestPath`, or undefined if there is none to send. */
	header(requestPath: string, now: number): string | undefined {
		const fitting = [...this.cookies.values()]
			.filter((cookie) => cookie.expiresAt > now && pathMatches(cookie.path, requestPath))
			.sort((a, b) => b.path.length - a.path.length);
		if (fitting.length === 0) return undefined;
		return fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
	}

	clear(): void {
		this.cookies.clear();
	}
}

function parseCookie(line: string, requestPath: string, now: number): Cookie | undefined {
	if (line.length > MAX_COOKIE_LENGTH) return undefined;
	const [pair = '', ...attributes] = line.split(';');
	const split = pair.indexOf('=');
	if (split <= 0) return undefined;
	const cookie: Cookie = {
		name: pair.slice(0, split).trim(),
		value: pair.slice(split + 1).trim(),
		path: defaultPath(requestPath),
		expiresAt: Infinity,
	};
	let maxAge: number | undefined;
	for (const attribute of attributes) {
		const [rawName = '', ...rest] = attribute.split('=');
		const value = rest.join('=').trim();
		const name = rawName.trim().toLowerCase();
		if (name === 'path' && value.startsWith('/')) cookie.path = value;
		if (name === 'expires') cookie.expiresAt = expiry(Date.parse(value), cookie.expiresAt);
		if (name === 'max-age') maxAge = Number(value);
	}
	if (maxAge !== undefined) cookie.expiresAt = expiry(now + maxAge * 1000, cookie.expiresAt);
	return cookie;
}

function expiry(at: number, otherwise: number): number {
	return Number.isNaN(at) ? otherwise : at;
}

function defaultPath(requestPath: string): string {
	const end = requestPath.lastIndexOf('/');
	return end <= 0 ? '/' : requestPath.slice(0, end);
}

/** RFC 6265, section 5.1.4. */
function pathMatches(cookiePath: string, requestPath: string): boolean {
	if (requestPath === cookiePath) return true;
	if (!requestPath.startsWith(cookiePath)) return false;
	return cookiePath.endsWith('/') || requestPath[cookiePath.length] === '/';
}
