/**
 * The adaptive polling change source. A CRM gives it a {@link PollReader}; it decides when to read
 * what, survives failures, and commits what it read together with its position.
 *
 * Two kinds of reading take turns: the *poll* (records edited since shortly before the newest edit
 * seen; quick after something changed, slower step by step when quiet) and the *full listing* (the
 * first load, and from time to time a comparison that finds edits and deletes that no edit time shows).
 */
import type { ChangeEventInput } from '../model/event';
import { ConfigurationFailure, CrmError, type Json } from './connector';
import { AuthenticationFailure } from './http';
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
	snapshotEvent,
	type PolledRecord,
	type Sighting,
} from './poll-events';
import { retryDelayMs } from './poll-backoff';
import { FullListing } from './poll-listing';
import type { PollingParts, PollRound } from './poll-reader';

/** Reads until the signal aborts; rejects only with AuthenticationFailure or ConfigurationFailure. */
export async function runPolling(parts: PollingParts): Promise<void> {
	await new Polling(parts).run();
}

const MAX_PAGES = 2_000;
const SLOWING = 1.5;
/** Edit times may be whole minutes: a record this much older than asked for was not filtered. */
const FILTER_SLACK_MS = 120_000;
/** Our clock and the server's Date header this close together: both are right. */
const CLOCKS_AGREE_MS = 300_000;
const MAX_SHORT_ROUNDS = 3;
const MAX_REFUSALS = 3;

class Polling {
	private cursor: PollCursor;
	private baseline: boolean;
	private readonly seen: SeenIds;
	private lastSightings = new Map<string, number | null>();
	private delayMs: number;
	private nextPollAt: number;
	private lastTurn: 'poll' | 'listing' = 'listing';
	private polls = 0;
	private shortRounds = 0;
	private failures = 0;
	private refusals = 0;
	private state: 'starting' | 'running' | 'waiting' = 'starting';
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
		this.delayMs = settings.minPollMs;
		this.nextPollAt = context.now();
		this.listing = new FullListing(parts, this.cursor, this.seen);
	}

	async run(): Promise<void> {
		const { signal } = this.parts.options;
		while (!signal.aborted) {
			try {
				await this.turn();
				this.failures = 0;
				this.refusals = 0;
				this.report('running');
			} catch (error) {
				if (signal.aborted) return;
				await this.backOff(error);
			}
		}
	}

	/** A poll when it is due, else a page of the full listing, else sleep. Neither starves the other. */
	private async turn(): Promise<void> {
		const { context, options } = this.parts;
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
			await context.sleep(Math.min(this.nextPollAt, this.listing.dueAt) - now, options.signal);
		}
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
					baseline: prunedBaseline(cursor.baseline, round.since - FILTER_SLACK_MS),
				}
			: { ...cursor, deletedReadAt };
		for (const crmId of round.deleted) this.seen.delete(crmId);
		await this.commit(round.events, next, complete && next.loaded);
		this.baseline &&= !complete;
		this.polls += 1;
		this.setPace(round, complete);
	}

	private async readRound(): Promise<PollRound> {
		const { context, reader, options, settings } = this.parts;
		const began = context.now();
		const since = this.cursor.newest - settings.overlapMs;
		const round: PollRound = {
			began,
			since,
			ids: new Set(),
			events: [],
			sightings: new Map(),
			newest: this.cursor.newest,
			page: { records: [], more: false },
			serverTime: undefined,
			deleted: [],
			revived: new Set(),
		};
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const query = {
				since,
				page,
				inDepth: true,
				priority: 'live' as const,
				signal: options.signal,
			};
			round.page = await reader.readPage(query);
			round.serverTime ??= round.page.serverTime;
			for (const record of round.page.records) this.take(round, record);
			if (!round.page.more) break;
			if (round.events.length > 0) await this.commit(round.events.splice(0), this.cursor, false);
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
		round.events.push(snapshotEvent(record, sighting, revived));
	}

	private takeDeleted(round: PollRound, record: PolledRecord, readAt: number): void {
		if (this.cursor.deleted.includes(record.crmId) || round.deleted.includes(record.crmId)) return;
		round.deleted.push(record.crmId);
		if (this.baseline) return;
		const unchangedUntil = this.polls === 0 ? null : this.cursor.deletedReadAt;
		round.events.push(deleteEvent(record, this.sighting(readAt, unchangedUntil)));
	}

	private sighting(readAt: number, unchangedUntil: number | null): Sighting {
		const { context } = this.parts;
		return { system: context.system, readAt, receivedAt: context.now(), unchangedUntil };
	}

	/** Reads the CRM's list of deleted records when it is that poll's turn; returns when it was last read. */
	private async readDeleted(round: PollRound): Promise<number> {
		const { context, reader, options, settings } = this.parts;
		const due = this.polls % Math.max(1, Math.round(settings.deletedEveryPolls)) === 0;
		if (reader.readDeleted === undefined || !due) return this.cursor.deletedReadAt;
		const began = context.now();
		const since = this.cursor.deletedReadAt - settings.clockToleranceMs;
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const query = {
				since,
				page,
				inDepth: true,
				priority: 'live' as const,
				signal: options.signal,
			};
			const read = await reader.readDeleted(query);
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
	 * server's agrees.
	 */
	private advanced({ newest, began, serverTime }: PollRound): number {
		const agree = serverTime !== undefined && Math.abs(serverTime - began) <= CLOCKS_AGREE_MS;
		return agree ? Math.max(newest, Math.min(serverTime, began) - CLOCKS_AGREE_MS) : newest;
	}

	private setPace(round: PollRound, complete: boolean): void {
		const { context, settings } = this.parts;
		const ids = [...round.sightings.keys()];
		const changed = round.deleted.length > 0 || ids.some((id) => !this.lastSightings.has(id));
		this.lastSightings = round.sightings;
		const busy = changed || !complete;
		this.delayMs = busy ? settings.minPollMs : Math.min(settings.maxPollMs, this.delayMs * SLOWING);
		this.nextPollAt = context.now() + this.delayMs;
	}

	private async commit(
		events: ChangeEventInput[],
		next: PollCursor,
		complete: boolean,
	): Promise<void> {
		const cursor: PollCursor = { ...next, listed: this.seen.pack() };
		await this.parts.options.commit({ events, cursor: cursor as Json, complete });
		this.cursor = cursor;
	}

	/** Waits after a failure, longer each time; throws what only a person can mend. */
	private async backOff(error: unknown): Promise<void> {
		const { context, options, random = Math.random } = this.parts;
		this.listing.failed();
		if (error instanceof AuthenticationFailure || error instanceof ConfigurationFailure)
			throw error;
		this.refusals = error instanceof CrmError && !error.options.retryable ? this.refusals + 1 : 0;
		if (error instanceof CrmError && this.refusals >= MAX_REFUSALS) {
			throw new ConfigurationFailure(
				error.message,
				error.options.hint ?? 'Check the connector settings.',
			);
		}
		const retryInMs = retryDelayMs(error, this.failures, random);
		this.failures += 1;
		const reason = error instanceof Error ? error.message : 'unknown failure';
		context.log('warn', `Reading from ${context.system} failed; trying again`, {
			reason,
			retryInMs,
		});
		this.report('waiting', reason, retryInMs);
		await context.sleep(retryInMs, options.signal);
	}

	private report(status: 'running' | 'waiting', reason = '', retryInMs = 0): void {
		if (status === 'running' && this.state === 'running') return;
		this.state = status;
		const state = status === 'running' ? { status } : { status, reason, retryInMs };
		this.parts.options.onState(state);
	}
}
