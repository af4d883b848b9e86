/** Wealthbox settings. What the reference calls UNKNOWN or configurable is a setting with a safe default. */
import type { Json } from '../connector';
import { withDefaults } from '../settings';

/** Wealthbox's word -> canonical kind. On writing the first word of a kind is taken. */
export type KindMap = Record<string, string>;

/** One request a second averaged over five minutes (reference/wealthbox.md, section 15). */
export const RATE_LIMIT = { calls: 300, windowMs: 300_000 };

export const DEFAULT_SETTINGS = {
	/** Seconds between polls after something changed, and at most when quiet. May be fractions. */
	minPollSeconds: 4,
	maxPollSeconds: 60,
	/** Share of the rate limit that reading changes may use. */
	pollShare: 0.6,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** Now and then a poll begins this long before the newest edit seen, for what became visible late. */
	overlapSeconds: 120,
	/** The others begin this long before it: edit times come in whole minutes. */
	quickOverlapSeconds: 60,
	/** How long after an edit Wealthbox's lists may still show what was before (UNKNOWN; 0: not at all). */
	listLagSeconds: 0,
	/** By how much this machine's clock may be ahead of Wealthbox's. */
	clockToleranceMinutes: 60,
	/** Deleted records are read with every so many-th poll. */
	deletedEveryPolls: 6,
	/** Full comparison against missed edits and deletes; 0 switches it off. */
	fullScanMinutes: 1_440,
	/** Records a page; Wealthbox gives 100 at most. */
	pageSize: 100,
	/** True: editing an e-mail, tag or custom field moves the contact's updated_at (UNKNOWN, likely). */
	nestedEditsTouchContact: true,
	/** Read the record before an update, so that an edit made there meanwhile is not written over. */
	verifyBeforeWrite: true,
	/** Look for the external id before the first create, too. */
	alwaysLookBeforeCreate: false,
	/** A status or category that Wealthbox does not know: leave it as it is there, or reject the delivery. */
	unknownPicklistValue: 'skip',
	/** Texts allowed for a field, e.g. {"category": ["Client", "Prospect"]}; others are never written. */
	picklists: {} as Record<string, Json>,
	/** Field that says whether a contact is put away, its value then, and what it is set back to if unknown. */
	archiveField: 'status',
	archiveValue: 'Inactive',
	unarchiveValue: 'Active',
	/** A contact that a person puts away counts as removed, as if it were deleted. */
	archiveIsRemoval: false,
	/** What is synced: see objects/chosen.ts. */
	objects: ['contact'] as Json[],
	/** Seconds between polls of notes, tasks and so on, each list by itself. */
	minItemPollSeconds: 8,
	maxItemPollSeconds: 120,
	/** Full comparison of these lists: Wealthbox tells of no deleted task, event or opportunity. */
	itemScanMinutes: 240,
	/** Texts that Wealthbox holds as HTML are read as plain text, or kept (what it does with HTML is UNKNOWN). */
	htmlTexts: 'toPlain',
	/** Days are moments in Wealthbox. A new one is at this time of day in UTC, the same day in its account's zone. */
	dayTimeUtc: '17:00',
	/** What a task without a due date gets: every task has one or a frame. */
	undatedTaskFrame: 'future',
	/** Wealthbox's words of priority -> Low, Normal, High; empty: none. */
	priorities: { Low: 'Low', Medium: 'Normal', High: 'High', None: '' } as Record<string, Json>,
	/** Its currency signs -> ISO 4217. */
	currencies: { $: 'USD', '€': 'EUR', '£': 'GBP' } as Record<string, Json>,
	/** Kind of a new opportunity's amount: Fee, Commission, AUM or Other. */
	amountKind: 'Other',
	/** Title of a member whom no system gives a role. */
	memberTitle: 'Other Dependent',
	/** Issuer of external_unique_id values that the fabric did not write; empty: they are ignored. */
	externalIdIssuer: '',
	/** E-mail, phone and address kinds can be configured in Wealthbox; see Settings there. */
	kinds: {
		emails: { Personal: 'personal', Work: 'work', Home: 'personal', Other: 'other' },
		phones: {
			Mobile: 'mobile',
			Home: 'home',
			Work: 'work',
			Fax: 'fax',
			Direct: 'direct',
			'Toll Free': 'tollfree',
			Other: 'other',
		},
		addresses: { Home: 'home', Work: 'work', Mailing: 'mailing', Other: 'other' },
	} as Record<string, Json>,
};

export type WealthboxSettings = typeof DEFAULT_SETTINGS;

export function wealthboxSettings(settings: Record<string, Json>): WealthboxSettings {
	return withDefaults(DEFAULT_SETTINGS, settings);
}

export function kindsOf(
	settings: WealthboxSettings,
	list: 'emails' | 'phones' | 'addresses',
): KindMap {
	const given = settings.kinds[list] ?? DEFAULT_SETTINGS.kinds[list];
	if (typeof given !== 'object' || given === null || Array.isArray(given)) return {};
	return Object.fromEntries(
		Object.entries(given).map(([word, kind]) => [word, String(kind).toLowerCase()]),
	);
}
