/** Wealthbox settings. What the reference calls UNKNOWN or configurable is a setting with a safe default. */
import type { Json } from '../connector';
import { POLL_DEFAULTS } from '../poll-settings';
import { withDefaults } from '../settings';
import { WRITE_DEFAULTS } from '../write-settings';

/** Wealthbox's word -> canonical kind. On writing the first word of a kind is taken. */
export type KindMap = Record<string, string>;

/** One request a second averaged over five minutes (reference/wealthbox.md, section 15). */
export const RATE_LIMIT = { calls: 300, windowMs: 300_000 };

export const DEFAULT_SETTINGS = {
	...POLL_DEFAULTS,
	...WRITE_DEFAULTS,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** Polls begin this long before the newest edit seen, as edit times are whole minutes; `overlapSeconds` now and then. */
	quickOverlapSeconds: 60,
	/** Deleted records are read with every so many-th poll. */
	deletedEveryPolls: 6,
	/** Full comparison against missed edits and deletes; 0 switches it off. */
	fullScanMinutes: 1_440,
	/** Records a page; Wealthbox gives 100 at most. */
	pageSize: 100,
	/** True: editing an e-mail, tag or custom field moves the contact's updated_at (UNKNOWN, likely). */
	nestedEditsTouchContact: true,
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
