/** What a CRM can do, as its connector tells (`Connector.capabilities`). Asked through capability.ts. */
import type { Json } from '../model/json';
import type { ObjectName } from '../model/objects';

/**
 * How a record is put away. `true`: by the settings `archiveField` and `archiveValue`; terms: by the field that
 * they name; `keep`: nothing is written, the record stays as it is and is let go of; false: not at all.
 */
export type Archive = boolean | 'keep' | ArchiveTerms;

export interface ArchiveTerms {
	/** The CRM's field that says whether a record is put away. */
	field: string;
	/** What it holds then, as text (`true` of a check box), and otherwise, if nobody knows what it held before. */
	value: string;
	back: string;
	/** Canonical fields that the CRM itself changes along with it. */
	moves?: readonly string[];
}

/** What a CRM lets be done with its records of one object. */
export interface ObjectCapability {
	create: boolean;
	/**
	 * `append`: a record is never changed, but the connector makes a further one that says what changed;
	 * the change source leaves these out.
	 */
	change: boolean | 'append';
	/** How a record is put away there; see {@link Archive}. */
	archive: Archive;
	delete: boolean;
	/** Canonical fields without which none can be made there. */
	needs?: readonly string[];
	/** What the field `client` of its records can name. Absent: contacts and households. */
	clients?: readonly ObjectName[];
}

export interface ConnectorCapabilities {
	/** How changes are learned. */
	changes: 'poll' | 'stream';
	/** Resolution of the vendor's edit times in ms (Wealthbox 60,000). */
	timeResolutionMs: number;
	/** Default calls allowed: `calls` per `windowMs`, sliding. */
	rateLimit: { calls: number; windowMs: number } | null;
	/** Canonical fields that can be read but not written. */
	readOnlyFields: string[];
	/**
	 * What a delivery may do to end a record. Archiving is by the settings `archiveField` and
	 * `archiveValue`; without a field in them it is rejected.
	 */
	removal: { archive: boolean; delete: boolean };
	/**
	 * Calls that one write of a contact usually costs, for estimates. Absent: one for a create, two for an
	 * update. `atOnce`: so many records travel in these calls together, under the system's settings; for
	 * connectors with `Connector.deliverMany`.
	 */
	writeCalls?: {
		create: number;
		update: number;
		atOnce?: (settings: Record<string, Json>) => number;
		/**
		 * So many that can wait are handed out together, where a way of writing pays off for many only.
		 * Absent: as many as travel in one call.
		 */
		together?: (settings: Record<string, Json>) => number;
		/** Calls for so many writes of an object, where they do not follow from the above. */
		estimate?: (
			writes: { creates: number; updates: number },
			settings: Record<string, Json>,
			object: ObjectName,
		) => number;
	};
	/** Objects that stand in one list of the CRM: listing one of them is listing the others. */
	sharedLists?: ReadonlyArray<readonly ObjectName[]>;
	/** Calls that a contact's joining of a household takes beside the write of the contact. Absent: none. */
	membershipCalls?: number;
	/** What is synced beside contacts. */
	objects?: Partial<Record<Exclude<ObjectName, 'contact'>, ObjectCapability>>;
	/** The same where the system's settings decide; undefined: they do not. */
	objectIn?: (object: ObjectName, settings: Record<string, Json>) => ObjectCapability | undefined;
}
