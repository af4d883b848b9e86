/** Pocket CRM's settings. What its documentation leaves open is a setting with a safe default. */
import type { Json } from '../../../lib/connectors/connector';
import { POLL_DEFAULTS } from '../../../lib/connectors/poll-settings';
import { withDefaults } from '../../../lib/connectors/settings';

/** As its documentation says. */
export const RATE_LIMIT = { calls: 120, windowMs: 60_000 };

export const DEFAULT_SETTINGS = {
	...POLL_DEFAULTS,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** Polls begin this long before the newest edit seen, as edit times are whole seconds; `overlapSeconds` now and then. */
	quickOverlapSeconds: 5,
	/** Deleted records are read with every so many-th poll. */
	deletedEveryPolls: 6,
	/** Full comparison against missed edits and deletes; 0 switches it off. */
	fullScanMinutes: 1_440,
	/** Records a page; Pocket CRM gives 100 at most. */
	pageSize: 100,
	/** Read the record before an update, so that an edit made there meanwhile is not written over. */
	verifyBeforeWrite: true,
	/** Look for the fabric's own id before the first create, too. */
	alwaysLookBeforeCreate: false,
	/** What is synced: see lib/connectors/objects/chosen.ts. */
	objects: ['contact'] as Json[],
};

export type PocketSettings = typeof DEFAULT_SETTINGS;

export function pocketSettings(settings: Record<string, Json>): PocketSettings {
	return withDefaults(DEFAULT_SETTINGS, settings);
}
