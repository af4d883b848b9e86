import fc from 'fast-check';
import {
	exchange,
	leaseMs,
	readState,
	type BudgetRequest,
	type BudgetState,
} from './budget-window';
import { CALL_PRIORITIES } from './waiting-line';

const START = Date.parse('2026-03-01T12:00:00Z');
const WINDOW_MS = 10_000;
const LEASE_MS = leaseMs(WINDOW_MS);
const EMPTY = readState(null, { calls: 1, windowMs: 1 }, START);

const request = (over: Partial<BudgetRequest> = {}): BudgetRequest => ({
	who: 'a',
	now: START,
	limit: { calls: 3, windowMs: WINDOW_MS },
	isDefault: true,
	wanted: { priority: 'live', calls: 1 },
	returned: [],
	pausedUntil: 0,
	...over,
});

const turn = fc.record({
	who: fc.integer({ min: 0, max: 3 }),
	/** Time since the turn before; null: as long as the last answer said. */
	pause: fc.oneof(fc.constant(null), fc.nat(50), fc.nat(4_000)),
	priority: fc.constantFrom(...CALL_PRIORITIES),
	calls: fc.integer({ min: 1, max: 5 }),
	ahead: fc.integer({ min: 0, max: 3 }),
	/** When each call that was given away is made, as a part of the lease; null: never. */
	uses: fc.array(fc.constantFrom(0, 0.5, 1, null), {
		minLength: 8,
		maxLength: 8,
	}),
	/** The process dies with what it has, and another takes its place. */
	dies: fc.boolean(),
});

test('no window holds more calls than allowed, in any interleaving, with clocks that differ a little', () => {
	const plan = fc.record({
		calls: fc.integer({ min: 1, max: 8 }),
		skews: fc.array(fc.nat(WINDOW_MS / 100), { minLength: 4, maxLength: 4 }),
		turns: fc.array(turn, { minLength: 1, maxLength: 60 }),
	});
	fc.assert(
		fc.property(plan, ({ calls, skews, turns }) => {
			const limit = { calls, windowMs: WINDOW_MS };
			const made: number[] = [];
			const unspent = new Map<number, Array<[number, number]>>();
			let state: BudgetState = EMPTY;
			let time = START;
			let next = 0;
			for (const { who, pause, priority, uses, dies, ...wanted } of turns) {
				time += pause ?? next;
				const now = time + (skews[who] ?? 0);
				const returned = unspent.get(who) ?? [];
				const asked = request({
					who: `p${who}`,
					now,
					limit,
					returned,
					wanted: { priority, ...wanted },
				});
				const { state: after, answer } = exchange(state, asked);
				unspent.set(who, []);
				state = after;
				next = answer.nextInMs;
				for (const use of uses.slice(0, answer.granted)) {
					if (use !== null) made.push(time + use * LEASE_MS);
					else if (!dies) unspent.get(who)?.push([answer.slice, 1]);
				}
			}
			for (const from of made) {
				const inWindow = made.filter((at) => at >= from && at < from + WINDOW_MS);
				expect(inWindow.length).toBeLessThanOrEqual(calls);
			}
		}),
		{ numRuns: 300 },
	);
});

test('nobody is given a call while a more urgent process waits, and everybody gets one in the end', () => {
	const plan = fc.record({
		calls: fc.integer({ min: 1, max: 4 }),
		turns: fc.array(turn, { minLength: 1, maxLength: 40 }),
	});
	fc.assert(
		fc.property(plan, ({ calls, turns }) => {
			const limit = { calls, windowMs: WINDOW_MS };
			let state: BudgetState = EMPTY;
			let now = START;
			let next = 0;
			for (const { who, pause, priority, calls: asked } of turns) {
				now += pause ?? next;
				const urgent = state.waiting.filter(
					(one) =>
						one.who !== `p${who}` &&
						one.until > now &&
						CALL_PRIORITIES.indexOf(one.priority) < CALL_PRIORITIES.indexOf(priority),
				);
				const wanted = { priority, calls: asked };
				const done = exchange(state, request({ who: `p${who}`, now, limit, wanted }));
				if (urgent.length > 0) expect(done.answer.granted).toBe(0);
				expect(done.answer.granted === 0).toBe(done.answer.nextInMs > 0);
				({ state } = done);
				next = done.answer.nextInMs;
			}
			let granted = 0;
			for (let tries = 0; granted === 0 && tries < 30; tries += 1) {
				const wanted = { priority: 'backfill' as const, calls: 1 };
				const done = exchange(state, request({ who: 'last', now, limit, wanted }));
				({ state } = done);
				({ granted } = done.answer);
				now += done.answer.nextInMs;
			}
			expect(granted).toBe(1);
		}),
		{ numRuns: 200 },
	);
});

test('what is brought back can be given again; what is not stays counted for its window', () => {
	const first = exchange(EMPTY, request({ wanted: { priority: 'live', calls: 1, ahead: 2 } }));
	expect(first.answer).toMatchObject({ granted: 3, available: 0 });
	const { slice } = first.answer;
	expect(exchange(first.state, request({ who: 'b' })).answer.granted).toBe(0);
	const back = exchange(first.state, request({ who: 'a', returned: [[slice, 2]], wanted: null }));
	expect(back.answer.available).toBe(2);
	const wanted = { priority: 'live' as const, calls: 5 };
	expect(exchange(back.state, request({ who: 'b', wanted })).answer.granted).toBe(2);
});

test('a pause holds for every process, and a time that a broken clock wrote does not hold for ever', () => {
	const { state } = exchange(EMPTY, request({ wanted: null, pausedUntil: START + 30_000 }));
	const other = request({ who: 'b', now: START + 10_000 });
	expect(exchange(state, other).answer).toMatchObject({ granted: 0, nextInMs: 20_000 });
	expect(exchange(state, { ...other, now: START + 30_000 }).answer.granted).toBe(1);
	const YEAR = 365 * 24 * 3_600_000;
	const ahead: BudgetState = { ...state, granted: [[START + YEAR, 3]], pausedUntil: START + YEAR };
	const held = exchange(ahead, request({ wanted: null })).state;
	expect(held.granted[0]?.[0]).toBeLessThanOrEqual(START + WINDOW_MS);
	expect(held.pausedUntil).toBeLessThanOrEqual(START + 24 * 3_600_000);
});

test('a limit that a person named is kept by the processes that were not told', () => {
	const told = request({ limit: { calls: 1, windowMs: WINDOW_MS }, isDefault: false });
	const { state } = exchange(EMPTY, told);
	expect(exchange(state, request({ who: 'b' })).answer.granted).toBe(0);
	const later = START + 24 * 3_600_000;
	const wanted = { priority: 'live' as const, calls: 5 };
	expect(exchange(state, request({ who: 'b', now: later, wanted })).answer.granted).toBe(3);
});

test('a state that cannot be read counts as used up', () => {
	const limit = { calls: 3, windowMs: WINDOW_MS };
	const state = readState({ granted: 'many' }, limit, START);
	expect(exchange(state, request()).answer.granted).toBe(0);
	expect(exchange(state, request({ now: START + 2 * WINDOW_MS })).answer.granted).toBe(1);
});

test('the state stays small, however many calls there are', () => {
	let state: BudgetState = EMPTY;
	const limit = { calls: 6_000, windowMs: 60_000 };
	for (let call = 0; call < 5_000; call += 1)
		({ state } = exchange(state, request({ now: START + call * 20, limit })));
	expect(JSON.stringify(state).length).toBeLessThan(8_000);
});
