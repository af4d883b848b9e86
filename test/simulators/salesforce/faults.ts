/**
 * The faults of Salesforce's own, beside the shared ones (`down`, `status`, `slow`,
 * `statusAfterCommit`, `timeoutAfterCommit`). `match` is looked for in `METHOD /path?query`, to
 * which streaming messages add their channel: `POST /cometd/67.0 /meta/connect`. Setting or
 * clearing faults wakes the held long polls, so that it shows at once.
 *
 * REST:
 * - `rowLock`: a row write answers UNABLE_TO_LOCK_ROW (each row of a collection counts)
 * - `validationRule`: a row write answers FIELD_CUSTOM_VALIDATION_EXCEPTION (`body`: its text)
 * - `requestLimit`: 403 REQUEST_LIMIT_EXCEEDED, the daily total
 * - `concurrentRequests`: 403 REQUEST_LIMIT_EXCEEDED, more than 25 long calls
 * - `permanent401`: every access token is refused, new ones too; streaming says
 *   `401::Authentication invalid`
 * - `updatedHoldback`: `latestDateCovered` stays `ms` behind
 * - `deletedLogStartsLater`: the delete log reaches back only `ms`
 *
 * Bulk API 2.0 (`match` is looked for in `BULK ingest|query <Object> <operation>`; the row faults above
 * count for each row of a job, with the same text):
 * - `bulkQueue`: the job stays in the queue (`times` counts the calls to any job meanwhile)
 * - `bulkFail`: the job fails before its first row (`body`: its errorMessage)
 * - `bulkFailMidway`: an ingest job fails after half of its rows; the rest is unprocessed
 * - `bulkNoLocator`: a page of query results comes without `Sforce-Locator` (`match` as with REST)
 *
 * OAuth:
 * - `invalidGrant`: the token endpoint answers invalid_grant (`body`: the description)
 * - `invalidateTokens`: at once, and once: all access tokens issued so far are dead
 * - `revokeRefreshTokens`: at once, and once: all refresh tokens issued so far are dead
 *
 * Streaming (subscribe and connect unless said otherwise):
 * - `unknownClient`: `403::Unknown client`, advice handshake; the session is lost
 * - `unknownClientNone`: the same with advice none, and an unsolicited `/meta/disconnect` before it
 * - `routeCookieChange`: connect lands on another server: new routing cookie and `403::Unknown client`
 * - `expiredReplay`: subscribe with a replay id is refused as invalid
 * - `authInvalid`: `401::Authentication invalid`, advice none; on handshake: denied with that reason
 * - `serverBusy`: failureReason `503::Server is too busy` under an outer 401
 * - `concurrentLimit`: handshake denied, too many clients (`body`: another failureReason)
 * - `eventLimit`: `403::Organization total events daily limit exceeded`
 * - `subscribeDenied`: subscribe refused for lack of View All Data (`body`: another error text)
 * - `deaf`: until cleared, connects succeed and carry no events; they are kept
 * - `duplicate`: what a connect delivers is delivered again by the next one
 * - `replyFirst`: the connect reply stands before the events
 * - `handshakeAdvice`: a successful handshake carries `reconnect: "handshake"`
 * - `hangConnect`: connect is not answered at all, or only after `ms`
 * - `halfJson`: a connect answer that carries events breaks off in the middle of its body; they are
 *   lost to the session
 */
import type { Fault } from '../simulator';
import { FaultBox } from '../framework/faults';

/** The kinds above. */
const KINDS = [
	'rowLock',
	'validationRule',
	'requestLimit',
	'concurrentRequests',
	'permanent401',
	'updatedHoldback',
	'deletedLogStartsLater',
	'bulkQueue',
	'bulkFail',
	'bulkFailMidway',
	'bulkNoLocator',
	'invalidGrant',
	'invalidateTokens',
	'revokeRefreshTokens',
	'unknownClient',
	'unknownClientNone',
	'routeCookieChange',
	'expiredReplay',
	'authInvalid',
	'serverBusy',
	'concurrentLimit',
	'eventLimit',
	'subscribeDenied',
	'deaf',
	'duplicate',
	'replyFirst',
	'handshakeAdvice',
	'hangConnect',
	'halfJson',
];

export class SalesforceFaults extends FaultBox {
	private readonly listeners: Array<() => void> = [];

	/** Kinds that act at once, by name. */
	readonly immediate: Record<string, () => void> = {};

	constructor() {
		super(KINDS);
	}

	/** Told after faults were set or cleared. */
	onChange(listener: () => void): void {
		this.listeners.push(listener);
	}

	override set(fault: Fault): void {
		const act = this.immediate[fault.kind];
		if (act) act();
		else super.set(fault);
		this.tell();
	}

	override clear(): void {
		super.clear();
		this.tell();
	}

	private tell(): void {
		for (const listener of this.listeners) listener();
	}
}
