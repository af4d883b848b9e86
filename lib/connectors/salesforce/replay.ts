/**
 * Where the stream stands. Replay ids are opaque and may exceed 2^53, so they are kept as the
 * exact text that Salesforce sent.
 */
import { z } from 'zod';
import type { Json } from '../connector';
import { bulkPlaceSchema } from './bulk-read';

const instant = z.number().finite().nullable();

const cursorSchema = z.object({
	/** Last event that was committed; null while the stream has not delivered any since the last tip. */
	replayId: z.string().min(1).max(100).nullable(),
	/** Commit time of the last event, ms since the epoch. */
	commitTimestamp: instant,
	/** Everything up to here is known from comparing with the record list, ms since the epoch. */
	checkedUntil: instant.default(null),
	/** Changes from here on must still be read over REST; null when the stream alone is enough. */
	recoverFrom: instant.default(null),
	/** From here on the stream tells everything; a recovery ends when Salesforce covers this time. */
	recoverUntil: instant.default(null),
	/** First load: id of the last contact read (empty: none yet); null when it is done or not wanted. */
	loadAfter: z.string().max(18).nullable().default(null),
	/** First load in bulk: where its job stands; null: page by page. */
	loadJob: bulkPlaceSchema.nullable().default(null),
	/** Older changes are not wanted: the system joined with "only changes from now". */
	startedAt: instant.default(null),
});

export type StreamCursor = z.infer<typeof cursorSchema>;

export const EMPTY_CURSOR: StreamCursor = cursorSchema.parse({
	replayId: null,
	commitTimestamp: null,
});

/**
 * null for a system that was never read. A stored cursor of no known form begins with a load of
 * everything, so that nothing is lost.
 */
export function parseCursor(raw: Json): StreamCursor | null {
	if (raw === null) return null;
	const result = cursorSchema.safeParse(raw);
	return result.success ? result.data : { ...EMPTY_CURSOR, loadAfter: '' };
}

/** Up to when nothing is missing, ms since the epoch; null if that is not known. */
export function knownUntil(cursor: StreamCursor): number | null {
	const times = [cursor.commitTimestamp, cursor.checkedUntil, cursor.startedAt];
	const known = times.filter((time) => time !== null);
	return known.length === 0 ? null : Math.max(...known);
}

/** Parses JSON; every number under the key `replayId` becomes its exact source text. */
export function parseKeepingReplayIds(text: string): unknown {
	const reviver = (key: string, value: unknown, context?: { source?: string }): unknown => {
		if (key !== 'replayId' || typeof value !== 'number') return value;
		return context?.source ?? String(value);
	};
	return JSON.parse(text, reviver) as unknown;
}

/** A 64-bit integer has at most 19 digits; JSON forbids leading zeros. */
const INTEGER_ID = /^-?(0|[1-9]\d{0,18})$/;

/** The id as it must stand in a subscribe message: a JSON number where it is one, else a string. */
export function replayIdAsJson(replayId: string): string {
	return INTEGER_ID.test(replayId) ? replayId : JSON.stringify(replayId);
}

/** Only events after the subscription. */
export const REPLAY_FROM_TIP = '-1';
