import fc from 'fast-check';
import { ConfigurationFailure } from './connector';
import { firstCursor, MAX_LISTED, packIds, parseCursor, SeenIds, withDeleted } from './poll-cursor';

test('packed ids come back as they were', () => {
	const ids = fc.oneof(
		fc.uniqueArray(fc.nat(1e12).map(String)),
		fc.uniqueArray(fc.oneof(fc.nat().map(String), fc.string({ minLength: 1 }))),
	);
	fc.assert(
		fc.property(ids, (given) => {
			const back = new SeenIds(packIds(given)).values();
			expect(back.sort()).toEqual([...given].sort());
		}),
	);
});

test('numeric ids take about three characters each', () => {
	const ids = Array.from({ length: 5_000 }, (_, index) => String(30_714_000 + index * 7));
	expect(packIds(ids)?.length).toBeLessThan(5_000 * 3);
});

test('too many ids are not remembered', () => {
	const ids = Array.from({ length: MAX_LISTED + 1 }, (_, index) => String(index));
	expect(packIds(ids)).toBeNull();
});

test('deletions reported are remembered, those revived forgotten', () => {
	const cursor = withDeleted(firstCursor(0, 0, true), ['1', '2'], new Set());
	expect(withDeleted(cursor, ['3'], new Set(['1'])).deleted).toEqual(['2', '3']);
	expect(withDeleted(cursor, [], new Set())).toBe(cursor);
});

test('a position that cannot be understood needs a person', () => {
	expect(parseCursor(firstCursor(5, 1, true))).toEqual(firstCursor(5, 1, true));
	expect(() => parseCursor({ replayId: 7 })).toThrow(ConfigurationFailure);
});
