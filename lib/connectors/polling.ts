/**
 * The adaptive polling change source. A CRM gives it a {@link PollReader}; it decides when to read
 * what, survives failures, and commits what it read together with its position.
 *
 * Two kinds of reading take turns: the *poll* (records edited since shortly before the newest edit
 * seen; how often see poll-pace.ts) and the *full listing* (the first load, and from time to time a
 * comparison that finds edits and deletes that no edit time shows). A hint that something changed
 * makes the next poll due at once.
 */
import type { ChangeEventInput } from '../model/event';
import type { Json } from './connector';
import {
	firstCursor,
	SeenIds,
	parseCursor,
	prunedBaseline,
	withDeleted,
	type PollCursor,
} from './poll-cursor';
import {
	deleteEvent,
	eventIdOf,
	lateSighting,
	snapshotEvent,
	type PolledRecord,
	type Sighting,
} from './poll-events';
import type { ChangeHint } from './poll-hints';
import { FullListing } from './poll-listing';
import { PollPace } from './poll-pace';
import { PollPatience } from './poll-patience';
import {
	newRound,
	noteServerTime,
	type PageQuery,
	type PollingParts,
	type PollRound,
} from './poll-reader';

/** Reads until the signal aborts; rejects only with AuthenticationFailure or ConfigurationFailure. */
export async function runPolling(parts: PollingParts): Promise<void> {
	await new Polling(parts).run();
}

const MAX_PAGES = 2_000;
/** A deep poll comes so many times within its overlap, so that nothing is late for all of them. */
const DEEP_IN_OVERLAP = 4;
/** Edit times may be whole minutes: a record this much older than asked for was not filtered. */
const FILTER_SLACK_MS = 120_000;
/** Our clock and the server's Date header this close together: both are right. */
const CLOCKS_AGREE_MS = 300_000;
const MAX_SHORT_ROUNDS = 3;

class Polling {
	private cursor: PollCursor;
	private baseline: boolean;
	private readonly seen: SeenIds;
	private lastSightings = new Map<string, number | null>();
	private readonly pace: PollPace;
	private nextPollAt: number;
	private nextDeepAt = 0;
	private lastTurn: 'poll' | 'listing' = 'listing';
	private polls = 0;
	private shortRounds = 0;
	private readonly patience: PollPatience;
	private readonly listing: FullListing;

	constructor(private readonly parts: PollingParts) {
		const { context, options, settings } = parts;
		const fresh = options.cursor === null;
		const fromNow = options.start === 'now';
		this.cursor = fresh
			? firstCursor(context.now(), settings.clockToleranceMs, fromNow)
			: parseCursor(options.cursor);
		this.baseline = fresh && fromNow;
		this.seen = new SeenIds(this.cursor.listed);
		this.pace = new PollPace(settings, { ...this.cursor.traffic }, context.now());
		this.nextPollAt = context.now();
		this.patience = new PollPatience(parts);
		this.listing = new FullListing(parts, this.cursor, this.seen);
	}

	async run(): Promise<void> {
		const { signal } = this.parts.options;
		while (!signal.aborted) {
			try {
				await this.turn();
				this.patience.wentWell();
			} catch (error) {
				if (signal.aborted) return;
				this.listing.failed();
				await this.patience.backOff(error);
			}
		}
	}

	/** A poll when it is due, else a page of the full listing, else sleep. Neither starves the other. */
	private async turn(): Promise<void> {
		const { context, options } = this.parts;
		const hint = options.hints?.take() ?? null;
		if (hint !== null) await this.follow(hint);
		const now = context.now();
		const listingDue = !this.baseline && this.listing.dueAt <= now;
		if (this.nextPollAt <= now && !(listingDue && this.lastTurn === 'poll')) {
			this.lastTurn = 'poll';
			await this.poll();
		} else if (listingDue) {
			this.lastTurn = 'listing';
			const step = await this.listing.step(this.cursor);
			await this.commit(step.events, step.cursor, step.complete);
			this.listing.committed(step);
		} else {
			const awake = options.hints?.next();
			const until = awake ? AbortSignal.any([options.signal, awake]) : options.signal;
			await context.sleep(Math.min(this.nextPollAt, this.listing.dueAt) - now, until);
		}
	}

