/** The benches run, whatever the speed of the machine, and print what was promised. */
import { auditBench } from '../../bench/audit';
import { readOptions, UsageError } from '../../bench/arguments';
import { hubBench } from '../../bench/hub';

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

test('what cannot be meant is refused', () => {
	expect(() => readOptions(['--store', 'oracle'], [])).toThrow(UsageError);
	expect(() => readOptions(['--events', '0'], ['events']).count('events', 1)).toThrow(UsageError);
	expect(() => readOptions(['--event', '5'], ['events'])).toThrow(UsageError);
});
