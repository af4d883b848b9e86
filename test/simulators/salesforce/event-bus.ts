/** The org's event bus: a log of events under rising, non-contiguous replay ids, kept for 72 hours. */
import type { Switches } from './switches';

export interface BusEvent {
	replayId: bigint;
	at: number;
	entityName: string;
	data: { schema: string; payload: Record<string, unknown> };
}

interface BusState {
	/** Replay ids are text here: JSON numbers would lose digits. */
	events: Array<Omit<BusEvent, 'replayId'> & { replayId: string }>;
	lastId: string;
}

/** Guards the memory; what is beyond counts as expired. */
const MAX_EVENTS = 500_000;

export class EventBus {
	private events: BusEvent[] = [];
	private lastId: bigint;
	private readonly listeners = new Set<() => void>();

	constructor(
		private readonly switches: Switches,
		private readonly now: () => number,
	) {
		this.lastId = BigInt(switches.replayIdStart);
	}

	save(): BusState {
		const events = this.events.map((event) => ({ ...event, replayId: String(event.replayId) }));
		return { events, lastId: String(this.lastId) };
	}

	restore({ events, lastId }: BusState): void {
		this.events = events.map((event) => ({ ...event, replayId: BigInt(event.replayId) }));
		this.lastId = BigInt(lastId);
	}

	onPublish(listener: () => void): void {
		this.listeners.add(listener);
	}

	publish(entityName: string, data: BusEvent['data']): void {
		// Steps of 1 to 6 that depend only on the id: not contiguous, yet the same in every run.
		this.lastId += 1n + ((this.lastId * 7n) % 6n);
		this.events.push({ replayId: this.lastId, at: this.now(), entityName, data });
		this.purge();
		for (const listener of this.listeners) listener();
	}

	/** The id that stands for "only what comes from now on". */
	latest(): bigint {
		return this.lastId;
	}

	/** An id can be resumed from as long as its own event is retained. */
	isRetained(replayId: bigint): boolean {
		this.purge();
		return this.events[this.indexAfter(replayId) - 1]?.replayId === replayId;
	}

	/** Retained events after this id of these objects, oldest first, at most `limit`. */
	after(replayId: bigint, entityNames: ReadonlySet<string>, limit: number): BusEvent[] {
		this.purge();
		const found: BusEvent[] = [];
		for (let index = this.indexAfter(replayId); index < this.events.length; index += 1) {
			const event = this.events[index] as BusEvent;
			if (entityNames.has(event.entityName)) found.push(event);
			if (found.length >= limit) break;
		}
		return found;
	}

	/** Index of the first event with a greater id (binary search). */
	private indexAfter(replayId: bigint): number {
		let [low, high] = [0, this.events.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.events[middle] as BusEvent).replayId <= replayId) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	private purge(): void {
		const oldest = this.now() - this.switches.retentionMs;
		const overflow = this.events.length - MAX_EVENTS;
		const isFresh = ({ at }: BusEvent, index: number) => at >= oldest && index >= overflow;
		if (this.events[0] === undefined || isFresh(this.events[0], 0)) return;
		const keep = this.events.findIndex(isFresh);
		this.events = keep < 0 ? [] : this.events.slice(keep);
	}
}
