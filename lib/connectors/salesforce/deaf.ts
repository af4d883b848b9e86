/**
 * The comparison that finds a session which is connected but deaf: what changed in Salesforce
 * against what the stream told (reference/salesforce.md, sections 1.5 and 2.4).
 */
import type { ChangeEventInput } from '../../model/event';
import { deleteEvent, modifiedAt, snapshotEvent } from './change-events';
import { UPDATED_REACH, DELETED_REACH, type GapTools } from './gap';
import { batches } from './queries';
import { knownUntil, type StreamCursor } from './replay';
import { wholeSeconds } from './stream-change';

type Verdict = 'fine' | 'unsure' | 'missed';

/**
 * Commits what it may have missed and how far it has looked.
 * @returns true if something changed that the stream should have told and did not
 */
export async function isStreamDeaf(tools: GapTools): Promise<boolean> {
	const { context, reader, settings } = tools;
	const now = context.now();
	const since = knownUntil(tools.cursor());
	if (since === null || since < now - UPDATED_REACH) return since !== null;
	// Younger changes may be under way; they are left to the next time.
	const until = wholeSeconds(now - settings.deafGraceMs);
	const updated = await reader.updated(since, now);
	const deleted = await reader.deleted(Math.max(since, now - DELETED_REACH), now);
	if (updated === undefined || deleted === undefined) return false;
	const judge = judgeOf(tools, until);
	const unsure: ChangeEventInput[] = [];
	for (const entry of deleted.deleted) {
		const verdict = judge(entry.id, entry.deletedAt);
		if (verdict === 'missed') return true;
		if (verdict === 'unsure') unsure.push(deleteEvent(tools.maker, entry, now, context.now()));
	}
	for (const batch of batches(updated.ids)) {
		for (const [id, read] of await reader.readBatch(batch, 'live')) {
			const verdict = judge(id, modifiedAt(read.record) ?? 0);
			if (verdict === 'missed') return true;
			if (verdict === 'unsure') unsure.push(snapshotEvent(tools.maker, read, context.now()));
		}
	}
	if (tools.cursor().recoverFrom !== null) return false;
	const covered = Math.min(updated.coveredUntil, deleted.coveredUntil, until);
	await tools.commit(unsure, { checkedUntil: Math.max(since, covered) }, true);
	return false;
}

/**
 * Times of changes are whole seconds. In the second of the last event nobody remembers, after a
 * restart, which changes were told: those are unsure, and telling them again does no harm.
 */
function judgeOf(tools: GapTools, until: number): (id: string, at: number) => Verdict {
	const cursor: StreamCursor = tools.cursor();
	const boundary = wholeSeconds(Math.max(cursor.commitTimestamp ?? 0, cursor.startedAt ?? 0));
	const from = Math.max(boundary, wholeSeconds(cursor.checkedUntil ?? 0));
	return (id, at) => {
		if (at < from || at >= until || tools.seen.hasTold(id, at)) return 'fine';
		return at === boundary ? 'unsure' : 'missed';
	};
}
