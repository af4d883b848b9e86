/** The change sources: polls in three stages (begun, answered, taken in), and a stream with a position. */
import type { ChangeEventInput } from '../../lib/model/event';
import type { ChangeBatch, Json } from '../../lib/connectors/connector';
import type { ObjectName } from '../../lib/model/objects';
import { SYNCED } from './connectors';
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

/** Where a list, or the stream, was left. */
type Position = PollCursor | number;

/** With several objects each list has a position of its own. */
interface ListsCursor {
	lists: Partial<Record<ObjectName, Position>>;
	/** Those of which everything has been read once. */
	loaded: ObjectName[];
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

	/** The next stage of reading this CRM: its contacts, or one of its lists. */
	async advance(crm: MemoryCrm, most = 3): Promise<void> {
		const unread = await this.firstUnread(crm);
		const { chance } = this.world;
		const object = unread ?? (this.isOfObjects ? chance.pick(SYNCED) : undefined) ?? 'contact';
		await this.advanceList(crm, object, most);
	}

	/** All that there is, with all of its stages. */
	async catchUp(crm: MemoryCrm): Promise<void> {
		const STAGES = 3;
		for (const object of this.isOfObjects ? SYNCED : (['contact'] as const)) {
			for (let part = 0; part < STAGES; part += 1) await this.advanceList(crm, object, Infinity);
		}
	}

	private async advanceList(crm: MemoryCrm, object: ObjectName, most: number): Promise<void> {
		if (crm.streams({ object })) return this.readStream(crm, most);
		const key = `${crm.name}/${object}`;
		const poll = this.polls.get(key);
		if (poll === undefined) this.polls.set(key, { began: this.world.now });
		else if (this.isDown(crm)) this.polls.delete(key);
		else if (poll.look === undefined) poll.look = await this.look(crm, object);
		else {
			this.polls.delete(key);
			await this.takeIn(crm, object, { ...poll, look: poll.look });
		}
	}

	private get isOfObjects(): boolean {
		return this.world.parts.scenario.objects !== undefined;
	}

	/** At first one list is read after the other. */
	private async firstUnread(crm: MemoryCrm): Promise<ObjectName | undefined> {
		if (!this.isOfObjects) return undefined;
		const { loaded } = await this.listsCursor(crm);
		return SYNCED.find((object) => !loaded.includes(object));
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
		const moved = await this.moved(crm, 'contact', position, false);
		await this.accept(crm, { events: this.told(crm, from, position), ...moved });
	}

	private isDown(crm: MemoryCrm): boolean {
		return this.world.now < crm.downUntil;
	}

	private async look(crm: MemoryCrm, object: ObjectName): Promise<Look> {
		const { polledAt, newest } = await this.pollCursor(crm, object);
		const since = newest === null ? Number.NEGATIVE_INFINITY : newest - OVERLAP_MS;
		const deletedSince = polledAt === null ? 0 : polledAt - TOLERANCE_MS;
		const { chance, now } = this.world;
		const lag = crm.settings.lagMs;
		return crm.look(since, deletedSince, lag === 0 ? now : now - chance.between(0, lag), object);
	}

	private async takeIn(
		crm: MemoryCrm,
		object: ObjectName,
		{ began, look }: Required<Poll>,
	): Promise<void> {
		const { now, sightings } = this.world;
		const { polledAt, newest } = await this.pollCursor(crm, object);
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
		const until = crm.vendorTime(readAt, object);
		const edits = shown.map((at) => Math.min(at, until));
		const latest = edits.length === 0 ? newest : Math.max(newest ?? -Infinity, ...edits);
		const position = { polledAt: readAt, newest: latest };
		const moved = await this.moved(crm, object, position, true);
		await this.accept(crm, { events, ...moved }, () => {
			for (const record of look.records) sightings.polled(crm, record, readAt, now);
		});
	}

	private async pollCursor(crm: MemoryCrm, object: ObjectName): Promise<PollCursor> {
		const cursor = (await this.cursorOf(crm, object)) ?? { polledAt: null, newest: null };
		return cursor as PollCursor;
	}

	private async cursorOf(crm: MemoryCrm, object: ObjectName): Promise<Position | undefined> {
		if (this.isOfObjects) return (await this.listsCursor(crm)).lists[object];
		const cursor = await this.world.engine.call((fabric) => fabric.cursor(crm.name));
		return (cursor ?? undefined) as Position | undefined;
	}

	private async listsCursor(crm: MemoryCrm): Promise<ListsCursor> {
		const cursor = await this.world.engine.call((fabric) => fabric.cursor(crm.name));
		return (cursor ?? { lists: {}, loaded: [] }) as unknown as ListsCursor;
	}

	/** All positions with this one; `complete`: so is its own list. */
	private async moved(
		crm: MemoryCrm,
		object: ObjectName,
		position: Position,
		complete: boolean,
	): Promise<Pick<ChangeBatch, 'cursor' | 'complete'>> {
		if (!this.isOfObjects) return { cursor: position as unknown as Json, complete };
		const { lists, loaded } = await this.listsCursor(crm);
		const done = new Set(complete ? [...loaded, object] : loaded);
		const next: ListsCursor = { lists: { ...lists, [object]: position }, loaded: [...done] };
		const isAll = SYNCED.every((one) => done.has(one));
		return { cursor: next as unknown as Json, complete: complete && isAll };
	}

	private async readStream(crm: MemoryCrm, most: number): Promise<void> {
		if (this.isDown(crm)) return;
		if (this.broken.delete(crm.name)) return this.bridge(crm);
		const position = await this.position(crm);
		const many = most === Infinity ? most : this.world.chance.between(1, most);
		const next = Math.min(crm.stream.length, position + many);
		const complete = next === crm.stream.length;
		const events = this.told(crm, position, next);
		const moved = await this.moved(crm, 'contact', next, complete);
		await this.accept(crm, { events, ...moved }, () => this.world.sightings.delivered(crm, next));
	}

	/** The position is no longer known there: read everything, and go on from now. */
	private async bridge(crm: MemoryCrm): Promise<void> {
		const { now, sightings } = this.world;
		const position = await this.position(crm);
		const times = { readAt: now, receivedAt: now, unchangedUntil: null };
		const { records, deleted } = crm.look(-Infinity, 0, now, 'contact');
		const events = [
			...records.map((record: MemoryRecord) => snapshotOfStream(crm, record, times)),
			...deleted.map((id) => deletion(crm.name, id, now)),
		];
		const end = crm.stream.length;
		if (position === end) return;
		const moved = await this.moved(crm, 'contact', end, true);
		this.world.trace.note(`  the stream of ${crm.name} broke: all of it is read`);
		await this.accept(crm, { events, ...moved }, () => sightings.bridged(crm));
	}

	private async position(crm: MemoryCrm): Promise<number> {
		return ((await this.cursorOf(crm, 'contact')) ?? 0) as number;
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
