/**
 * The things that the hub's parts exchange with the store, in their own shape (no SQL, no JSON
 * text). The store implements the ports that inbox, identity, merge and delivery name with these.
 */
import type { Json } from './json';
import type { DeletePolicy, GonePolicy, Operation, RunLimits } from './delivery';
import type { ChangeEvent, RecordAddress } from './event';
import type { FieldMap } from './field-map';
import type { CanonicalFields, FieldValue } from './fields';
import type { DriftSettings, FieldHold } from './mapping';

/** A connected CRM account as the store knows it. */
export interface SystemRow {
	name: string;
	connector: string;
	/** Higher wins ties. */
	priority: number;
	/** The mappings in force: the stored ones without what is held. */
	fieldMap: FieldMap;
	/** Counts the changes of the mappings. */
	fieldMapVersion: number;
	/** The mappings as they are stored; absent: nothing is held. */
	storedMap?: FieldMap;
	/** What is held since a CRM's fields have drifted; absent: nothing. */
	holds?: FieldHold[];
	/** Absent: {@link DEFAULT_DRIFT}. */
	drift?: DriftSettings;
	settings: Record<string, Json>;
	/** Entities that this system lacks are created in it. */
	creates: boolean;
	gonePolicy: GonePolicy;
	/** What becomes of a record here when the client's record elsewhere was deleted or archived. */
	deletePolicy: DeletePolicy;
	limits: RunLimits;
	/** ms; null until everything that was there at the start had been read and merged. */
	readyAt: number | null;
	/** Inbox number to be settled before the system is ready; null while the first read goes on. */
	readyAfter: number | null;
	/** Clients that are missing somewhere are not created before a backfill has loaded this system. */
	awaitsLoad: boolean;
}

export interface Link extends RecordAddress {
	entityId: string;
	/** `archived`: still there, put away; it is not written to. */
	state: 'active' | 'unlinked' | 'archived';
	evidence: Evidence;
	recreated: number;
}

/** Why a record belongs to its entity. Kept with the link for ever. */
export interface Evidence {
	/** `own-create`, `external-key`, `email`, `phone`, `name`, `new-entity`, `person`, `crm-merge`. */
	by: string;
	/** 0 to 1. */
	score: number;
	/** Sum of the weights, before any rule. */
	bits?: number;
	/** One line a field: what agreed and what did not (weight in bits), without the values. */
	fields: Array<{ field: string; agreement: string; weight: number }>;
	/** What no weight outweighs, with a sentence for people. */
	rules?: Array<{ rule: string; limit: 'review' | 'never'; sentence: string }>;
	/** What the record was linked by before a person said otherwise, newest first. */
	earlier?: Evidence[];
}

export interface InboxItem {
	seq: number;
	event: ChangeEvent;
	attempts: number;
}

export interface AuditRow {
	at: number;
	kind: string;
	entityId?: string;
	field?: string;
	system?: string;
	object?: string;
	crmId?: string;
	eventId?: string;
	deliveryId?: number;
	/** The run that it belongs to: an emission of events, a reconcile, an undo. One run can be undone as a whole. */
	run?: string;
	before?: FieldValue;
	after?: FieldValue;
	rule?: string;
	editedAt?: number;
	/** Any JSON: a register, evidence, a reason. */
	register?: unknown;
	detail?: unknown;
}

export interface StoredAuditRow extends AuditRow {
	seq: number;
	hash?: string;
}

export interface DeliveryRow {
	id: number;
	system: string;
	object: string;
	target: string;
	crmId: string | null;
	entityId: string;
	operation: Operation;
	/** `held`: the breaker stopped its run; a person releases or drops it. */
	state: 'open' | 'held' | 'claimed' | 'confirmed' | 'superseded' | 'dead';
	/** The run that opened it. */
	run: string | null;
	priority: number;
	attempts: number;
	nextAt: number;
	claimToken: string | null;
	leaseUntil: number | null;
	again: boolean;
	/** What the current or last claim writes. */
	changes: CanonicalFields | null;
	/** Of a create: what its tries sent, newest last. Any of them may have made the record. */
	tried: CanonicalFields[];
	idempotencyKey: string | null;
	syncOrigin: string;
	openedAt: number;
}

