/**
 * Who sent a push call, and when: checked after Standard Webhooks 1.0 (standardwebhooks.com). The sender
 * signs `<id>.<timestamp>.<raw body>` with HMAC-SHA256 and sends the headers `webhook-id`,
 * `webhook-timestamp` (whole seconds) and `webhook-signature` (`v1,<base64>`, several separated by blanks).
 * Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PushOutcome } from '../model/push';

export interface PushHeaders {
	id: string | undefined;
	timestamp: string | undefined;
	signature: string | undefined;
}

export type PushRefusal = Exclude<PushOutcome, 'accepted'>;

/** A call older than this, or so far in the future, is refused; its id is remembered twice as long. */
export const PUSH_WINDOW_MS = 300_000;
/** Shorter secrets can be guessed. */
const LEAST_SECRET_BYTES = 16;
const MAX_SIGNATURES = 5;
const ID = /^[\x21-\x7e]{1,100}$/;
const TIMESTAMP = /^\d{1,12}$/;
const PREFIX = 'whsec_';

export interface SignedCall {
	/** As it is in the credential; with the prefix `whsec_` the rest is base64. */
	secret: string;
	headers: PushHeaders;
	body: Buffer;
	/** ms since the epoch */
	now: number;
}

/** Null: the call is genuine and of now. The body is looked at only as bytes. */
export function refusalOf({ secret, headers, body, now }: SignedCall): PushRefusal | null {
	const key = keyOf(secret);
	if (key === undefined) return 'unconfigured';
	const { id, timestamp, signature } = headers;
	if (id === undefined || !ID.test(id)) return 'malformed';
	if (timestamp === undefined || !TIMESTAMP.test(timestamp)) return 'malformed';
	const given = signaturesIn(signature);
	if (given.length === 0) return 'malformed';
	if (Math.abs(now - Number(timestamp) * 1_000) > PUSH_WINDOW_MS) return 'late';
	const expected = signatureOf(key, id, timestamp, body);
	return given.some((one) => sameBytes(one, expected)) ? null : 'forged';
}

/** The `webhook-signature` of a call, for senders and tests. Throws for a secret that is too short. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer | string): string {
	const key = keyOf(secret);
	if (key === undefined)
		throw new Error(`A signing secret has at least ${LEAST_SECRET_BYTES} bytes.`);
	return `v1,${signatureOf(key, id, timestamp, Buffer.from(body)).toString('base64')}`;
}

/** The bytes to sign with; undefined if there are too few to be a secret. */
function keyOf(secret: string): Buffer | undefined {
	const text = secret.trim();
	const key = text.startsWith(PREFIX)
		? Buffer.from(text.slice(PREFIX.length), 'base64')
		: Buffer.from(text, 'utf8');
	return key.length >= LEAST_SECRET_BYTES ? key : undefined;
}

function signatureOf(key: Buffer, id: string, timestamp: string, body: Buffer): Buffer {
	return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

function signaturesIn(header: string | undefined): Buffer[] {
	const parts = (header ?? '').split(' ').slice(0, MAX_SIGNATURES);
	return parts.flatMap((part) =>
		part.startsWith('v1,') ? [Buffer.from(part.slice('v1,'.length), 'base64')] : [],
	);
}

function sameBytes(given: Buffer, expected: Buffer): boolean {
	return given.length === expected.length && timingSafeEqual(given, expected);
}
