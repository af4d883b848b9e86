/** Redtail settings. What the reference calls UNKNOWN is a setting with a safe default. */
import type { Json } from '../connector';
import { withDefaults } from '../settings';

/** Undocumented (reference/redtail.md, section 13): two calls a second is kept to. */
export const RATE_LIMIT = { calls: 120, windowMs: 60_000 };

export const DEFAULT_SETTINGS = {
	/** Seconds between polls after something changed, and at most when quiet. May be fractions. */
	minPollSeconds: 5,
	maxPollSeconds: 60,
	/** Share of the rate limit that reading changes may use. */
	pollShare: 0.6,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** Where `updated_since` is honoured: documented for the search alone (section 5). */
	searchPath: '/contacts/search',
	/** Where the full listing is read. */
	listPath: '/contacts',
	/** Each poll begins this long before the newest edit seen. */
	overlapSeconds: 120,
	/** By how much this machine's clock may be ahead of Redtail's. */
	clockToleranceMinutes: 60,
	/** Full comparison, which also finds deletes; 0 switches it off. */
	fullScanMinutes: 60,
	/** Records a page (`pagesize` header); the maximum is unknown, up to 200 is safe. */
	pageSize: 100,
	/** True: editing a phone, e-mail or address moves the contact's updated_at. */
	subRecordEditsTouchContact: false,
	/** Read mapped user defined fields (one call a record) in full comparisons too. */
	udfsInFullScan: false,
	/** Read the record before an update, so that an edit made there meanwhile is not written over. */
	verifyBeforeWrite: true,
	/** Search for the contact before the first create, too. */
	alwaysLookBeforeCreate: false,
	/** A status or category that Redtail does not know: leave it as it is there, or reject the delivery. */
	unknownPicklistValue: 'skip',
	/** Texts allowed for a field, e.g. {"category": ["Client", "Prospect"]}; others are never written. */
	picklists: {} as Record<string, Json>,
	/** Field that says whether a contact is put away, its value then, and what it is set back to if unknown. */
	archiveField: 'status',
	archiveValue: 'Inactive',
	unarchiveValue: 'Active',
	/** A contact that a person puts away counts as removed, as if it were deleted. */
	archiveIsRemoval: false,
	/** Redtail has no household contacts. Its type to keep households under (`Association`), or empty: refuse. */
	householdType: '',
	/** Send `extension` with phones: it is read, but not documented for writing. */
	writePhoneExtension: true,
};

export type RedtailSettings = typeof DEFAULT_SETTINGS;

export function redtailSettings(settings: Record<string, Json>): RedtailSettings {
	return withDefaults(DEFAULT_SETTINGS, settings);
}
