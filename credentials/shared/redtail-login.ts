/**
 * Redtail: user name and password are exchanged for a user key, which does not expire. Several wrong
 * tries lock the person's Redtail account, so a refused login is never sent a second time by itself.
 */
import { UserError, type IHttpRequestHelper } from 'n8n-workflow';
import { answerTo, type Answer } from './answer';
import { baseAddress, onceAtATime, propertyOf, subjectOf, textOf } from './session';

const REFUSED_FOR_MS = 6 * 3_600_000;
const MAX_REMEMBERED = 100;

export interface RedtailLogin {
	baseUrl: string;
	apiKey: string;
	username: string;
	password: string;
}

export function readLogin(credentials: Record<string, unknown>): RedtailLogin {
	return {
		baseUrl: baseAddress(credentials.baseUrl),
		apiKey: textOf(credentials.apiKey),
		username: textOf(credentials.username),
		password: typeof credentials.password === 'string' ? credentials.password : '',
	};
}

/** What a user key is good for; a changed password does not end it. */
export function loginSubject({ baseUrl, apiKey, username }: RedtailLogin): string {
	return subjectOf(baseUrl, apiKey, username);
}

export function userKeyHeader(apiKey: string, userKey: string): string {
	return `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`, 'utf8').toString('base64')}`;
}

/** Redtail answers in two shapes: `{ authenticated_user: { user_key } }` and `{ user_key }`. */
export function userKeyOf(body: unknown): string | undefined {
	const nested = propertyOf(propertyOf(body, 'authenticated_user'), 'user_key');
	const key = nested ?? propertyOf(body, 'user_key');
	return typeof key === 'string' && key !== '' ? key : undefined;
}

/** Logins that Redtail refused, by a digest of all their parts, with the time of the refusal. */
export class RefusedLogins {
	private readonly refused = new Map<string, number>();

	constructor(private readonly now: () => number = Date.now) {}

	add(login: RedtailLogin): void {
		const [oldest] = this.refused.keys();
		if (this.refused.size >= MAX_REMEMBERED && oldest !== undefined) this.refused.delete(oldest);
		this.refused.set(digestOf(login), this.now());
	}

	has(login: RedtailLogin): boolean {
		const at = this.refused.get(digestOf(login));
		return at !== undefined && this.now() - at < REFUSED_FOR_MS;
	}
}

function digestOf({ baseUrl, apiKey, username, password }: RedtailLogin): string {
	return subjectOf(baseUrl, apiKey, username, password);
}

/**
 * One login. Throws UserError, and never an error with an HTTP response in it: n8n takes an error
 * that carries a 401 for an expired token and would log in again at once.
 */
export async function logIn(
	http: IHttpRequestHelper,
	login: RedtailLogin,
	refused: RefusedLogins,
): Promise<string> {
	requireComplete(login);
	if (refused.has(login)) throw new UserError(NOT_SENT_AGAIN);
	return await onceAtATime(digestOf(login), async () => await exchange(http, login, refused));
}

async function exchange(
	http: IHttpRequestHelper,
	login: RedtailLogin,
	refused: RefusedLogins,
): Promise<string> {
	const answer = await sendLogin(http, login);
	if (answer === undefined) throw new UserError(NO_ANSWER);
	if (answer.status === 401 || answer.status === 403) {
		refused.add(login);
		throw new UserError(
			`Redtail does not accept this API key, user name and password (${answer.status}). Correct them in the credential; Redtail locks an account after several wrong tries, so they are not sent again as they are.`,
		);
	}
	const userKey = answer.status === 200 ? userKeyOf(answer.body) : undefined;
	if (userKey !== undefined) return userKey;
	throw new UserError(
		`Redtail answered the login with status ${answer.status} and no user key. Try again later; if it stays so, check the base URL in the credential.`,
	);
}

const NO_ANSWER =
	'Redtail did not answer the login. Check the base URL in the credential and the network, then try again.';

const NOT_SENT_AGAIN =
	'Redtail has refused this very user name and password before, so they were not sent again (Redtail locks an account after several wrong tries). Correct them in the credential; if they are right after all, restart n8n or wait six hours.';

function requireComplete({ baseUrl, apiKey, username, password }: RedtailLogin): void {
	if (baseUrl !== '' && apiKey !== '' && username !== '' && password !== '') return;
	throw new UserError(
		'The Redtail credential is not complete: it needs the base URL, the API key, and either a user key or user name and password.',
	);
}

/** Undefined if no answer came. */
function sendLogin(
	http: IHttpRequestHelper,
	{ baseUrl, apiKey, username, password }: RedtailLogin,
): Promise<Answer | undefined> {
	const parts = Buffer.from(`${apiKey}:${username}:${password}`, 'utf8').toString('base64');
	return answerTo(http, {
		method: 'GET',
		url: `${baseUrl}/authentication`,
		headers: { Authorization: `Basic ${parts}`, Accept: 'application/json' },
		json: true,
	});
}
