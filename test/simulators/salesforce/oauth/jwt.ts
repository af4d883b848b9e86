/** The assertion of the JWT bearer flow, checked as Salesforce checks it. */
import { createVerify } from 'node:crypto';
import { z } from 'zod';

const LONGEST_LIFETIME_S = 5 * 60;
/** Clocks of clients may run a little ahead. */
const LEEWAY_S = 30;

const headerSchema = z.object({ alg: z.literal('RS256') });
const claimsSchema = z.object({
	iss: z.string(),
	sub: z.string(),
	aud: z.union([z.string(), z.array(z.string())]),
	exp: z.number(),
});

export interface Expected {
	clientId: string;
	username: string;
	/** Without trailing slashes. */
	audiences: readonly string[];
	publicKey: string;
	/** Milliseconds since the epoch. */
	now: number;
}

function decode(part: string): unknown {
	try {
		return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}

/** The `error` and `error_description` of a refused assertion; undefined if it is good. */
export function refuseAssertion(
	assertion: string,
	expected: Expected,
): { error: string; description: string } | undefined {
	const refuse = (description: string, error = 'invalid_grant') => ({ error, description });
	const [header = '', claims = '', signature = '', ...rest] = assertion.split('.');
	const parsed = claimsSchema.safeParse(decode(claims));
	if (rest.length > 0 || !headerSchema.safeParse(decode(header)).success || !parsed.success) {
		return refuse('invalid assertion');
	}
	const { iss, sub, aud, exp } = parsed.data;
	if (iss !== expected.clientId) return refuse('client identifier invalid', 'invalid_client_id');
	const verifier = createVerify('RSA-SHA256').update(`${header}.${claims}`);
	if (!verifier.verify(expected.publicKey, Buffer.from(signature, 'base64url'))) {
		return refuse('invalid assertion');
	}
	const audiences = [aud].flat().map((audience) => audience.replace(/\/+$/, ''));
	if (!audiences.some((audience) => expected.audiences.includes(audience))) {
		return refuse('audience is invalid');
	}
	const seconds = expected.now / 1000;
	if (exp <= seconds) return refuse('expired authorization code');
	if (exp > seconds + LONGEST_LIFETIME_S + LEEWAY_S) return refuse('assertion expires too late');
	if (sub !== expected.username) return refuse("user hasn't approved this consumer");
	return undefined;
}
