/** The polling loop over a reader of its own, with a clock that only sleeping moves. */
import { contextOf, FakeClock, Source } from '../../test/unit/connectors/harness';
import {
	ConfigurationFailure,
	CrmError,
	type ChangeSourceOptions,
	type Connector,
} from './connector';
import { AuthenticationFailure, HttpFailure } from './http';
import { firstCursor, parseCursor } from './poll-cursor';
import type { PolledRecord } from './poll-events';
import { ChangeHints } from './poll-hints';
import type { PageQuery, PollingSettings, PollPage } from './poll-reader';
import { runPolling } from './polling';
import { wealthbox } from './wealthbox';

const MINUTE = 60_000;
const SETTINGS: PollingSettings = {
	minPollMs: 5_000,
	maxPollMs: 60_000,
	overlapMs: 2 * MINUTE,
	deepOverlapMs: 2 * MINUTE,
	listLagMs: 0,
	clockToleranceMs: 60 * MINUTE,
	fullScanMs: 0,
	deletedEveryPolls: 1,
	editsAlwaysTouch: true,
};

/** A source that has read before. */
const STARTED = { ...firstCursor(Date.parse('2026-03-01T12:00:00Z'), 0, true), polledAt: 0 };

/** A CRM in memory, read in pages. */
class Desk {
	readonly clock = new FakeClock();
	readonly rows = new Map<string, { at: number; name: string }>();
	readonly deleted = new Map<string, number>();
	readonly polls: number[] = [];
	readonly queries: PageQuery[] = [];
	pageSize = 100;
	failures: Error[] = [];
	total: ((rows: number) => number | undefined) | undefined;
	hasDeletedList = true;
	/** How long after an edit a list still shows what was before. */
	lagMs = 0;

	edit(crmId: string, name: string): void {
		this.rows.set(crmId, { at: this.clock.now(), name });
	}

	remove(crmId: string): void {
		this.rows.delete(crmId);
		this.deleted.set(crmId, this.clock.now());
	}

	private one(crmId: string): PolledRecord | null {
		const row = this.rows.get(crmId);
		if (row === undefined) return null;
		return { crmId, updatedAt: row.at, deleted: false, fields: { lastName: row.name } };
	}

	private page(all: PolledRecord[], page: number): PollPage {
		const records = all.slice((page - 1) * this.pageSize, page * this.pageSize);
		const total = this.total ? this.total(all.length) : all.length;
		return {
			records,
			more: page * this.pageSize < all.length,
			...(total === undefined ? {} : { total }),
		};
	}

	read(query: PageQuery): Promise<PollPage> {
		const failure = this.failures.shift();
		if (failure) return Promise.reject(failure);
		this.queries.push(query);
		if (query.since !== null && query.page === 1) this.polls.push(this.clock.now());
		const shown = this.clock.now() - this.lagMs;
		const rows = [...this.rows].filter(([, { at }]) => at >= (query.since ?? 0) && at <= shown);
		const all = rows.map(([crmId, { at, name }]) => ({
			crmId,
			updatedAt: at,
			deleted: false,
			fields: { lastName: name },
		}));
		return Promise.resolve(this.page(all, query.page));
	}

	start(over: Partial<PollingSettings> = {}, options: Partial<ChangeSourceOptions> = {}): Source {
		const connector: Connector = {
			...wealthbox,
			runChangeSource: (context, given) =>
				runPolling({
					context,
					options: given,
					settings: { ...SETTINGS, ...over },
					random: () => 0,
					reader: {
						readPage: (query) => this.read(query),
						readOne: (crmId) => Promise.resolve(this.one(crmId)),
						...(this.hasDeletedList
							? { readDeleted: (query: PageQuery) => this.readDeleted(query) }
							: {}),
						isGone: (crmId) => Promise.resolve(!this.rows.has(crmId)),
					},
				}),
		};
		const context = contextOf(connector, () => Promise.reject(new Error('unused')), {}, this.clock);
		return new Source(connector, context, options);
	}

