/** The polling loop: where it starts, how often it asks, and what a hint does. */
import { Source } from '../../test/unit/connectors/harness';
import { ChangeHints } from './poll-hints';
import type { PageQuery } from './poll-reader';
import { MINUTE, STARTED, Desk, ids } from '../../test/unit/connectors/polled-desk';

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
