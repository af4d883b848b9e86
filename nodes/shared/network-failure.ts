/**
 * Reads what went wrong from the errors of n8n's authenticated helper. It wraps everything in a
 * NodeApiError; the AxiosError, or the error of a credential or token endpoint, is its cause.
 */
import { AuthenticationFailure, HttpFailure } from '../../lib';

const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const BROKEN_OFF = ['ECONNRESET', 'EPIPE', 'ERR_BAD_RESPONSE', 'ERR_STREAM_PREMATURE_CLOSE'];
const TOO_SLOW = ['ETIMEDOUT', 'ECONNABORTED'];
const STOPPED = ['ERR_CANCELED', 'ABORT_ERR'];
const MAX_DEPTH = 6;

/** An error, or the cause of one. */
interface Link {
	name: string;
	message: string;
	code?: unknown;
	/** A token endpoint's error has its status itself, an AxiosError at its response. */
	status?: unknown;
	response?: unknown;
	cause?: unknown;
}

/** `ended` is set if the call ended by its time-out or signal, whatever error that led to. */
export function networkFailure(
	error: unknown,
	ended?: HttpFailure,
): HttpFailure | AuthenticationFailure {
	if (ended !== undefined) return ended;
	const chain = causesOf(error);
	if (chain.some((link) => statusOf(link) === 401))
		return new AuthenticationFailure('The CRM refused the credential (401).');
	const codes = chain.map(({ code }) => code).filter((code) => code !== undefined);
	const is = (known: string[]) => codes.some((code) => known.includes(String(code)));
	if (is(NEVER_CONNECTED)) return new HttpFailure('the CRM could not be reached', 'refused');
	if (is(TOO_SLOW)) return new HttpFailure('the CRM did not answer in time', 'timeout');
	if (is(STOPPED)) return new HttpFailure('the call was stopped', 'aborted');
	if (is(BROKEN_OFF)) return new HttpFailure('the connection broke off', 'reset');
	return signInFailure(chain) ?? new HttpFailure(unnamed(chain, codes), 'network');
}

/** Codes and error classes name the fault; messages may hold an address with a client's e-mail in it. */
function unnamed(chain: Link[], codes: unknown[]): string {
	const names = [
		...codes.filter((code) => typeof code === 'string'),
		...chain.map(({ name }) => name),
	];
	return `the call failed on the network (${[...new Set(names)].join(', ')})`;
}

function causesOf(error: unknown): Link[] {
	const chain: Link[] = [];
	for (let link = error; isLink(link) && chain.length < MAX_DEPTH; link = link.cause) {
		chain.push(link);
	}
	return chain;
}

/** By its shape: errors of another copy of a library are no instances of ours. */
function isLink(value: unknown): value is Link {
	return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

function statusOf({ response, status }: Link): number | undefined {
	if (typeof response === 'object' && response !== null) {
		return 'status' in response ? Number(response.status) : undefined;
	}
	return status === undefined ? undefined : Number(status);
}

/** Errors that speak of the credential itself; they are thrown before the call is sent. */
const OF_CREDENTIALS = ['UserError', 'OperationalError', 'NodeOperationError', 'AuthError'];

/**
 * The credential could not sign in: it is incomplete, revoked or refused. Where the sign-in was not
 * answered or failed at the CRM's side, trying again helps, and the call itself was never sent.
 */
function signInFailure(chain: Link[]): HttpFailure | AuthenticationFailure | undefined {
	const cause = chain.findLast(
		(link) => OF_CREDENTIALS.includes(link.constructor.name) || link.status !== undefined,
	);
	if (cause === undefined) return undefined;
	const passing =
		(statusOf(cause) ?? 0) >= 500 || /did not answer|status 5\d\d/.test(cause.message);
	if (passing) return new HttpFailure('the sign-in at the CRM was not answered', 'refused');
	return new AuthenticationFailure(cause.message);
}