export interface ReviewRow extends RecordAddress {
	id: number;
	kind: ReviewKind;
	/** `ignored`: closed without an answer; its record waits on. */
	state: 'open' | 'ignored' | 'logged' | 'decided';
	/** Of a question about a client's value or removal; of `identity`, the client that the record is meanwhile. */
	entityId: string | null;
	field: string | null;
	question: ReviewQuestion;
	decision: ReviewDecision | null;
	openedAt: number;
	decidedAt: number | null;
	/** Put off until then, ms. */
	snoozedUntil?: number | null;
}

/**
 * `new-entity`: nobody is asked, it is logged. `identity`: which client is this record? `value`: which value (policy ask)? `custom`: the same, put
 * to the canvas first (Field Merge's *Decide*). `removal`: may it be removed here, too? `breaker`: a
 * run wants more than its limit. `duplicate`: one system holds two records of this client.
 */
export const REVIEW_KINDS = [
	'new-entity',
	'identity',
	'value',
	'custom',
	'removal',
	'breaker',
	'duplicate',
] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

/** Of `value` and `custom`: what stands, and what wants to take its place. */
export interface ValueQuestion {
	field: string;
	current: FieldValue;
	candidate: FieldValue;
	/** Where each comes from; null: nobody set it. */
	currentSource: ValueSource | null;
	candidateSource: ValueSource;
}

export interface ValueSource {
	system: string;
	crmId: string;
	/** ISO */
	editedAt: string;
	eventId: string;
}

export interface RemovalQuestion {
	operation: 'archive' | 'delete';
	/** The record that is gone, and how it went. */
	cause: RecordAddress & { change: 'delete' | 'archive' | 'merge'; at: string };
}

export interface BreakerQuestion {
	run: string;
	/** What the run wants more of than its limit allows. */
	limited: keyof RunLimits;
	limit: number;
}

/** Of `duplicate`, where a search found it: records of one system that seem to be one client, the suggested master first. */
export interface DuplicateQuestion {
	records: Array<{ crmId: string; unifiedId: string | null }>;
	confidence: 'sure' | 'doubtful';
	/** Why the first one is suggested. */
	reasons: string[];
	/** What it would hold after a merge, and from which records (CRM ids). */
	merged: Record<string, { value: FieldValue; from: string[]; because: string }>;
}

/** What becomes of a record while a review asks whose it is: nothing, or it is a client of its own. */
export type WhileInReview = 'hold' | 'asNew';

export interface ReviewQuestion {
	reason: string;
	/** Of `identity`; absent: `hold`. */
	whileInReview?: WhileInReview;
	value?: ValueQuestion;
	removal?: RemovalQuestion;
	breaker?: BreakerQuestion;
	duplicate?: DuplicateQuestion;
	/** The record in question, as it was first read. */
	record: CanonicalFields;
	candidates: Array<{
		unifiedId: string;
		score: number;
		evidence: Evidence;
		fields: CanonicalFields;
	}>;
}

export interface ReviewDecision {
	/**
	 * Of `identity`: `link` to `unifiedId`, or `new` entity. Of `value` and `custom`: `keep`, `take`, or
	 * `set` to `value`. Of `removal`, `breaker`, `duplicate`: `approve` or `reject`. Of `identity`: `ignore`,
	 * closed without an answer.
	 */
	verdict: 'link' | 'new' | 'keep' | 'take' | 'set' | 'approve' | 'reject' | 'ignore';
	unifiedId?: string;
	value?: FieldValue;
	by?: string;
	/** Why it was closed, if nobody answered. */
	note?: string;
}

export interface DeadLetterRow {
	id: number;
	kind: 'event' | 'delivery';
	state: 'open' | 'retried' | 'discarded';
	system: string;
	object: string;
	crmId: string | null;
	entityId: string | null;
	inboxSeq: number | null;
	deliveryId: number | null;
	reason: string;
	code: string;
	payload: unknown;
	openedAt: number;
	closedAt: number | null;
}

export const PRIORITY = { live: 0, retry: 1, backfill: 2 } as const;

export function byEntity<T extends { entityId: string }>(rows: readonly T[]): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const row of rows) {
		const group = groups.get(row.entityId);
		if (group === undefined) groups.set(row.entityId, [row]);
		else group.push(row);
	}
	return groups;
}
