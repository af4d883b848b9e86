/** The benches run, whatever the speed of the machine, and print what was promised. */
import { auditBench } from '../../bench/audit';
import { readOptions, UsageError } from '../../bench/arguments';
import { firstLoadBench } from '../../bench/first-load';
import { hubBench } from '../../bench/hub';
import { limitsBench } from '../../bench/limits';
import { fewestPolls } from '../../bench/limits/office-hours';

jest.setTimeout(60_000);

beforeEach(() => {
	jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
	jest.restoreAllMocks();
});

test('hub: edits go through the whole hub, and the copy ends up with the same rows', async () => {
	const result = await hubBench(['--events', '600']);
	expect(Object.keys(result)).toEqual([
		'store',
		'events_per_s',
		'raw_events_per_s',
		'ratio',
		'rss_first_mb',
		'rss_last_mb',
	]);
	expect(result.store).toBe('sqlite');
	expect(result.events_per_s).toBeGreaterThan(0);
	expect(result.raw_events_per_s).toBeGreaterThan(0);
	expect(result.rss_last_mb).toBeGreaterThan(0);
	expect(result.ratio).toBeCloseTo(result.events_per_s / result.raw_events_per_s, 1);
});

test('audit: a field\u2019s history is asked for in a filled store', async () => {
	const result = await auditBench(['--changes', '2000', '--store', 'sqlite']);
	expect(Object.keys(result)).toEqual(['store', 'p50_ms', 'p99_ms']);
	expect(Number(result.p99_ms)).toBeGreaterThanOrEqual(Number(result.p50_ms));
	expect(Number(result.p50_ms)).toBeGreaterThan(0);
});

test('limits: an hour of an office keeps within the limits, and near the fewest calls', async () => {
	const result = await limitsBench(['--clients', '60', '--hours', '1']);
	expect(Object.keys(result)).toEqual([
		'wealthbox_budget_used',
		'answers_429',
		'live_p95_s',
		'calls_per_change',
		'calls_minimum',
	]);
	expect(result.answers_429).toBe(0);
	const ratio = Number(result.calls_per_change) / Number(result.calls_minimum);
	expect(ratio).toBeGreaterThan(0.9);
	expect(ratio).toBeLessThan(1.5);
});

test('limits: the fewest polls are those of a steady pace where the traffic is steady', () => {
	const steady = Array.from({ length: 60 }, () => 1 / 60_000);
	const bound = { minPollMs: 1_000, maxPollMs: 60_000, meanDelayMs: 5_000 };
	expect(fewestPolls(steady, 60_000, bound)).toBeCloseTo(360, 0);
	const uneven = steady.map((rate, minute) => (minute < 30 ? rate * 1.9 : rate * 0.1));
	expect(fewestPolls(uneven, 60_000, bound)).toBeLessThan(330);
});

test('first load: killed twice on the way, it comes to agreement, doubles nobody and keeps to the budget', async () => {
	const result = await firstLoadBench(['--contacts', '300']);
	expect(result).toMatchObject({
		...{ contacts: 300, matched: 180, persons: 540, creates: 720 },
		...{ duplicates: 0, disagreements: 0, kills: 2 },
	});
	expect(result.calls.salesforce).toBeLessThan(result.salesforce_daily_budget);
}, 400_000);

test('what cannot be meant is refused', () => {
	expect(() => readOptions(['--store', 'oracle'], [])).toThrow(UsageError);
	expect(() => readOptions(['--events', '0'], ['events']).count('events', 1)).toThrow(UsageError);
	expect(() => readOptions(['--event', '5'], ['events'])).toThrow(UsageError);
});
