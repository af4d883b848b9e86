/**
 * What a failed streaming call means. Every failed meta message is judged by its failureReason, else
 * by its error (reference/salesforce.md, section 2.3): the outer error may say 401 where the
 * reason says 503. Texts are our own: Salesforce's name session ids.
 */
import { HttpFailure } from '../http';

export type FailureKind =
	/** The server forgot the session: normal, several times a day. */
	| 'unknownClient'
	/** The token is refused. */
	| 'authentication'
	/** "Server is too busy": wait, no token refresh. */
	| 'busy'
	/** A concurrent-client or daily limit. */
	| 'limit'
	/** The replay id is too old or not known: events are lost to the stream. */
	| 'staleReplay'
	/** Only a person can help. */
	| 'configuration'
	/** Cookies and session do not fit together. */
	| 'session'
	/** No answer, or one that is not Bayeux. */
	| 'network'
	| 'other';

export interface StreamFailure {
	kind: FailureKind;
	/** A sentence for a person. */
	message: string;
	/** How to get unstuck; given with `configuration`. */
	hint?: string;
	/** The server said how long to wait, ms. */
	retryAfterMs?: number;
}

/** Carries a {@link StreamFailure} out of a streaming call. */
export class StreamError extends Error {
	override readonly name = 'StreamError';

	constructor(readonly failure: StreamFailure) {
		super(failure.message);
	}
}

interface Rule {
	matches: RegExp;
	failure: StreamFailure;
}

const CDC_HINT =
	'In Salesforce, give the connected user "View All Records" on Contact (or "View All Data"), ' +
	'and select Contact in Setup > Change Data Capture.';
const CHANNEL_HINT =
	'Correct the channel in the options of the Salesforce Trigger, for example ' +
	'/data/ContactChangeEvent (capital letters matter).';
const VERSION_HINT = 'Choose an API version that the org offers, for example 62.0.';

/** First match wins. */
const RULES: Rule[] = [
	{
		matches: /^503/,
		failure: { kind: 'busy', message: 'Salesforce says that its streaming server is too busy.' },
	},
	{
		matches: /^401/,
		failure: { kind: 'authentication', message: 'Salesforce refused the token of the stream.' },
	},
	{
		matches: /unknown client/i,
		failure: { kind: 'unknownClient', message: 'Salesforce ended the streaming session.' },
	},
	{
		matches: /\blimit\b|too many/i,
		failure: { kind: 'limit', message: 'The org has reached a limit of the Streaming API.' },
	},
	{
		matches: /replay ?id/i,
		failure: {
			kind: 'staleReplay',
			message: 'Salesforce no longer holds the events since the last one that was read.',
		},
	},
	{
		matches: /BAYEUX_BROWSER|completed handshake|user id does not match/i,
		failure: { kind: 'session', message: 'The streaming session and its cookies do not match.' },
	},
	{
		matches: /^400.*channel/i,
		failure: {
			kind: 'configuration',
			message: 'Salesforce does not know the channel of the stream.',
			hint: CHANNEL_HINT,
		},
	},
	{
		matches: /not allowed to subscribe|restricted channel|cannot create channel|permission/i,
		failure: {
			kind: 'configuration',
			message: 'The connected Salesforce user may not read the change events.',
			hint: CDC_HINT,
		},
	},
	{
		matches: /api version|connection type|^413/i,
		failure: {
			kind: 'configuration',
			message: 'Salesforce does not accept the streaming request.',
			hint: VERSION_HINT,
		},
	},
];

/** @param reason `ext.sfdc.failureReason` or `error` of a failed meta message. */
export function classifyReason(reason: string): StreamFailure {
	const rule = RULES.find(({ matches }) => matches.test(reason));
	if (rule !== undefined) return rule.failure;
	const code = /^\d{3}/.exec(reason)?.[0] ?? 'no code';
	return { kind: 'other', message: `Salesforce refused a streaming call (${code}).` };
}

const HTTP_CONFIGURATION = new Set([400, 404, 405, 410, 413, 414, 415, 431]);

/** For an answer without Bayeux messages: a REST error, a proxy's page, nothing. */
export function classifyHttp(status: number, errorCode?: string, waitMs?: number): StreamFailure {
	const retryAfterMs = waitMs;
	if (errorCode === 'REQUEST_LIMIT_EXCEEDED')
		return { ...classifyReason('403::limit'), retryAfterMs };
	if (status === 403) {
		return {
			kind: 'configuration',
			message: `Salesforce forbids the Streaming API to the connected user (${errorCode ?? '403'}).`,
			hint: 'Check that the user has "API Enabled" and may use the connected app.',
		};
	}
	if (HTTP_CONFIGURATION.has(status)) {
		return {
			kind: 'configuration',
			message: `The streaming address does not answer as Salesforce does (status ${status}).`,
			hint: `Check the instance URL of the credential. ${VERSION_HINT}`,
		};
	}
	const message =
		status >= 400
			? `Salesforce's streaming server answered with status ${status}.`
			: "Salesforce's streaming server sent an answer that cannot be read.";
	return { kind: 'network', message, retryAfterMs };
}

const HTTP_FAILURES: Record<HttpFailure['code'], string> = {
	refused: 'Salesforce could not be reached.',
	timeout: 'Salesforce did not answer in time.',
	reset: 'The connection to Salesforce broke off.',
	aborted: 'The call to Salesforce was given up.',
	network: 'The network between the fabric and Salesforce failed.',
};

export function classifyHttpFailure(failure: HttpFailure): StreamFailure {
	return { kind: 'network', message: HTTP_FAILURES[failure.code] };
}
