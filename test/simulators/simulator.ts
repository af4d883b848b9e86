/**
 * What the three CRM simulators have in common. A simulator is an HTTP server that behaves as
 * ../../../shared/reference says its CRM does; people (the demo, the tests, its own web page) act
 * on it beside the API through `people` and the `/_sim/*` endpoints.
 */

/** A contact in plain words, for the demo page, the web page and the checks; not the API's shape. */
export interface PlainContact {
	id: string;
	type: 'person' | 'household' | 'organization' | 'trust';
	firstName: string | null;
	lastName: string | null;
	/** Name of a household, organization or trust. */
	name: string | null;
	jobTitle: string | null;
	companyName: string | null;
	/** YYYY-MM-DD */
	birthDate: string | null;
	status: string | null;
	emails: Array<{ address: string; kind?: string; primary?: boolean }>;
	phones: Array<{ number: string; kind?: string; primary?: boolean }>;
	addresses: Array<{
		street?: string;
		city?: string;
		state?: string;
		postalCode?: string;
		country?: string;
		kind?: string;
		primary?: boolean;
	}>;
	tags: string[];
	/** The CRM's last-modified time in ms, at full resolution (the API may show less). */
	updatedAt: number;
	deleted: boolean;
}

/** Every field is optional: what is absent stays as it is, `null` clears. Lists are replaced whole. */
export type PlainEdit = Partial<Omit<PlainContact, 'id' | 'updatedAt' | 'deleted'>>;

/** One call that wrote (or tried to), as the simulator saw it. */
export interface WriteLogEntry {
	at: number;
	method: string;
	path: string;
	status: number;
	recordId: string | null;
	/** Top-level names of the fields sent. */
	fields: string[];
	/** False if the call changed nothing: the record already held all of it. */
	changedAnything: boolean;
	idempotencyKey: string | null;
	syncOrigin: string | null;
}

/** A person at the CRM's own screen: no API, no rate limit. */
export interface People {
	list: (options?: { deleted?: boolean }) => PlainContact[];
	get: (id: string) => PlainContact | undefined;
	create: (values: PlainEdit) => PlainContact;
	edit: (id: string, values: PlainEdit) => PlainContact;
	remove: (id: string) => void;
	/** Takes a deleted contact back. */
	undelete: (id: string) => PlainContact;
	/** Makes `from` a part of `into`: what `into` lacks it takes over, and `from` is deleted. */
	merge: (into: string, from: string) => PlainContact;
}

/** A fault that the simulator plays; `times` counts down, absent means until cleared. */
export interface Fault {
	/**
	 * `down`: connections are dropped. `status`: this status answers, and nothing is done. `slow`: delayed by
	 * `ms`. `statusAfterCommit`: done, but this status answers. `timeoutAfterCommit`: done, but never answered.
	 * Of Wealthbox alone: `householdRace` (./wealthbox/contacts.ts); of Salesforce those of ./salesforce/faults.ts.
	 * Any other kind is refused.
	 */
	kind: string;
	/** Only calls whose `METHOD /path` contains this text. */
	match?: string;
	times?: number;
	status?: number;
	ms?: number;
	headers?: Record<string, string>;
	body?: unknown;
}

export interface Simulator {
	kind: 'wealthbox' | 'redtail' | 'salesforce';
	/** Base address as a credential wants it, without a trailing slash. */
	url: string;
	/** Test credentials by name, e.g. `{ accessToken }`. */
	credentials: Record<string, string>;
	people: People;
	/** Write calls since the start, oldest first. */
	writes: () => WriteLogEntry[];
	/** All API calls since the start, by status. */
	callCounts: () => Record<string, number>;
	setFault: (fault: Fault) => void;
	clearFaults: () => void;
	/**
	 * The CRM's whole state as one JSON value, for {@link SimulatorOptions.state}: records (deleted
	 * ones too), id sequences, credentials and tokens, Salesforce's events. Not in it: logs, faults,
	 * switches, used-up rate limits, open streams and query cursors.
	 */
	save: () => unknown;
	stop: () => Promise<void>;
}

export interface SimulatorOptions {
	/** 0 or absent: any free port. */
	port?: number;
	/** Milliseconds since the epoch; default Date.now. */
	now?: () => number;
	/**
	 * What `save` of a simulator of this kind gave: it goes on from there, with the same credentials.
	 * Anything else makes the start fail.
	 */
	state?: unknown;
	/** Contacts to begin with; ignored when there is a `state`. */
	contacts?: PlainEdit[];
	/** Vendor-specific switches; each simulator documents its own. */
	switches?: Record<string, unknown>;
}
