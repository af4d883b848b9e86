/**
 * The connector interface: the code for one kind of CRM. Every connector is a folder with the same
 * files: `client.ts` (calls), `changes.ts` (change source), `reader.ts` (reads of whole records),
 * `listing.ts` (all records), `fields.ts` (CRM field <-> canonical field), `deliver.ts` (writes),
 * `remove.ts` (deletes, archives), `index.ts` (the Connector object). A fourth CRM is one more folder.
 */
import type { ChangeEventInput } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { FieldMap } from '../model/field-map';
import type { ObjectName } from '../model/objects';
import type { CrmField } from '../model/crm-field';
import type { DeliveryJob, DeliveryOutcome } from '../model/delivery';
import type { Json } from '../model/json';
import type { ConnectorCapabilities } from './capabilities';
import type { HttpPort } from './http';
import type { ChangeHints } from './poll-hints';

export type {
	Archive,
	ArchiveTerms,
	ConnectorCapabilities,
	ObjectCapability,
} from './capabilities';
export type { CrmField } from '../model/crm-field';
export { ConfigurationFailure } from '../model/failures';
export type { Json } from '../model/json';

/** A raw record as the CRM's API gives it. */
export type CrmRecord = Record<string, unknown>;

/** What every call of a connector works with. */
export interface ConnectorContext {
	/** Short name of the connected account. */
	system: string;
	http: HttpPort;
	/** Milliseconds since the epoch. */
	now: () => number;
	/** Resolves after `ms`, or at once when the signal aborts (then it resolves too). */
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** Connector-specific settings from the node's panel, with the defaults of `Connector.defaultSettings`. */
	settings: Record<string, Json>;
	/** Waits until the system's rate budget allows one call, then counts it. */
	budget: RateBudget;
	/** What must not be forgotten when the process dies; absent where no store is at hand. */
	notes?: ConnectorNotes;
	log: (level: 'debug' | 'info' | 'warn', message: string, details?: Record<string, Json>) => void;
}

/** Small notes of a system's connector, by name, kept in the store. */
export interface ConnectorNotes {
	/** null: there is none of this name. */
	read: (name: string) => Promise<Json>;
	/** Puts `change(note)` in its place, in one transaction. Rejects if that did not surely happen. */
	change: (name: string, change: (note: Json) => Json) => Promise<void>;
}

export interface RateBudget {
	/** Takes one call from the budget, waiting for it if need be. Rejects when the signal aborts. */
	take: (priority: 'live' | 'retry' | 'backfill', signal?: AbortSignal) => Promise<void>;
	/** The CRM said how many calls of its long period (a day) all clients of the account have made. */
	observe?: (quota: { used: number; most: number }) => void;
	/** The CRM said 429: nobody calls before `ms` have passed. */
	pauseFor: (ms: number) => void;
	/** Calls that may be made right now, and the ms until the next one is free. */
	state: () => { available: number; nextInMs: number };
}

/** One batch from a change source: goes to the inbox in the same transaction that moves the cursor. */
export interface ChangeBatch {
	events: ChangeEventInput[];
	/** Where to go on after this batch; stored as it is. */
	cursor: Json;
	/** True if nothing that changed before `readAt` is missing from what was read so far. */
	complete: boolean;
}

/** Records of this system for which the fabric has a shadow: lets a stream complete deltas of unknown records by one read. */
export type KnowsRecord = (
	crmIds: string[],
	/** Default: contact. */
	object?: ObjectName,
) => Promise<Set<string>>;

export interface ChangeSourceOptions {
	fieldMap: FieldMap;
	/** Where the last run stopped; null when this system has never been read. */
	cursor: Json;
	/** What to do with what was there before the first run. */
	start: 'now' | 'everything';
	/**
	 * Commits a batch (inbox + cursor). The source goes on reading only after it resolved; with the number
	 * of events that told anything new, where that is known.
	 */
	commit: (batch: ChangeBatch) => Promise<number | void>;
	knowsRecord: KnowsRecord;
	/** Hints to read now, for a source that polls. */
	hints?: ChangeHints;
	/** Called when the connection's state changes, for logs and metrics; `error` is fit for people's eyes. */
	onState: (state: ChangeSourceState) => void;
	signal: AbortSignal;
}

export interface ReadAllOptions {
	fieldMap: FieldMap;
	/** Default: contact. */
	object?: ObjectName;
	/** Objects of the same list ({@link ConnectorCapabilities.sharedLists}): their records are yielded, too. */
	alongside?: readonly ObjectName[];
	/** Read only these; records that are gone are left out. Absent: every record. */
	crmIds?: readonly string[];
	/**
	 * Of a listing of every record that broke off: what `onPage` was told last. A connector that does not
	 * tell begins anew.
	 */
	from?: Json;
	/** Told with each page, before it is yielded: where to go on after it. */
	onPage?: (position: Json) => void;
	signal: AbortSignal;
}

export type ChangeSourceState =
	| { status: 'running' }
	| { status: 'waiting'; reason: string; retryInMs: number }
	| { status: 'gap'; reason: string };

export interface ListOptions {
	limit?: number;
	/** The CRM's own filters, as the node's panel offers them. */
	filters?: Record<string, string>;
}

