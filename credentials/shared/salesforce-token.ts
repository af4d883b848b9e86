/**
 * Salesforce's token endpoint for server-to-server flows (JWT bearer, client credentials). Both give
 * an access token without a refresh token; a new one is asked for when a call is answered 401.
 */
import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';
import { UserError, type IHttpRequestHelper } from 'n8n-workflow';
import { answerTo, type Answer } from './answer';
import { baseAddress, onceAtATime, propertyOf, subjectOf, textOf } from './session';

/** Salesforce accepts an assertion for at most five minutes; three leave room for a clock that is off. */
const ASSERTION_LIFETIME_S = 180;
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The My Domain address without a slash at its end. Throws UserError if it is another kind of address. */
export function myDomain(credentials: Record<string, unknown>): string {
	const address = baseAddress(credentials.myDomainUrl);
	const host = hostOf(address);
	if (host === undefined || /^(login|test)\.salesforce\.com$|\.lightning\.force\.com$/.test(host)) {
		throw new UserError(
			'"My Domain URL" must be the address of your own org, such as https://yourcompany.my.salesforce.com (Salesforce: Setup, My Domain). The log-in page and the lightning.force.com address do not serve the API.',
		);
	}
	return address;
}

function hostOf(address: string): string | undefined {
	try {
		const { protocol, hostname } = new URL(address);
		return protocol === 'https:' || protocol === 'http:' ? hostname : undefined;
	} catch {
		return undefined;
	}
}

export interface JwtClaims {
	/** Consumer key of the External Client App or Connected App. */
	clientId: string;
	username: string;
	/** The address of the token endpoint's host. */
	audience: string;
	/** Milliseconds since the epoch. */
	now: number;
}

/** The signed assertion (RFC 7523, RS256) that is exchanged for an access token. */
export function signAssertion(claims: JwtClaims, privateKey: string): string {
	const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
	const body = {
		iss: claims.clientId,
		sub: claims.username,
		aud: claims.audience,
		exp: Math.floor(claims.now / 1000) + ASSERTION_LIFETIME_S,
	};
	const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(body)}`;
	const signature = createSign('RSA-SHA256').update(content).sign(readPrivateKey(privateKey));
	return `${content}.${signature.toString('base64url')}`;
}

function readPrivateKey(text: string): KeyObject {
	try {
		const key = createPrivateKey(restorePem(text));
		if (key.asymmetricKeyType === 'rsa') return key;
	} catch {
		// Told below, without the parser's text: it may quote the key.
	}
	throw new UserError(
		'The private key cannot be used. Paste the whole text of an RSA key without a passphrase, from "-----BEGIN PRIVATE KEY-----" to "-----END PRIVATE KEY-----".',
	);
}

/** PEM as it was before a one-line field turned its line breaks into blanks or `\n`. */
export function restorePem(text: string): string {
	const match = /-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END \1-----/.exec(
		text.replace(/\\n/g, '\n'),
	);
	if (match === null) return text;
	const [, label = '', body = ''] = match;
	const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

export async function jwtBearerToken(
	http: IHttpRequestHelper,
	credentials: Record<string, unknown>,
	now: number,
): Promise<string> {
	const audience = myDomain(credentials);
	const claims = {
		clientId: textOf(credentials.clientId),
		username: textOf(credentials.username),
		audience,
		now,
	};
	const assertion = signAssertion(claims, textOf(credentials.privateKey));
	const key = subjectOf(audience, claims.clientId, claims.username);
	return await onceAtATime(
		key,
		async () => await requestToken(http, audience, { grant_type: JWT_BEARER, assertion }),
	);
}

export async function clientCredentialsToken(
	http: IHttpRequestHelper,
	credentials: Record<string, unknown>,
): Promise<string> {
	const domain = myDomain(credentials);
	const clientId = textOf(credentials.clientId);
	const clientSecret = textOf(credentials.clientSecret);
	const form = {
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
	};
	return await onceAtATime(
		subjectOf(domain, clientId, clientSecret),
		async () => await requestToken(http, domain, form),
	);
}

/** Throws UserError; never an error with an HTTP response in it, which n8n might take for an expired token. */
async function requestToken(
	http: IHttpRequestHelper,
	domain: string,
	form: Record<string, string>,
): Promise<string> {
	const answer = await sendForm(http, `${domain}/services/oauth2/token`, form);
	if (answer === undefined) throw new UserError(NO_ANSWER);
	const token = propertyOf(answer.body, 'access_token');
	if (answer.status === 200 && typeof token === 'string') return token;
	throw new UserError(explainRefusal(answer.status, answer.body));
}

const NO_ANSWER =
	'Salesforce did not answer the request for an access token. Check "My Domain URL" and the network, then try again.';

/** Undefined if no answer came. */
function sendForm(
	http: IHttpRequestHelper,
	url: string,
	form: Record<string, string>,
): Promise<Answer | undefined> {
	return answerTo(http, {
		method: 'POST',
		url,
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
		body: new URLSearchParams(form).toString(),
	});
}

/** Salesforce's own words with what to do about them. Texts: OAuth 2.0 error codes of Salesforce's token endpoint. */
const ADVICE: Array<[RegExp, string]> = [
	[
		/approved this consumer|not admin approved/i,
		"Let the user's profile or a permission set use the app (Setup, External Client App Manager, Policies).",
	],
	[
		/client credentials user|client credentials flow/i,
		'Switch the client credentials flow on in the app and name a "run as" user.',
	],
	[
		/client identifier|invalid_client|client.?id/i,
		'Check the consumer key and the consumer secret.',
	],
	[
		/assertion|audience|signature/i,
		'Check the user name, the private key and its certificate in the app.',
	],
	[/inactive/i, 'The Salesforce user is not active.'],
	[/rate exceeded/i, 'Too many log-ins in this hour: wait, then try again.'],
];

function explainRefusal(status: number, body: unknown): string {
	const parsed = typeof body === 'string' ? parseJson(body) : body;
	const code = textOf(propertyOf(parsed, 'error')).slice(0, 100);
	const said = textOf(propertyOf(parsed, 'error_description')).slice(0, 200);
	const reason = [code, said].filter((part) => part !== '').join(': ') || `status ${status}`;
	const advice =
		ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ??
		'Check the credential and the app in Salesforce.';
	return `Salesforce issued no access token (${reason}). ${advice}`;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