	private readDeleted(query: PageQuery): Promise<PollPage> {
		const rows = [...this.deleted].filter(([, at]) => at >= (query.since ?? 0));
		const all = rows.map(([crmId, at]) => ({ crmId, updatedAt: at, deleted: true, fields: {} }));
		return Promise.resolve(this.page(all, query.page));
	}
}

let desk: Desk;
let source: Source | undefined;

beforeEach(() => {
	desk = new Desk();
});

afterEach(async () => {
	const running = source;
	source = undefined;
	await running?.stop();
});

const ids = (given: Source) => given.events.map(({ crmId, change }) => `${change} ${crmId}`);

describe('pace', () => {
	test('slows step by step when quiet, quick again after a change, never beyond the limits', async () => {
		source = desk.start();
		await source.rounds(10);
		const gaps = (polls: number[]) => polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
		const quiet = gaps(desk.polls);
		expect(quiet.slice(0, 3)).toEqual([7_500, 11_250, 16_875]);
		expect(Math.max(...quiet)).toBe(60_000);
		desk.edit('1', 'Brandt');
		const before = desk.polls.length;
		await source.until(() => (source?.events.length ?? 0) > 0);
		await source.rounds(2);
		expect(desk.polls[before + 1]! - desk.polls[before]!).toBe(5_000);
	});
});

describe('a start from now', () => {
	test('says nothing of what was there, and misses nothing after', async () => {
		desk.edit('old', 'Before');
		source = desk.start();
		await source.rounds(1);
		expect(source.batches[0]).toMatchObject({ events: [], complete: true });
		desk.edit('new', 'After');
		desk.edit('old', 'Changed');
		await source.until(() => (source?.events.length ?? 0) >= 2);
		expect(new Set(ids(source))).toEqual(new Set(['upsert new', 'upsert old']));
		expect(source.events.every(({ fields }) => fields.lastName !== 'Before')).toBe(true);
	});

	test('nor in a later poll that begins further back than the first ones', async () => {
		desk.edit('old', 'Before');
		desk.clock.at += 8 * MINUTE;
		const deepOverlapMs = 15 * MINUTE;
		source = desk.start({ overlapMs: MINUTE, deepOverlapMs, clockToleranceMs: 10 * MINUTE });
		await source.rounds(1);
		const began = desk.clock.now();
		desk.edit('new', 'After');
		await source.until(() => desk.clock.now() > began + deepOverlapMs);
		const isDeep = ({ since }: PageQuery) => since !== null && since < began - 8 * MINUTE;
		expect(desk.queries.slice(2).some(isDeep)).toBe(true);
		expect(new Set(ids(source))).toEqual(new Set(['upsert new']));
	});

	test('its full listing tells only of records that are known', async () => {
		desk.rows.set('ancient', { at: 1_000, name: 'Ancient' });
		desk.rows.set('linked', { at: 1_000, name: 'Linked' });
		source = desk.start({ fullScanMs: 10 * MINUTE });
		source.known = new Set(['linked']);
		await source.until(() => (source?.events.length ?? 0) > 0);
		await source.rounds(3);
		expect(new Set(ids(source))).toEqual(new Set(['upsert linked']));
	});
});

