/** Pocket CRM's settings. What its documentation leaves open is a setting with a safe default. */
import type { Json } from '../../../lib/connectors/connector';
import { withDefaults } from '../../../lib/connectors/settings';

/** As its documentation says. */
export const RATE_LIMIT = { calls: 120, windowMs: 60_000 };

export const DEFAULT_SETTINGS = {
	/** Seconds between polls after something changed, and at most when quiet. May be fractions. */
	minPollSeconds: 4,
	maxPollSeconds: 60,
	/** Share of the rate limit that reading changes may use. */
	pollShare: 0.6,
	callsPerWindow: RATE_LIMIT.calls,
	windowSeconds: RATE_LIMIT.windowMs / 1_000,
	/** A poll begins this long before the newest edit seen: edit times are whole seconds. */
	overlapSeconds: 5,
	/** Now and then one begins this long before it, for what became visible late. */
	deepOverlapSeconds: 120,
	/** How long after an edit its lists may still show what was before (UNKNOWN; 0: not at all). */
	listLagSeconds: 0,
	/** By how much this machine's clock may be ahead of Pocket CRM's. */
	clockToleranceMinutes: 60,
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
