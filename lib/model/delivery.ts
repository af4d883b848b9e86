/**
 * What a connector is given to write, and what it says came of it. A delivery says "this record
 * differs from what its entity wants"; the fields are computed when it is claimed.
 */
import type { Json } from './json';
import type { ChangeEventInput } from './event';
import type { CanonicalFields } from './fields';
import type { FieldMap } from './field-map';
import type { ObjectName } from './objects';

/**
 * What to do in a system when a client's record was deleted, archived or merged away in another one:
 * let it live on here, ask a person, put it away, or delete it.
 */
export const DELETE_POLICIES = ['ignore', 'ask', 'archive', 'delete'] as const;
export type DeletePolicy = (typeof DELETE_POLICIES)[number];

export const OPERATIONS = ['create', 'update', 'delete', 'archive', 'unarchive'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What one run may open for one system before the breaker stops it and asks. 0: no limit. */
export interface RunLimits {
	creates: number;
	changes: number;
	/** Deletes and archives. */
	removals: number;
}

/** Generous for a day's work, small beside a mistake that empties a CRM. */
export const DEFAULT_LIMITS: RunLimits = { creates: 1_000, changes: 2_000, removals: 25 };

/** What to do when the CRM says that the record to be written is gone (404). */
export const GONE_POLICIES = ['createAgain', 'unlink', 'deadLetter'] as const;
export type GonePolicy = (typeof GONE_POLICIES)[number];

/** Most urgent first. */
export const URGENCIES = ['live', 'retry', 'backfill'] as const;
export type Urgency = (typeof URGENCIES)[number];

export interface DeliveryJob {
	deliveryId: number;
	/** Proof that this claim is the current one; results of an older claim are ignored. */
	claimToken: string;
	/** 1 on the first try. */
	attempt: number;
	/** How urgent its calls are (law 10). Absent: live, and retry after the first try. */
	urgency?: Urgency;
	system: string;
	object: ObjectName;
	operation: Operation;
	unifiedId: string;
	/** null for a create. */
	crmId: string | null;
	/**
	 * What to write: the fields whose desired value differs from the known one; lists come whole, with `formerKeys`.
	 * Fields that name another record (`client`, `household`) name it as `<object>:<crmId>` of this system.
	 */
	changes: CanonicalFields;
	/** Everything the entity wants this record to hold; what a create writes. */
	desired: CanonicalFields;
	/**
	 * Of a create that was tried before: what the last tries were to write, oldest first. The client may have been
	 * changed since: what an earlier try made holds this, not `desired`.
	 */
	tried?: CanonicalFields[];
	/**
	 * Of an update: entries of lists that earlier tries sent without an answer. One that the record holds, and that is
	 * neither known nor wanted, is ours to take out.
	 */
	unanswered?: CanonicalFields;
	/** What the record is known to hold (the shadow), nested ids in `ref`. Empty for a create. */
	known: CanonicalFields;
	/** The mappings of this object. */
	fieldMap: FieldMap;
	/** The connector settings under which `desired` was projected; the writer uses the same. */
	settings?: Record<string, Json>;
	gonePolicy: GonePolicy;
	/** The same for every try of the same write: sent as the Idempotency-Key of each outbound call. */
	idempotencyKey: string;
	/** System and record whose edit caused this write, e.g. `salesforce/contact/003...`. */
	syncOrigin: string;
	/** ISO time when the delivery was first opened. A record found at the CRM that is older was not made by it. */
	openedAt: string;
}

export type DeliveryOutcome =
	| {
			status: 'confirmed';
			crmId: string;
			/** What the record holds now in the fields that were written (or more), nested ids in `ref`. */
			known: CanonicalFields;
			/** ISO time after which a read sees the write. */
			confirmedAt: string;
			/** HTTP calls spent. */
			calls: number;
			/** A create that found its record already there (an earlier try had made it). */
			found?: boolean;
	  }
	| {
			status: 'retry';
			/** A sentence for a person; no client data, no secret. */
			reason: string;
			code: string;
			retryAfterMs?: number;
			/** True if the CRM may have carried out the write (time-out, 5xx after sending). */
			outcomeUnknown: boolean;
			/** What was written before it broke off (Redtail's sub-records). */
			known?: CanonicalFields;
			/** Set if a create broke off after the record itself had been made. */
			crmId?: string;
			/**
			 * The whole record as it was read, if it is not what it was known to be and the change source
			 * has not brought why: taken in as a change event, so that the next try knows better.
			 */
			read?: ChangeEventInput;
	  }
	| { status: 'gone'; reason: string; code: string }
	| {
			status: 'rejected';
			reason: string;
			code: string;
			field?: string;
			known?: CanonicalFields;
			crmId?: string;
	  };
