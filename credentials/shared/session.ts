/**
 * A token that a credential obtained by itself is stored beside it (n8n: a hidden, expirable
 * property). n8n keeps it when somebody edits the credential; so that it is not used for another
 * account then, it is stored together with a name of what it was obtained for.
 */
import { createHash } from 'node:crypto';

/** A name of these settings that does not reveal them. */
export function subjectOf(...settings: string[]): string {
	return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
}

/**
 * The stored token, or '' if it was obtained for other settings. A call without a token is answered
 * 401, upon which n8n obtains a new one and repeats the call.
 */
export function tokenFor(subject: string, stored: { token: unknown; subject: unknown }): string {
	return stored.subject === subject && typeof stored.token === 'string' ? stored.token : '';
}

/** A credential's text field without surrounding blanks. */
export function textOf(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

/** A base address without blanks and slashes at its end. */
export function baseAddress(value: unknown): string {
	return textOf(value).replace(/\/+$/, '');
}

/** A property of something that was parsed from JSON; undefined if it is no object or lacks it. */
export function propertyOf(value: unknown, name: string): unknown {
	if (typeof value !== 'object' || value === null) return undefined;
	return (value as Record<string, unknown>)[name];
}

const inFlight = new Map<string, Promise<string>>();

/**
 * Runs `obtain` once for all who ask for the same `key` while it runs. Many calls that are answered
 * 401 at the same moment would otherwise each sign in.
 */
export async function onceAtATime(key: string, obtain: () => Promise<string>): Promise<string> {
	const running = inFlight.get(key);
	if (running !== undefined) return await running;
	const started = obtain().finally(() => inFlight.delete(key));
	inFlight.set(key, started);
	return await started;
}
