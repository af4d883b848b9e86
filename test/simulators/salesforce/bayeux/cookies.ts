/** The cookies that tie a streaming client to its session and to the server that knows it. */
import { headerOf } from '../rest/call';
import type { SimRequest } from '../../framework';

export const BROWSER_COOKIE = 'BAYEUX_BROWSER';
export const ROUTE_COOKIE = 'sfdc-stream';

export function readCookies(request: SimRequest): Map<string, string> {
	const pairs = (headerOf(request, 'cookie') ?? '').split(';').map((pair) => pair.trim());
	return new Map(
		pairs.flatMap((pair) => {
			const equals = pair.indexOf('=');
			return equals < 0 ? [] : [[pair.slice(0, equals), pair.slice(equals + 1)] as const];
		}),
	);
}

export function browserCookie(value: string): string {
	return `${BROWSER_COOKIE}=${value}; Path=/cometd/; HttpOnly`;
}

/** Never with a Domain: faye's cookie jar throws on one that does not fit. */
export function routeCookie(value: string, now: number, lifetimeMs: number): string {
	const expires = new Date(now + lifetimeMs).toUTCString();
	const maxAge = Math.floor(lifetimeMs / 1000);
	return `${ROUTE_COOKIE}=${value}; Path=/; Expires=${expires}; Max-Age=${maxAge}`;
}
