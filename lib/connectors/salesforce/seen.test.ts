import { SeenRecords } from './seen';
import type { StreamChange } from './stream-change';

const ID = '0035g00000LmQ7xAAF';

function change(key: string, modifiedAt: number): StreamChange {
	return {
		recordId: ID,
		changeType: 'UPDATE',
		committedAt: modifiedAt,
		modifiedAt,
		changeOrigin: '',
		key,
		values: {},
		changed: new Set(),
		unsaid: new Set(),
	};
}

test('a change that was told, or is older than a whole read, is stale; one of the same second is not', () => {
	const seen = new SeenRecords();
	expect(seen.isStale(change('a', 5_000))).toBe(false);
	seen.stream(change('a', 5_000));
	expect(seen.isStale(change('a', 5_000))).toBe(true);
	seen.snapshot(ID, 9_000);
	expect(seen.isStale(change('b', 8_000))).toBe(true);
	expect(seen.isStale(change('c', 9_000))).toBe(false);
	expect(seen.isStale({ ...change('d', 8_000), recordId: '0035g00000LmQ92AAF' })).toBe(false);
});

test('a record is told up to its newest change, by the stream or by a read', () => {
	const seen = new SeenRecords();
	seen.snapshot(ID, 9_000);
	seen.stream(change('a', 5_000));
	expect(seen.hasTold(ID, 9_000)).toBe(true);
	expect(seen.hasTold(ID, 10_000)).toBe(false);
	expect(seen.hasTold('0035g00000LmQ92AAF', 1)).toBe(false);
});

test('it forgets the oldest when it is full', () => {
	const seen = new SeenRecords();
	for (let record = 0; record < 20_001; record += 1) seen.snapshot(`record ${record}`, 1);
	expect(seen.hasTold('record 0', 1)).toBe(false);
	expect(seen.hasTold('record 1', 1)).toBe(true);
});
