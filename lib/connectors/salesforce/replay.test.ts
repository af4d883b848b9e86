import fc from 'fast-check';
import {
	EMPTY_CURSOR,
	knownUntil,
	parseCursor,
	parseKeepingReplayIds,
	replayIdAsJson,
} from './replay';

test('every integer id keeps its exact text on the way in and out', () => {
	fc.assert(
		fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
			const read = parseKeepingReplayIds(`{"event":{"replayId": ${id}}}`);
			expect(read).toEqual({ event: { replayId: String(id) } });
			expect(replayIdAsJson(String(id))).toBe(String(id));
		}),
	);
});

test('other numbers and ids that are text stay as they are', () => {
	expect(parseKeepingReplayIds('{"replayId":"AbC","n":2.0}')).toEqual({ replayId: 'AbC', n: 2 });
});

test('a cursor survives storage; an unknown form leads to a full load, none to a first run', () => {
	const cursor = { ...EMPTY_CURSOR, replayId: '9007199254740993', commitTimestamp: 5 };
	expect(parseCursor(JSON.parse(JSON.stringify(cursor)))).toEqual(cursor);
	expect(parseCursor({ replayId: '1', commitTimestamp: 5 })).toMatchObject({ loadAfter: null });
	expect(parseCursor(null)).toBeNull();
	expect(parseCursor({ somethingElse: true })).toMatchObject({ replayId: null, loadAfter: '' });
});

test('what is known reaches to the latest of event, comparison and start', () => {
	expect(knownUntil(EMPTY_CURSOR)).toBeNull();
	expect(knownUntil({ ...EMPTY_CURSOR, commitTimestamp: 5, checkedUntil: 9, startedAt: 1 })).toBe(
		9,
	);
});
