/**
 * Takes what one reply of the stream delivered: completes it by reads where the events do not tell
 * enough, and commits events and cursor together.
 */
import type { ChangeSourceOptions, ConnectorContext } from '../connector';
import type { ChangeEventInput } from '../../model/event';
import { withAccountChange } from './account-change';
import type { Delivered } from './bayeux';
import {
	asMerge,
	changeEvent,
	isDelete,
	isWhole,
	matters,
	modifiedAt,
	needsRead,
	type EventMaker,
} from './change-events';
import type { RecordRead } from './contact-reads';
import type { ContactReader } from './reader';
import { EMPTY_CURSOR, knownUntil, parseCursor, type StreamCursor } from './replay';
import type { SeenRecords } from './seen';
import type { SalesforceSettings } from './settings';
import { readDelivery, type StreamChange } from './stream-change';

export interface InflowTools {
	context: ConnectorContext;
	options: ChangeSourceOptions;
	settings: SalesforceSettings;
	maker: EventMaker;
	reader: ContactReader;
	seen: SeenRecords;
}

interface Planned {
	change: StreamChange;
	/** The fabric has, or will have by then, a shadow of the record. */
	known: boolean;
	read: boolean;
}

export class Inflow {
	private stored: StreamCursor | null;

	constructor(private readonly tools: InflowTools) {
		this.stored = parseCursor(tools.options.cursor);
	}

	/** False until the first subscription of this system was committed. */
	get hasCursor(): boolean {
		return this.stored !== null;
	}

	get cursor(): StreamCursor {
		return this.stored ?? EMPTY_CURSOR;
	}

	/** The cursor moves only when the store has it. */
	async commit(
		events: ChangeEventInput[],
		patch: Partial<StreamCursor>,
		complete: boolean,
	): Promise<void> {
		const cursor = { ...this.cursor, ...patch };
		await this.tools.options.commit({ events, cursor, complete });
		this.stored = cursor;
	}

	/** @returns true if the events say that changes are missing which only REST can tell. */
	async take(delivered: Delivered[]): Promise<boolean> {
		const last = delivered.at(-1);
		if (last === undefined) return false;
		const { changes, overflowAt } = this.sort(delivered);
		const events = await this.toEvents(changes);
		const patch: Partial<StreamCursor> = { replayId: last.replayId };
		const times = changes.all.map(({ committedAt }) => committedAt);
		const newest = Math.max(this.cursor.commitTimestamp ?? -Infinity, ...times);
		if (Number.isFinite(newest)) patch.commitTimestamp = newest;
		if (overflowAt !== undefined) Object.assign(patch, this.overflow(overflowAt));
		const { recoverFrom, loadAfter } = { ...this.cursor, ...patch };
		await this.commit(events.list, patch, recoverFrom === null && loadAfter === null);
		for (const change of changes.all) this.tools.seen.stream(change);
		for (const { record } of events.snapshots) {
			const at = modifiedAt(record);
			if (at !== undefined) this.tools.seen.snapshot(String(record['Id']), at);
		}
		return overflowAt !== undefined;
	}

	private overflow(at: number): Partial<StreamCursor> {
		const from = at - this.tools.settings.overlapMs;
		return {
			recoverFrom: Math.min(from, this.cursor.recoverFrom ?? Infinity),
			recoverUntil: this.tools.context.now(),
		};
	}

	/** Leaves out repetitions and what a newer read already told. */
	private sort(delivered: Delivered[]): {
		changes: { all: StreamChange[]; fresh: StreamChange[] };
		overflowAt: number | undefined;
	} {
		const { seen, maker, context } = this.tools;
		const all: StreamChange[] = [];
		let overflowAt: number | undefined;
		const missing = (at: number) => (overflowAt = Math.min(at, overflowAt ?? Infinity));
		for (const item of delivered) {
			const reading = readDelivery(item);
			if (reading.type === 'changes')
				all.push(...reading.changes.map((change) => withAccountChange(maker, change)));
			if (reading.type === 'overflow') missing(reading.committedAt);
			if (reading.type === 'unreadable') {
				context.log('warn', 'A change event cannot be read; its changes are read over REST.');
				missing(knownUntil(this.cursor) ?? context.now());
			}
		}
		const unique = new Map(all.map((change) => [change.key, change]));
		const fresh = [...unique.values()].filter(
			(change) => !seen.isStale(change) && matters(maker, change),
		);
		return { changes: { all, fresh }, overflowAt };
	}

	private async toEvents(changes: {
		fresh: StreamChange[];
	}): Promise<{ list: ChangeEventInput[]; snapshots: RecordRead[] }> {
		const { maker, reader, context } = this.tools;
		const toldAt = context.now();
		const planned = await this.plan(changes.fresh);
		const ids = planned.filter(({ read }) => read).map(({ change }) => change.recordId);
		const reads = await reader.readAll([...new Set(ids)]);
		const deleted = planned.filter(({ change }) => isDelete(change));
		const masters = await reader.masters(deleted.map(({ change }) => change.recordId));
		const list: ChangeEventInput[] = [];
		const snapshots: RecordRead[] = [];
		for (const { change, known, read: wanted } of planned) {
			const read = wanted ? reads.get(change.recordId) : undefined;
			const arrival = { toldAt, receivedAt: context.now() };
			const event = changeEvent(maker, change, known, read, arrival);
			if (event === undefined) {
				context.log('debug', 'A changed contact is gone by now; its delete event follows.');
				continue;
			}
			list.push(asMerge(event, masters));
			if (read !== undefined && event.kind === 'snapshot') snapshots.push(read);
		}
		return { list, snapshots };
	}

	/** A snapshot earlier in the same reply makes its record known to the later changes. */
	private async plan(changes: StreamChange[]): Promise<Planned[]> {
		const asked = changes.filter(({ changeType }) => changeType === 'UPDATE');
		const ids = [...new Set(asked.map(({ recordId }) => recordId))];
		const known = ids.length === 0 ? new Set<string>() : await this.tools.options.knowsRecord(ids);
		const told = new Set(known);
		return changes.map((change) => {
			const isKnown = told.has(change.recordId);
			if (!isDelete(change)) told.add(change.recordId);
			const read =
				needsRead(this.tools.maker, change) || (!isKnown && !isWhole(change) && !isDelete(change));
			return { change, known: isKnown, read };
		});
	}
}
