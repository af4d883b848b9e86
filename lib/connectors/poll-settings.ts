/** Settings that every polled connector has, in the units of the panel, and what polling makes of them. */
import type { ConnectorContext } from './connector';
import { withPollShare, type PollingSettings } from './poll-reader';

export const POLL_DEFAULTS = {
	/** Seconds between polls after something changed, and at most when quiet. May be fractions. */
	minPollSeconds: 4,
	maxPollSeconds: 60,
	/** Share of the rate limit that reading changes may use, 0 to 1. */
	pollShare: 0.6,
	/** Now and then a poll begins this long before the newest edit seen, for what became visible late. */
	overlapSeconds: 120,
	/** How long after an edit the CRM's lists may still show what was before (UNKNOWN; 0: not at all). */
	listLagSeconds: 0,
	/** By how much this machine's clock may be ahead of the CRM's. */
	clockToleranceMinutes: 60,
};

export interface PollTimes extends Omit<typeof POLL_DEFAULTS, 'pollShare'> {
	/** Polls that are not such a long look begin this long before the newest edit: the resolution of edit times at least. */
	quickOverlapSeconds: number;
	/** Full comparison against missed edits and deletes; 0 switches it off. */
	fullScanMinutes: number;
}

/** All of polling but what each CRM decides for itself. */
export function pollTimes(
	settings: PollTimes,
): Omit<PollingSettings, 'deletedEveryPolls' | 'editsAlwaysTouch'> {
	return {
		minPollMs: settings.minPollSeconds * 1_000,
		maxPollMs: settings.maxPollSeconds * 1_000,
		overlapMs: Math.min(settings.overlapSeconds, settings.quickOverlapSeconds) * 1_000,
		deepOverlapMs: settings.overlapSeconds * 1_000,
		listLagMs: settings.listLagSeconds * 1_000,
		clockToleranceMs: settings.clockToleranceMinutes * 60_000,
		fullScanMs: settings.fullScanMinutes * 60_000,
	};
}

export interface PollBudget extends Pick<typeof POLL_DEFAULTS, 'pollShare'> {
	/** Calls that the CRM allows in a window of so many seconds. */
	callsPerWindow: number;
	windowSeconds: number;
}

/** Reading keeps to its share of the calls, so that writes always find some left. */
export function paced(
	context: ConnectorContext,
	{ callsPerWindow, windowSeconds, pollShare }: PollBudget,
): ConnectorContext {
	return withPollShare(context, {
		calls: callsPerWindow,
		windowMs: windowSeconds * 1_000,
		share: pollShare,
	});
}