describe('a start from everything', () => {
	test('walks all pages; only the last batch is complete; a restart goes on from the position', async () => {
		desk.pageSize = 2;
		for (const crmId of ['1', '2', '3', '4', '5']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start({}, { start: 'everything' });
		await source.until(() => source?.batches.at(-1)?.complete === true);
		expect([...new Set(ids(source))].sort()).toEqual(
			['1', '2', '3', '4', '5'].map((id) => `upsert ${id}`),
		);
		const loaded = source.batches.findIndex(({ complete }) => complete);
		expect(source.batches.slice(0, loaded).every(({ complete }) => !complete)).toBe(true);
		const cursor = source.cursor;
		await source.stop();
		source = desk.start({}, { start: 'everything', cursor });
		desk.edit('6', 'six');
		await source.rounds(3);
		expect(new Set(ids(source))).toEqual(new Set(['upsert 6']));
	});

	test('is not complete when rows went missing between pages, and walks again', async () => {
		desk.pageSize = 2;
		for (const crmId of ['1', '2', '3']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		let claimed = 4;
		desk.total = () => claimed;
		source = desk.start({}, { start: 'everything' });
		await source.until(() => desk.queries.filter(({ since }) => since === null).length >= 2);
		expect(source.batches.some(({ complete }) => complete)).toBe(false);
		claimed = 3;
		await source.until(() => source?.batches.at(-1)?.complete === true);
		expect(desk.queries.filter(({ since }) => since === null).length).toBeGreaterThanOrEqual(4);
	});
});

describe('what an event says of its time', () => {
	test('unchangedUntil is the start of the last complete poll before the change was first seen', async () => {
		source = desk.start();
		await source.rounds(3);
		const lastQuiet = desk.polls.at(-1) ?? 0;
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) >= 2);
		const [first, second] = source.events;
		expect(Date.parse(first?.unchangedUntil ?? '')).toBe(lastQuiet);
		expect(second).toMatchObject({
			eventId: first?.eventId,
			unchangedUntil: first?.unchangedUntil,
		});
		expect(first?.eventId).toMatch(/^wealthbox:contact:1:2026-.*Z:[0-9a-f]{16}$/);
		expect(Date.parse(first?.readAt ?? '')).toBe(desk.polls.find((at) => at > lastQuiet));
	});

	test('where an edit may leave the edit time alone, only a full listing bounds it', async () => {
		source = desk.start({ editsAlwaysTouch: false });
		await source.rounds(3);
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 0);
		expect(source.events[0]).not.toHaveProperty('unchangedUntil');
	});

	test('the same record edited twice in one minute is two observations', async () => {
		source = desk.start();
		await source.rounds(1);
		const at = desk.clock.now();
		desk.rows.set('1', { at, name: 'One' });
		await source.until(() => (source?.events.length ?? 0) > 0);
		desk.rows.set('1', { at, name: 'Two' });
		await source.until(
			() => source?.events.some(({ fields }) => fields.lastName === 'Two') === true,
		);
		expect(new Set(source.events.map(({ eventId }) => eventId)).size).toBe(2);
	});
});

