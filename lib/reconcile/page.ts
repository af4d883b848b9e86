/** One page of records as a CRM holds them, against shadows, links and the inbox. */
import {
	changeEventSchema,
	recordKey,
	type ChangeEvent,
	type ChangeEventInput,
	type RecordAddress,
} from '../model/event';
import { withUnifiedReferences } from '../references/inbound';
import type { StoreTransaction } from '../store/store';
import { classify, type KnownOfRecord } from './classify';
import { markLost, type MarkContext } from './lost';
import type { Sample } from './report';

export interface PageContext extends MarkContext {
	system: string;
}

export interface PageResult {
	found: Sample[];
	waiting: number;
	/** Records of the page that the run had not seen before. */
	records: RecordAddress[];
	/** Events that were put into the inbox. */
	accepted: number;
	/** Entities that this run needs not compare again. */
	entities: string[];
	opened: number;
}

/** Records that the run has seen already (a page that is sent again) are left out. */
export async function reconcilePage(
	tx: StoreTransaction,
	snapshots: readonly ChangeEventInput[],
	context: PageContext,
): Promise<PageResult> {
	const { run, system, now } = context;
	const seen = await tx.runs.seen(run, addressesOf(snapshots, system));
	const fresh = snapshots.filter((one) => !seen.has(recordKey({ ...one, system })));
	const { events, found } = sortOut(fresh, system);
	const links = await tx.identity.links(events);
	const shadows = await tx.registers.shadows(events);
	const lasts = await tx.recordEvents.lastEvents(events);
	const taken = await tx.inbox.statesOf(events.map(({ eventId }) => eventId));
	// Shadows name clients where the CRM names its own records.
	const unified = await withUnifiedReferences(tx, events);
	const judged = judge(events, (event, place) => {
		const key = recordKey(event);
		const known = { link: links.get(key), shadow: shadows.get(key), last: lasts.get(key) };
		return { known, unified: unified[place] ?? event };
	});
	const news = judged.news.map((event) => withFreshId(event, run, taken));
	const accepted = await tx.inbox.add(news, 'pending', now);
	const toCompare = [...judged.quiet].filter((id) => !judged.entities.has(id));
	const lost = await markLost(tx, toCompare, context);
	return {
		found: [...found, ...judged.found, ...lost.found],
		waiting: judged.waiting,
		records: addressesOf(fresh, system),
		accepted,
		entities: [...judged.entities, ...toCompare],
		opened: lost.opened,
	};
}

interface Judged {
	found: Sample[];
	waiting: number;
	/** What is to be taken in. */
	news: ChangeEvent[];
	/** Entities of records that are as they should be: compared now. */
	quiet: Set<string>;
	/** Entities with an event on its way: its merge compares the whole client. */
	entities: Set<string>;
}

function judge(
	events: readonly ChangeEvent[],
	aboutOf: (event: ChangeEvent, place: number) => { known: KnownOfRecord; unified: ChangeEvent },
): Judged {
	const judged: Judged = {
		found: [],
		waiting: 0,
		news: [],
		quiet: new Set(),
		entities: new Set(),
	};
	for (const [place, event] of events.entries()) {
		const { known, unified } = aboutOf(event, place);
		const verdict = classify(unified, known);
		const unifiedId = known.link?.entityId ?? null;
		if (verdict.kind === 'fine') {
			if (unifiedId !== null && known.link?.state !== 'unlinked') judged.quiet.add(unifiedId);
			continue;
		}
		if (unifiedId !== null) judged.entities.add(unifiedId);
		if (verdict.kind === 'waiting') {
			judged.waiting += 1;
			continue;
		}
		judged.news.push(event);
		const { finding, fields } = verdict;
		const { system, object, crmId } = event;
		judged.found.push({ finding, system, object, crmId, unifiedId, fields, done: 'accepted' });
	}
	return judged;
}

function addressesOf(snapshots: readonly ChangeEventInput[], system: string): RecordAddress[] {
	const records = snapshots.map(({ object, crmId }) => ({ system, object, crmId }));
	return [...new Map(records.map((record) => [recordKey(record), record])).values()];
}

function sortOut(snapshots: readonly ChangeEventInput[], system: string) {
	const events = new Map<string, ChangeEvent>();
	const found: Sample[] = [];
	for (const snapshot of snapshots) {
		const parsed = changeEventSchema.safeParse(snapshot);
		if (parsed.success && parsed.data.system === system) {
			// A record that is listed twice: the later look counts.
			const key = recordKey(parsed.data);
			const earlier = events.get(key);
			if (earlier === undefined || earlier.readAt <= parsed.data.readAt)
				events.set(key, parsed.data);
			continue;
		}
		const fields = parsed.success ? ['system'] : namesOf(parsed.error.issues);
		const { object, crmId } = snapshot;
		const what = { system, object, crmId, unifiedId: null, fields };
		found.push({ finding: 'unreadable', ...what, done: 'none' });
	}
	return { events: [...events.values()], found };
}

function namesOf(issues: ReadonlyArray<{ path: Array<string | number> }>): string[] {
	return [...new Set(issues.map(({ path }) => path.slice(0, 2).join('.')))];
}

/** The inbox may have met this very observation before: what it came to then was wrong, or has got lost. */
function withFreshId(
	event: ChangeEvent,
	run: string,
	taken: ReadonlyMap<string, unknown>,
): ChangeEvent {
	return taken.has(event.eventId) ? { ...event, eventId: `${event.eventId}:${run}` } : event;
}