	/** Reads the records of a hint where an edit may not show in a poll; else the poll is due now. */
	private async follow({ crmIds }: ChangeHint): Promise<void> {
		const { context, options, reader, settings } = this.parts;
		const { readOne } = reader;
		this.nextPollAt = Math.min(this.nextPollAt, context.now());
		if (settings.editsAlwaysTouch || readOne === undefined) return;
		const events: ChangeEventInput[] = [];
		for (const crmId of crmIds) {
			const readAt = context.now();
			const record = await readOne(crmId, options.signal, 'live');
			const sighting = this.sighting(readAt, this.cursor.scannedAt);
			if (record !== null && !this.baseline) events.push(snapshotEvent(record, sighting, false));
		}
		if (events.length > 0) await this.commit(events, this.cursor, false);
	}

	private async poll(): Promise<void> {
		const round = await this.readRound();
		const complete = this.isComplete(round);
		const deletedReadAt = await this.readDeleted(round);
		const cursor = withDeleted(this.cursor, round.deleted, round.revived);
		const next: PollCursor = complete
			? {
					...cursor,
					deletedReadAt,
					newest: this.advanced(round),
					polledAt: round.began,
					baseline: prunedBaseline(cursor.baseline, this.since(true) - FILTER_SLACK_MS),
				}
			: { ...cursor, deletedReadAt };
		for (const crmId of round.deleted) this.seen.delete(crmId);
		await this.commitRound(round, round.events, next, complete && next.loaded);
		this.baseline &&= !complete;
		this.polls += 1;
		this.setPace(round, complete);
	}

	/** Where a poll from the present position begins. */
	private since(deep: boolean): number {
		const { deepOverlapMs, overlapMs, listLagMs } = this.parts.settings;
		return this.cursor.newest - (deep ? deepOverlapMs : overlapMs) - listLagMs;
	}

	private pageQuery(since: number, page: number): PageQuery {
		const { signal } = this.parts.options;
		return { since, page, inDepth: true, priority: 'live', signal };
	}