describe('deletes', () => {
	test('the CRM names are told once, and told back when the record returns', async () => {
		desk.edit('1', 'Brandt');
		source = desk.start();
		await source.rounds(1);
		desk.remove('1');
		await source.until(() => (source?.events.length ?? 0) > 0);
		await source.rounds(3);
		expect(ids(source)).toEqual(['delete 1']);
		desk.deleted.clear();
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 1);
		expect(ids(source)[1]).toBe('undelete 1');
	});

	const scanned = { fullScanMs: 10 * MINUTE };

	test('without a list of them: missing in one complete listing and gone when read', async () => {
		desk.hasDeletedList = false;
		for (const crmId of ['1', '2']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		desk.rows.delete('2');
		await source.until(() => source?.events.some(({ change }) => change === 'delete') === true);
		const deletes = source.events.filter(({ change }) => change === 'delete');
		expect(deletes).toMatchObject([{ crmId: '2', fields: {} }]);
		await source.rounds(12);
		expect(source.events.filter(({ change }) => change === 'delete')).toHaveLength(1);
	});

	test('a listing with a failure in it proves none', async () => {
		desk.hasDeletedList = false;
		desk.pageSize = 1;
		for (const crmId of ['1', '2', '3']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2', '3']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		desk.rows.delete('2');
		const listings = () => parseCursor(source?.cursor ?? null).scannedAt;
		const before = listings();
		const scanPages = () => desk.queries.filter(({ since }) => since === null).length;
		const pages = scanPages();
		await source.until(() => scanPages() > pages);
		desk.failures.push(new HttpFailure('slow', 'timeout'), new HttpFailure('slow', 'timeout'));
		await source.until(() => listings() !== before);
		expect(source.events.filter(({ change }) => change === 'delete')).toEqual([]);
		await source.until(() => source?.events.some(({ change }) => change === 'delete') === true);
	});

	test('a missing record that a read still finds is none', async () => {
		desk.hasDeletedList = false;
		for (const crmId of ['1', '2']) desk.rows.set(crmId, { at: 1_000, name: crmId });
		source = desk.start(scanned, { start: 'everything' });
		source.known = new Set(['1', '2']);
		await source.until(() => source?.batches.at(-1)?.complete === true);
		const read = desk.read.bind(desk);
		desk.read = async (query) => {
			const page = await read(query);
			const records = page.records.filter(({ crmId }) => crmId !== '2');
			return { ...page, records, total: records.length };
		};
		const before = parseCursor(source.cursor).scannedAt;
		await source.until(() => parseCursor(source?.cursor ?? null).scannedAt !== before);
		expect(source.events.filter(({ change }) => change === 'delete')).toEqual([]);
	});
});

describe('failures', () => {
	const status = (code: number, retryAfterMs?: number) =>
		new CrmError(`the CRM answered ${code}`, code, String(code), {
			retryable: code === 429 || code >= 500,
			retryAfterMs,
		});

	test('waits longer each time, never gives up, and loses nothing', async () => {
		source = desk.start();
		await source.rounds(1);
		desk.edit('1', 'Brandt');
		desk.failures = [
			status(503),
			status(503),
			new HttpFailure('slow', 'timeout'),
			...Array.from({ length: 8 }, () => status(500)),
		];
		await source.until(() => (source?.events.length ?? 0) > 0);
		const waits = source.states.flatMap((state) =>
			state.status === 'waiting' ? [state.retryInMs] : [],
		);
		expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
		expect(Math.max(...waits)).toBe(30_000);
		await source.until(() => source?.states.at(-1)?.status === 'running');
	});

	test('429 says itself how long', async () => {
		desk.failures = [status(429, 42_000)];
		source = desk.start();
		await source.rounds(1);
		expect(source.states[0]).toMatchObject({ status: 'waiting', retryInMs: 42_000 });
	});

	test('refused credentials end the source; so does a refusal that repeats', async () => {
		desk.failures = [new AuthenticationFailure('no')];
		await expect(desk.start().ended).rejects.toBeInstanceOf(AuthenticationFailure);
		desk.failures = [status(403), status(503), status(403), status(403), status(403)];
		await expect(desk.start().ended).rejects.toBeInstanceOf(ConfigurationFailure);
		expect(desk.failures).toHaveLength(0);
	});

	test('a batch that was not stored is read again', async () => {
		source = desk.start();
		await source.rounds(1);
		const { batches } = source;
		const push = batches.push.bind(batches);
		let refusals = 2;
		batches.push = (batch) => {
			if (batch.events.length > 0 && (refusals -= 1) >= 0) throw new Error('store is down');
			return push(batch);
		};
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 0);
		expect(refusals).toBe(-1);
		expect(ids(source)[0]).toBe('upsert 1');
	});
});

test('after a bulk edit the same rows are not read forever, where the clocks agree', async () => {
	const read = desk.read.bind(desk);
	desk.read = async (query) => ({ ...(await read(query)), serverTime: desk.clock.now() });
	source = desk.start();
	await source.rounds(1);
	for (let index = 0; index < 50; index += 1) desk.edit(String(index), 'bulk');
	await source.until(() => (source?.events.length ?? 0) >= 50);
	await source.rounds(100);
	const before = source.events.length;
	await source.rounds(5);
	expect(source.events).toHaveLength(before);
	desk.edit('7', 'again');
	await source.until(() => (source?.events.length ?? 0) > before);
});

