/** The change sources: polls in three stages (begun, answered, taken in), and a stream with a position. */
import type { ChangeEventInput } from '../../lib/model/event';
import type { ChangeBatch } from '../../lib/connectors/connector';
import { deletion, iso, snapshot } from './crm/events';
import type { Look, MemoryCrm } from './crm/memory-crm';
import type { MemoryRecord } from './crm/record';
import type { World } from './world';

const OVERLAP_MS = 120_000;
/** How far the clocks may differ where a list of deletions is asked for. */
const TOLERANCE_MS = 1_200_000;
const MAX_REPLAYED = 6;

interface Poll {
	began: number;
	look?: Look;
}

interface PollCursor {
	/** Our clock: what was there before it has been read. */
	polledAt: number | null;
	/** Newest edit read, in the vendor's clock; null: read everything. */
	newest: number | null;
}

export class Reader {
	private readonly polls = new Map<string, Poll>();
	/** Streams that broke: what they had to tell is lost. */
	private readonly broken = new Set<string>();

	constructor(private readonly world: World) {}

	/** The next stage of reading this CRM. */
	async advance(crm: MemoryCrm, most = 3): Promise<void> {
		if (crm.settings.source === 'stream') return this.readStream(crm, most);
		const poll = this.polls.get(crm.name);
		if (poll === undefined) this.polls.set(crm.name, { began: this.world.now });
		else if (this.isDown(crm)) this.polls.delete(crm.name);
		else if (poll.look === undefined) poll.look = await this.look(crm);
		else await this.takeIn(crm, { ...poll, look: poll.look });
	}

	/** What was under way is lost with the process. */
	forget(): void {
		this.polls.clear();
	}

	/** The stream lost what it had not told yet; its position can no longer be replayed. */
	break(crm: MemoryCrm): void {
		if (crm.settings.source === 'stream') this.broken.add(crm.name);
	}

	/** The stream begins again at an earlier position: what was told is told again. */
	async replay(crm: MemoryCrm): Promise<void> {
		if (crm.settings.source !== 'stream' || this.isDown(crm)) return;
		const position = await this.position(crm);
		const from = Math.max(0, position - this.world.chance.between(1, MAX_REPLAYED));
		await this.accept(crm, {
			events: this.told(crm, from, position),
			cursor: position,
			complete: false,
		});
	}

	private isDown(crm: MemoryCrm): boolean {
		return this.world.now < crm.downUntil;
	}

	private async look(crm: MemoryCrm): Promise<Look> {
		const { polledAt, newest } = await this.pollCursor(crm);
		const since = newest === null ? Number.NEGATIVE_INFINITY : newest - OVERLAP_MS;
		const deletedSince = polledAt === null ? 0 : polledAt - TOLERANCE_MS;
		const { chance, now } = this.world;
		const lag = crm.settings.lagMs;
		return crm.look(since, deletedSince, lag === 0 ? now : now - chance.between(0, lag));
	}

	private async takeIn(crm: MemoryCrm, { began, look }: Required<Poll>): Promise<void> {
		const { now, sightings } = this.world;
		const { polledAt, newest } = await this.pollCursor(crm);
		const { lagMs } = crm.settings;
		// A list that lags behind tells of the time before the lag only.
		const readAt = began - lagMs;
		const times = { readAt, receivedAt: now, unchangedUntil: polledAt };
		const events = [
			...look.records.map((record) =>
				snapshot(crm.name, record, crm.shownTime(record), times, changeOf(record)),
			),
			...look.deleted.map((id) => deletion(crm.name, id, readAt)),
		];
		const shown = look.records.map((record) => crm.shownTime(record)).filter((at) => at !== null);
		// What was edited since it began may have been written by us before: the next poll reads it again.
		const until = crm.vendorTime(readAt);
		const edits = shown.map((at) => Math.min(at, until));
		const latest = edits.length === 0 ? newest : Math.max(newest ?? -Infinity, ...edits);
		const cursor = { polledAt: readAt, newest: latest };
		this.polls.delete(crm.name);
		await this.accept(crm, { events, cursor, complete: true }, () => {
			for (const record of look.records) sightings.polled(crm, record, readAt, now);
		});
	}

	private async pollCursor(crm: MemoryCrm): Promise<PollCursor> {
		const cursor = await this.world.engine.call((fabric) => fabric.cursor(crm.name));
		return (cursor ?? { polledAt: null, newest: null }) as unknown as PollCursor;
	}

	private async readStream(crm: MemoryCrm, most: number): Promise<void> {
		if (this.isDown(crm)) return;
		if (this.broken.delete(crm.name)) return this.bridge(crm);
		const position = await this.position(crm);
		const many = most === Infinity ? most : this.world.chance.between(1, most);
		const next = Math.min(crm.stream.length, position + many);
		const complete = next === crm.stream.length;
		const events = this.told(crm, position, next);
		await this.accept(crm, { events, cursor: next, complete }, () =>
			this.world.sightings.delivered(crm, next),
		);
	}

	/** The position is no longer known there: read everything, and go on from now. */
	private async bridge(crm: MemoryCrm): Promise<void> {
		const { now, sightings } = this.world;
		const position = await this.position(crm);
		const times = { readAt: now, receivedAt: now, unchangedUntil: null };
		const { records, deleted } = crm.look(-Infinity, 0, now);
		const events = [
			...records.map((record: MemoryRecord) => snapshotOfStream(crm, record, times)),
			...deleted.map((id) => deletion(crm.name, id, now)),
		];
		const cursor = crm.stream.length;
		if (position === cursor) return;
		this.world.trace.note(`  the stream of ${crm.name} broke: all of it is read`);
		await this.accept(crm, { events, cursor, complete: true }, () => sightings.bridged(crm));
	}

	private async position(crm: MemoryCrm): Promise<number> {
		const cursor = await this.world.engine.call((fabric) => fabric.cursor(crm.name));
		return (cursor ?? 0) as number;
	}

	private told(crm: MemoryCrm, from: number, to: number): ChangeEventInput[] {
		const receivedAt = iso(this.world.now);
		return crm.stream.slice(from, to).map((event) => ({ ...event, receivedAt }));
	}

	private async accept(crm: MemoryCrm, batch: ChangeBatch, onTaken?: () => void): Promise<void> {
		const { engine, trace, sabotage } = this.world;
		for (const event of batch.events) {
			trace.note(`  ${crm.name} tells ${event.crmId}: ${JSON.stringify(event)}`);
		}
		const taken = sabotage?.batch?.(batch) ?? batch;
		const accept = sabotage?.accept;
		await engine.call(
			(fabric) => accept?.(fabric, engine.store, crm.name, taken) ?? fabric.accept(crm.name, taken),
			onTaken,
		);
		this.world.events += batch.events.length;
	}
}

function changeOf({ archived }: MemoryRecord): 'archive' | 'upsert' {
	return archived ? 'archive' : 'upsert';
}

function snapshotOfStream(
	crm: MemoryCrm,
	record: MemoryRecord,
	times: Parameters<typeof snapshot>[3],
): ChangeEventInput {
	const event = snapshot(crm.name, record, crm.shownTime(record), times, changeOf(record));
	const externalKeys: Record<string, string> = {};
	if (record.fabricId !== undefined) externalKeys['fabric'] = record.fabricId;
	return { ...event, eventId: `${event.eventId}:read`, externalKeys };
}
