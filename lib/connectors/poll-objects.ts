/**
 * Polling of several objects of one system: each list has a reading position and a pace of its own, and
 * all positions travel in one cursor. A first load reads one list after the other, so that what others
 * refer to is there first; afterwards each list is polled at its own pace, and the hub lets an event
 * wait for the record that it names.
 */
import { z } from 'zod';
import type { ChangeEventInput } from '../model/event';
import { OBJECTS, type ObjectName } from '../model/objects';
import {
	ConfigurationFailure,
	type ChangeBatch,
	type ChangeSourceOptions,
	type ChangeSourceState,
	type ConnectorContext,
	type Json,
} from './connector';
import { endTogether } from './end-together';
import { ChangeHints } from './poll-hints';
import type { PollingSettings, PollReader } from './poll-reader';
import { runPolling } from './polling';

/** Objects that one list of the CRM shows. */
export interface PolledObjects {
	objects: readonly [ObjectName, ...ObjectName[]];
	reader: PollReader;
	settings: PollingSettings;
}

export interface ObjectPollingParts {
	context: ConnectorContext;
	options: ChangeSourceOptions;
	/** In the order in which they are read first. */
	lists: readonly [PolledObjects, ...PolledObjects[]];
	/** For the jitter of retries: [0, 1). Default Math.random. */
	random?: () => number;
}

/** Reads until the signal aborts; rejects only with AuthenticationFailure or ConfigurationFailure. */
export async function runObjectPolling(parts: ObjectPollingParts): Promise<void> {
	const { context, options, lists, random } = parts;
	const [first, ...others] = lists;
	const isPlain = others.length === 0 && first.objects.length === 1 && !isOfLists(options.cursor);
	// One cursor of one list, as it has always been.
	if (isPlain) return runPolling({ context, options, ...first, random });
	await new ObjectPolling(parts).run();
}

const listsCursorSchema = z.object({
	version: z.literal(2),
	/** Names of a list's objects, joined by `+` -> its position. */
	lists: z.record(z.unknown()),
});
type Positions = Record<string, Json>;

function isOfLists(cursor: Json): boolean {
	return listsCursorSchema.safeParse(cursor).success;
}

/** A cursor of one list is that of the contacts. */
function positionsOf(cursor: Json): Positions {
	if (cursor === null) return {};
	const parsed = listsCursorSchema.safeParse(cursor);
	if (parsed.success) return parsed.data.lists as Positions;
	return { contact: cursor };
}

function keyOf({ objects }: Pick<PolledObjects, 'objects'>): string {
	return objects.join('+');
}

/**
 * Where a list goes on. What it showed for fewer objects before is read anew from its beginning: the
 * records of the others have never been taken in.
 */
function positionOf(positions: Positions, list: PolledObjects): Json {
	const own = positions[keyOf(list)];
	if (own !== undefined) return own;
	const [main] = list.objects;
	const [key] = Object.keys(positions).filter((one) => one.split('+')[0] === main);
	const before = key === undefined ? null : (positions[key] ?? null);
	const isWider = key !== undefined && list.objects.every((one) => key.split('+').includes(one));
	if (isWider || typeof before !== 'object' || before === null) return before;
	return { ...before, loaded: false, scannedAt: null };
}

function isLoaded(position: Json): boolean {
	return typeof position === 'object' && position !== null && 'loaded' in position
		? position.loaded === true
		: false;
}

class ObjectPolling {
	private positions: Positions;
	/** Lists of which everything has been read once. */
	private readonly loaded = new Set<string>();
	private readonly states = new Map<string, ChangeSourceState>();
	private committing: Promise<unknown> = Promise.resolve();
	/** Aborts when one more list has been read. */
	private oneMore = new AbortController();
	private readonly ended = new AbortController();
	private readonly signal: AbortSignal;
	private readonly stopped: Promise<void>;

	constructor(private readonly parts: ObjectPollingParts) {
		const { options, lists } = parts;
		const stored = positionsOf(options.cursor);
		this.signal = AbortSignal.any([options.signal, this.ended.signal]);
		this.stopped = aborted(this.signal);
		this.positions = { ...stored };
		for (const list of lists) {
			const position = positionOf(stored, list);
			for (const key of Object.keys(stored))
				if (key.split('+')[0] === list.objects[0]) delete this.positions[key];
			if (position !== null) this.positions[keyOf(list)] = position;
			if (isLoaded(position)) this.loaded.add(keyOf(list));
		}
	}

	async run(): Promise<void> {
		const { lists, options } = this.parts;
		const hints = lists.map(() => new ChangeHints());
		const sources = lists.map((list, place) => this.runList(list, place, hints[place]));
		if (options.hints !== undefined) void this.spread(options.hints, hints);
		// One list that only a person can mend ends all: none of them is to go on unseen.
		try {
			await endTogether(sources, this.ended);
		} finally {
			this.ended.abort();
		}
	}