test('what was edited while a long poll went on is read again by the next one', async () => {
	const read = desk.read.bind(desk);
	desk.read = async (query) => {
		if (query.page === 2) {
			desk.clock.at += MINUTE;
			desk.edit('late', 'Edited');
			desk.clock.at += 10 * MINUTE;
			desk.edit('last', 'Edited');
		}
		return { ...(await read(query)), serverTime: desk.clock.now() };
	};
	desk.pageSize = 2;
	for (const crmId of ['1', '2', '3']) desk.edit(crmId, 'Before');
	source = desk.start({}, { cursor: STARTED });
	const seen = () => source?.events.filter(({ crmId }) => crmId === 'late') ?? [];
	await source.until(() => seen().length >= 1);
	const [first] = seen();
	desk.read = read;
	const polls = desk.polls.length;
	await source.until(() => desk.polls.length >= polls + 2);
	const again = seen().filter(({ readAt }) => readAt > (first?.editedAt ?? ''));
	expect(Date.parse(first?.readAt ?? '')).toBeLessThan(Date.parse(first?.editedAt ?? ''));
	expect(again).not.toHaveLength(0);
});

describe('a CRM whose lists lag behind', () => {
	const LAG = 90_000;

	test('shows an edit late: it is found, and dated no later than it was made', async () => {
		desk.lagMs = LAG;
		source = desk.start({ listLagMs: LAG, maxPollMs: 10_000, overlapMs: 10_000 });
		await source.rounds(3);
		const editedAt = desk.clock.now();
		desk.edit('late', 'Edited');
		await source.until(() => (source?.events.length ?? 0) > 0);
		const [event] = source.events;
		const at = (time: string | undefined) => Date.parse(time ?? '');
		expect(at(event?.receivedAt) - editedAt).toBeGreaterThanOrEqual(LAG);
		expect(at(event?.unchangedUntil)).toBeLessThanOrEqual(editedAt);
		expect(at(event?.readAt)).toBeGreaterThanOrEqual(editedAt);
	});

	test('may show what was before a write that it already holds: that is not taken for news of now', async () => {
		source = desk.start({ listLagMs: LAG }, { start: 'everything' });
		desk.rows.set('old', { at: desk.clock.now() - 30 * MINUTE, name: 'Before' });
		await source.until(() => (source?.events.length ?? 0) > 0);
		const [event] = source.events;
		const read = Date.parse(event?.receivedAt ?? '') - Date.parse(event?.readAt ?? '');
		expect(read).toBeGreaterThanOrEqual(LAG);
	});
});

describe('a hint', () => {
	test('names a record: it is read by itself where an edit may not show in a poll', async () => {
		const hints = new ChangeHints();
		desk.rows.set('7', { at: 1_000, name: 'Phone changed' });
		hints.tell({ crmIds: ['7', 'gone'] });
		source = desk.start({ editsAlwaysTouch: false }, { hints, cursor: STARTED });
		await source.until(() => (source?.events.length ?? 0) > 0);
		expect(ids(source)).toEqual(['upsert 7']);
	});

	test('makes a poll due, and costs no read of its own where an edit always shows', async () => {
		const hints = new ChangeHints();
		desk.rows.set('7', { at: 1_000, name: 'Long ago' });
		const hour = 60 * MINUTE;
		source = desk.start({ minPollMs: hour, maxPollMs: hour }, { hints, cursor: STARTED });
		await source.rounds(1);
		const polls = desk.polls.length;
		const before = desk.clock.now();
		hints.tell({ crmIds: ['7'] });
		await source.until(() => desk.polls.length > polls);
		expect((desk.polls[polls] ?? Infinity) - before).toBeLessThan(hour);
		expect(source.events).toEqual([]);
	});

	test('is one hint however often it is told, and too many records are none by name', () => {
		const hints = new ChangeHints(2);
		expect(hints.take()).toBeNull();
		expect(hints.next().aborted).toBe(false);
		hints.tell({ crmIds: ['1'] });
		hints.tell({ crmIds: ['1', '2'] });
		expect(hints.next().aborted).toBe(true);
		expect(hints.take()).toEqual({ crmIds: ['1', '2'] });
		hints.tell({ crmIds: ['1', '2', '3'] });
		expect(hints.take()).toEqual({ crmIds: [] });
		expect(hints.take()).toBeNull();
	});
});
