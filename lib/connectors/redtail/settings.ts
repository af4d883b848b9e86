/** Redtail settings. What the reference calls UNKNOWN is a setting with a safe default. */
import type { Json } from '../connector';
import { POLL_DEFAULTS } from '../poll-settings';
import { withDefaults } from '../settings';
import { WRITE_DEFAULTS } from '../write-settings';

/** Undocumented (reference/redtail.md, section 13): two calls a second is kept to. */
export const RATE_LIMIT = { calls: 120, windowMs: 60_000 };

export const DEFAULT_SETTINGS = {
	...POLL_DEFAULTS,
	...WRITE_DEFAULTS,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** Where `updated_since` is honoured: documented for the search alone (section 5). */
	searchPath: '/contacts/search',
	/** Where the full listing is read. */
	listPath: '/contacts',
	/** Polls begin this long before the newest edit seen, `overlapSeconds` now and then. */
	quickOverlapSeconds: 20,
	/** Full comparison, which also finds deletes; 0 switches it off. */
	fullScanMinutes: 60,
	/** Records a page (`pagesize` header); the maximum is unknown, up to 200 is safe. */
	pageSize: 100,
	/** True: editing a phone, e-mail or address moves the contact's updated_at. */
	subRecordEditsTouchContact: false,
	/** Read mapped user defined fields (one call a record) in full comparisons too. */
	udfsInFullScan: false,
	/** Redtail has no household contacts. Its type to keep households under (`Association`), or empty: refuse. */
	householdType: '',
	/** What is synced: contacts, and the other objects that are chosen. */
	objects: ['contact'] as Json[],
	/**
	 * Redtail tells of no change of a family, activity or opportunity: their lists are read whole, and compared.
	 * Seconds between two reads after something changed, and at most when quiet.
	 */
	minItemPollSeconds: 60,
	maxItemPollSeconds: 600,
	/**
	 * Notes are read contact by contact: of contacts that were edited with every poll, of all of them (a call each)
	 * every so many minutes; 0 switches that off.
	 */
	noteScanMinutes: 240,
	/** Notes cannot be changed in Redtail: leave them (`skip`), or make a further note (`append`). */
	noteChanges: 'skip',
	/** Days before and after today in which polls look for activities; the full comparison looks from `activityFrom`. */
	activityPastDays: 60,
	activityFutureDays: 400,
	activityFrom: '1990-01-01',
	activityUntil: '2100-01-01',
	/** Activities with one of these codes are tasks, all others are events. The first one there is makes new tasks. */
	taskActivityCodes: ['Task', 'To Do'] as Json[],
	/** The code of new events. */
	eventActivityCode: 'Appointment',
	/** Of a new event without an end. */
	eventMinutes: 60,
	/** In which zone the days of tasks are meant: Redtail gives instants only. */
	timeZone: 'UTC',
	/** Redtail's codes of an activity's importance (2 is normal, the others are likely). */
	importances: { Low: 1, Normal: 2, High: 3 } as Record<string, number>,
	/** Write families and who belongs to them, by paths that are likely but not documented (section 11). */
	familyWrites: false,
	/** Codes of relationships beside those that the families in Redtail show, e.g. {"Child": 3}. */
	familyRoles: {} as Record<string, number>,
	/** Send `extension` with phones: it is read, but not documented for writing. */
	writePhoneExtension: true,
};

export type RedtailSettings = typeof DEFAULT_SETTINGS;

export function redtailSettings(settings: Record<string, Json>): RedtailSettings {
	return withDefaults(DEFAULT_SETTINGS, settings);
}