/** For the node's own operations; values are the CRM's own fields. All throw {@link CrmError}. */
export interface RecordClient {
	get: (context: ConnectorContext, crmId: string) => Promise<CrmRecord>;
	list: (context: ConnectorContext, options: ListOptions) => Promise<CrmRecord[]>;
	create: (context: ConnectorContext, values: Record<string, unknown>) => Promise<CrmRecord>;
	update: (
		context: ConnectorContext,
		crmId: string,
		values: Record<string, unknown>,
	) => Promise<CrmRecord>;
	delete: (context: ConnectorContext, crmId: string) => Promise<void>;
	/** Finds by the CRM's natural key (`matchField`, e.g. email or an external id) for create-or-update. */
	findBy: (context: ConnectorContext, matchField: string, value: string) => Promise<CrmRecord[]>;
	/** Fields that `findBy` can search. */
	matchFields: Array<{ name: string; label: string }>;
	/** The filters that `list` understands. */
	listFilters: Array<{
		name: string;
		label: string;
		type: 'string' | 'date' | 'boolean';
		description: string;
	}>;
	idOf: (record: CrmRecord) => string;
	/** Fields of `describe` that only deliveries write: who belongs to a household is an operation of its own. */
	notWritten?: readonly string[];
}

export interface Connector {
	kind: string;
	displayName: string;
	capabilities: ConnectorCapabilities;
	/** Of contacts. */
	defaultFieldMap: FieldMap;
	/**
	 * The default mappings of the other objects, and those of contacts that name them (household). A system
	 * that syncs some of these takes their part: see objects/chosen.ts.
	 */
	objectFieldMap?: FieldMap;
	defaultSettings: Record<string, Json>;

	/** One cheap authenticated call; resolves or throws AuthenticationFailure / HttpFailure / ConfigurationFailure. */
	check: (context: ConnectorContext) => Promise<void>;
	/** The CRM's own fields of an object (default: contact), custom ones included. */
	describe: (context: ConnectorContext, object?: ObjectName) => Promise<CrmField[]>;
	/**
	 * Reads changes until the signal aborts. Survives time-outs, 5xx, 429 and lost sessions by
	 * itself; rejects only with AuthenticationFailure or ConfigurationFailure.
	 */
	runChangeSource: (context: ConnectorContext, options: ChangeSourceOptions) => Promise<void>;
	/**
	 * Snapshots of every record (or of those in `crmIds`), page by page, with backfill priority; ids and
	 * fields are those of the change source's snapshots, `readAt` is before the page was asked for.
	 * Ends normally only after a complete listing without an error; else it throws CrmError (code
	 * `listing-incomplete` if records shifted meanwhile), HttpFailure, AuthenticationFailure or
	 * ConfigurationFailure. A deleted record is not listed.
	 */
	readAll: (
		context: ConnectorContext,
		options: ReadAllOptions,
	) => AsyncGenerator<ChangeEventInput[]>;
	/**
	 * Reads one record: true if the CRM says that it is gone, while the same connection answers
	 * otherwise. Throws what {@link readAll} throws if that cannot be told.
	 */
	isGone: (
		context: ConnectorContext,
		crmId: string,
		signal?: AbortSignal,
		/** Default: contact. */
		object?: ObjectName,
	) => Promise<boolean>;
	/** Raw record -> canonical fields of its mapped fields (direction in or both), nested ids in `ref`. Pure. */
	toCanonical: (
		record: CrmRecord,
		fieldMap: FieldMap,
		settings: Record<string, Json>,
		/** Default: contact. */
		object?: ObjectName,
	) => CanonicalFields;
	/**
	 * What this CRM would hold if `desired` were written to it: fields it has no place for dropped,
	 * kinds brought to its vocabulary. `toCanonical` of a written record equals this. What becomes of
	 * a field depends on that field and on `type` alone. Pure.
	 */
	project: (
		desired: CanonicalFields,
		fieldMap: FieldMap,
		settings: Record<string, Json>,
		/** Default: contact. */
		object?: ObjectName,
	) => CanonicalFields;
	/** Why this CRM will not take such a new contact, as far as that is known beforehand; for plans. Pure. */
	refuses?: (desired: CanonicalFields, settings: Record<string, Json>) => string | undefined;
	/** Writes one delivery. Never throws for what the CRM or the network did; that is the outcome. */
	deliver: (context: ConnectorContext, job: DeliveryJob) => Promise<DeliveryOutcome>;
	/**
	 * Writes the deliveries of one claimed batch in as few calls as the CRM's API allows; one outcome a
	 * job, in their order, with the meaning of {@link deliver}. Absent: the API has no such calls.
	 */
	deliverMany?: (
		context: ConnectorContext,
		jobs: readonly DeliveryJob[],
	) => Promise<DeliveryOutcome[]>;

	contacts: RecordClient;
	/** The same for the other objects that this CRM has. */
	records?: Partial<Record<Exclude<ObjectName, 'contact'>, RecordClient>>;
}

/** An answer of the CRM that is not success. `message` is for people: no client data, no secret. */
export class CrmError extends Error {
	override readonly name = 'CrmError';

	constructor(
		message: string,
		readonly status: number,
		/** The vendor's own code where it has one (`INVALID_FIELD`), else the status as text. */
		readonly code: string,
		readonly options: {
			retryable: boolean;
			retryAfterMs?: number;
			hint?: string;
			field?: string;
		} = { retryable: false },
	) {
		super(message);
	}
}