	private async readRound(): Promise<PollRound> {
		const { context, reader } = this.parts;
		const began = context.now();
		const deep = began >= this.nextDeepAt;
		const since = this.since(deep);
		const round = newRound({ began, deep, since, newest: this.cursor.newest });
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			round.page = await reader.readPage(this.pageQuery(since, page));
			noteServerTime(round, context.now());
			for (const record of round.page.records) this.take(round, record);
			if (!round.page.more) break;
			if (round.events.length > 0)
				await this.commitRound(round, round.events.splice(0), this.cursor, false);
		}
		return round;
	}

	private take(round: PollRound, record: PolledRecord): void {
		const { context, settings } = this.parts;
		const isNew = !round.ids.has(record.crmId);
		round.ids.add(record.crmId);
		const edited = record.updatedAt;
		const credible = edited !== null && edited <= round.began + settings.clockToleranceMs;
		if (credible) round.newest = Math.max(round.newest, edited);
		if (edited !== null && edited < round.since - FILTER_SLACK_MS && !record.deleted) return;
		if (record.deleted) {
			if (isNew) this.takeDeleted(round, record, round.began);
			return;
		}
		this.seen.add(record.crmId);
		const eventId = eventIdOf(context.system, record);
		if (this.baseline) this.cursor.baseline[eventId] = edited ?? round.began;
		if (eventId in this.cursor.baseline || round.sightings.has(eventId)) return;
		const bound = settings.editsAlwaysTouch ? this.cursor.polledAt : this.cursor.scannedAt;
		const unchangedUntil = this.lastSightings.get(eventId) ?? bound;
		round.sightings.set(eventId, unchangedUntil);
		const revived = this.cursor.deleted.includes(record.crmId);
		if (revived) round.revived.add(record.crmId);
		const sighting = this.sighting(round.began, unchangedUntil);
		const seen = lateSighting(sighting, record, settings.listLagMs);
		round.events.push(snapshotEvent(record, seen, revived));
	}

	private takeDeleted(round: PollRound, record: PolledRecord, readAt: number): void {
		if (this.cursor.deleted.includes(record.crmId) || round.deleted.includes(record.crmId)) return;
		round.deleted.push(record.crmId);
		if (this.baseline) return;
		const unchangedUntil = this.polls === 0 ? null : this.cursor.deletedReadAt;
		const sighting = this.sighting(readAt, unchangedUntil);
		const seen = lateSighting(sighting, record, this.parts.settings.listLagMs);
		round.events.push(deleteEvent(record, seen));
	}

	private sighting(readAt: number, unchangedUntil: number | null): Sighting {
		const { context } = this.parts;
		return { system: context.system, readAt, receivedAt: context.now(), unchangedUntil };
	}

	/** Reads the CRM's list of deleted records when it is that poll's turn; returns when it was last read. */
	private async readDeleted(round: PollRound): Promise<number> {
		const { context, reader, settings } = this.parts;
		const due = this.polls % Math.max(1, Math.round(settings.deletedEveryPolls)) === 0;
		if (reader.readDeleted === undefined || !due) return this.cursor.deletedReadAt;
		const began = context.now();
		const since = this.cursor.deletedReadAt - settings.clockToleranceMs - settings.listLagMs;
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const read = await reader.readDeleted(this.pageQuery(since, page));
			for (const record of read.records) this.takeDeleted(round, record, began);
			if (!read.more) break;
		}
		return began;
	}

	/** Rows shift between pages when records go meanwhile: fewer read than there are means one was missed. */
	private isComplete(round: PollRound): boolean {
		const { more, total } = round.page;
		const short = more || (total !== undefined && round.ids.size < total);
		this.shortRounds = short ? this.shortRounds + 1 : 0;
		return !short || this.shortRounds >= MAX_SHORT_ROUNDS;
	}

	/**
	 * Where the next poll begins (before its overlap). Not only the newest edit seen: after a bulk
	 * edit that would read the same many records again and again. Our clock counts only where the
	 * server's agrees. What was edited since the poll began is read again: should we have written the record
	 * before that edit, this read is too old to tell (lib/merge/sight.ts).
	 */
	private advanced({ newest: shown, began, beganThere, serverTime }: PollRound): number {
		const agree = serverTime !== undefined && Math.abs(serverTime - began) <= CLOCKS_AGREE_MS;
		const newest = Math.max(this.cursor.newest, Math.min(shown, beganThere));
		return agree ? Math.max(newest, Math.min(serverTime, began) - CLOCKS_AGREE_MS) : newest;
	}

	private setPace(round: PollRound, complete: boolean): void {
		const { context, settings } = this.parts;
		const ids = [...round.sightings.keys()];
		const unseen = ids.filter((id) => !this.lastSightings.has(id)).length;
		const edits = round.news ?? round.deleted.length + unseen;
		// A quick poll shows less: what only a deep one shows is not to look new in the next deep one.
		if (round.deep) this.lastSightings = round.sightings;
		else for (const [id, sighting] of round.sightings) this.lastSightings.set(id, sighting);
		if (round.deep && complete)
			this.nextDeepAt = round.began + settings.deepOverlapMs / DEEP_IN_OVERLAP;
		const at = context.now();
		// From start to start: what the poll itself takes is not added to the pause.
		this.nextPollAt = Math.max(at, round.began + this.pace.polled({ at, edits, complete }));
	}

	private async commitRound(
		round: PollRound,
		events: ChangeEventInput[],
		next: PollCursor,
		complete: boolean,
	): Promise<void> {
		const news = await this.commit(events, next, complete);
		if (typeof news === 'number') round.news = (round.news ?? 0) + news;
	}

	private async commit(
		events: ChangeEventInput[],
		next: PollCursor,
		complete: boolean,
	): Promise<number | void> {
		const { pattern: traffic } = this.pace;
		const cursor: PollCursor = { ...next, traffic: { ...traffic }, listed: this.seen.pack() };
		const news = await this.parts.options.commit({ events, cursor: cursor as Json, complete });
		this.cursor = cursor;
		return news;
	}
}