	private async runList(
		list: PolledObjects,
		place: number,
		hints: ChangeHints | undefined,
	): Promise<void> {
		const { context, options, lists, random } = this.parts;
		const key = keyOf(list);
		while (!lists.slice(0, place).every((before) => this.loaded.has(keyOf(before)))) {
			await Promise.race([aborted(this.oneMore.signal), this.stopped]);
			if (this.signal.aborted) return;
		}
		await runPolling({
			context,
			reader: list.reader,
			settings: list.settings,
			random,
			options: {
				...options,
				signal: this.signal,
				cursor: this.positions[key] ?? null,
				...(options.hints === undefined ? {} : { hints }),
				knowsRecord: (crmIds) => this.knows(list, crmIds),
				commit: (batch) => this.commit(list, batch),
				onState: (state) => this.report(key, state),
			},
		});
	}

	private async knows({ objects }: PolledObjects, crmIds: string[]): Promise<Set<string>> {
		const { knowsRecord } = this.parts.options;
		const known = await Promise.all(objects.map((object) => knowsRecord(crmIds, object)));
		return new Set(known.flatMap((ids) => [...ids]));
	}

	/** One after the other: each carries all positions. */
	private commit(list: PolledObjects, batch: ChangeBatch): Promise<number | void> {
		const work = async () => {
			const events = inOrder(await this.named(list, batch.events));
			const key = keyOf(list);
			const positions = { ...this.positions, [key]: batch.cursor };
			const done = new Set(batch.complete ? [...this.loaded, key] : this.loaded);
			const isAll = this.parts.lists.every((one) => done.has(keyOf(one)));
			const cursor: Json = { version: 2, lists: positions };
			const complete = batch.complete && isAll;
			const news = await this.parts.options.commit({ events, cursor, complete });
			this.positions = positions;
			if (batch.complete) this.settled(key);
			return news;
		};
		const turn = this.committing.then(work, work);
		this.committing = turn;
		return turn;
	}

	private settled(key: string): void {
		if (this.loaded.has(key)) return;
		this.loaded.add(key);
		this.oneMore.abort();
		this.oneMore = new AbortController();
	}

	/** A deletion that was inferred does not say of which object the record was. */
	private async named(
		{ objects }: PolledObjects,
		events: ChangeEventInput[],
	): Promise<ChangeEventInput[]> {
		const [main, ...others] = objects;
		const isInferred = ({ origin }: ChangeEventInput) => origin === 'listing';
		const inferred = events.filter(isInferred).map(({ crmId }) => crmId);
		if (inferred.length === 0) return events;
		const owners = new Map<string, ObjectName>();
		for (const object of others)
			for (const crmId of await this.parts.options.knowsRecord(inferred, object))
				owners.set(crmId, object);
		return events.map((event) =>
			isInferred(event) ? renamed(event, owners.get(event.crmId) ?? main) : event,
		);
	}

	/** Running only when every list is; what holds one of them up is told at once. */
	private report(key: string, state: ChangeSourceState): void {
		const { options } = this.parts;
		this.states.set(key, state);
		const isRunning = [...this.states.values()].every(({ status }) => status === 'running');
		if (state.status !== 'running' || isRunning) options.onState(state);
	}

	/** What changed is known only for contacts; the other lists are read, too. */
	private async spread(from: ChangeHints, to: ChangeHints[]): Promise<void> {
		while (!this.signal.aborted) {
			await Promise.race([aborted(from.next()), this.stopped]);
			const hint = from.take();
			if (hint === null) continue;
			for (const [place, hints] of to.entries()) hints.tell(place === 0 ? hint : { crmIds: [] });
		}
	}
}

function renamed(event: ChangeEventInput, object: ObjectName): ChangeEventInput {
	const { system, object: before, crmId, eventId } = event;
	if (before === object) return event;
	const rest = eventId.slice(`${system}:${before}:${crmId}`.length);
	return { ...event, object, eventId: `${system}:${object}:${crmId}${rest}` };
}

function inOrder(events: ChangeEventInput[]): ChangeEventInput[] {
	const rank = ({ object }: ChangeEventInput) => OBJECTS.indexOf(object);
	return [...events].sort((a, b) => rank(a) - rank(b));
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}

/** For connectors: the lists that the field map asks for. Throws ConfigurationFailure if there is none. */
export function chosenLists(
	lists: readonly (PolledObjects | undefined)[],
): [PolledObjects, ...PolledObjects[]] {
	const [first, ...others] = lists.filter((list) => list !== undefined);
	if (first !== undefined) return [first, ...others];
	throw new ConfigurationFailure(
		'No object of this CRM is chosen',
		"Choose at least one object in the trigger's Objects.",
	);
}
