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

/** `ended` is set if the call ended by its time-out or signal, whatever error that led to. */
export function networkFailure(
	error: unknown,
	ended?: HttpFailure,
): HttpFailure | AuthenticationFailure {
	if (ended !== undefined) return ended;
	const chain = causesOf(error);
	if (chain.some((link) => statusOf(link) === 401))
		return new AuthenticationFailure('The CRM refused the credential (401).');
	const codes = chain.flatMap((link) => ('code' in link ? [link.code] : []));
	const is = (known: string[]) => codes.some((code) => known.includes(String(code)));
	if (is(NEVER_CONNECTED)) return new HttpFailure('the CRM could not be reached', 'refused');
	if (is(TOO_SLOW)) return new HttpFailure('the CRM did not answer in time', 'timeout');
	if (is(STOPPED)) return new HttpFailure('the call was stopped', 'aborted');
	if (is(BROKEN_OFF)) return new HttpFailure('the connection broke off', 'reset');
	return signInFailure(chain) ?? new HttpFailure('the call failed on the network', 'network');
}

function causesOf(error: unknown): Error[] {
	const chain: Error[] = [];
	for (let link = error; link instanceof Error && chain.length < MAX_DEPTH; link = link.cause) {
		chain.push(link);
	}
	return chain;
}

function statusOf(error: Error): number | undefined {
	if ('response' in error && typeof error.response === 'object' && error.response !== null) {
		return 'status' in error.response ? Number(error.response.status) : undefined;
	}
	return 'status' in error ? Number(error.status) : undefined;
}

/** Errors that speak of the credential itself; they are thrown before the call is sent. */
const OF_CREDENTIALS = ['UserError', 'OperationalError', 'NodeOperationError', 'AuthError'];

/**
 * The credential could not sign in: it is incomplete, revoked or refused. Where the sign-in was not
 * answered or failed at the CRM's side, trying again helps, and the call itself was never sent.
 */
function signInFailure(chain: Error[]): HttpFailure | AuthenticationFailure | undefined {
	const cause = chain.findLast(
		(link) => OF_CREDENTIALS.includes(link.constructor.name) || 'status' in link,
	);
	if (cause === undefined) return undefined;
	const passing =
		(statusOf(cause) ?? 0) >= 500 || /did not answer|status 5\d\d/.test(cause.message);
	if (passing) return new HttpFailure('the sign-in at the CRM was not answered', 'refused');
	return new AuthenticationFailure(cause.message);
}
