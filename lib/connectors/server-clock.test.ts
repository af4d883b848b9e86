import fc from 'fast-check';
import { ServerClock } from './server-clock';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-02T12:00:00.000Z');
const second = (at: number) => Math.floor(at / 1_000) * 1_000;

test('clocks that may agree are taken to agree', () => {
	const clock = new ServerClock(() => NOON);
	expect(clock.toOurs(NOON)).toBe(NOON);
	clock.observe(second(NOON + 40), NOON, NOON + 90);
	expect(clock.toOurs(NOON + 5)).toBe(NOON + 5);
});

test('a clock that is hours off is told by the answers, to the second', () => {
	const skew = fc.integer({ min: -12 * HOUR, max: 12 * HOUR });
	const answer = fc.record({ wait: fc.nat(60_000), sent: fc.nat(400), back: fc.nat(400) });
	fc.assert(
		fc.property(skew, fc.array(answer, { minLength: 1, maxLength: 20 }), (ahead, answers) => {
			const clock = new ServerClock(() => 0);
			let ours = NOON;
			for (const { wait, sent, back } of answers) {
				ours += wait;
				clock.observe(second(ours + sent - ahead), ours, ours + sent + back);
				ours += sent + back;
			}
			expect(Math.abs(clock.toOurs(ours - ahead) - ours)).toBeLessThanOrEqual(1_900);
		}),
	);
});

test('a clock that was set is told anew, and no later change becomes the earlier one', () => {
	const clock = new ServerClock(() => 0);
	clock.observe(second(NOON - HOUR), NOON, NOON + 100);
	const first = clock.toOurs(NOON - HOUR + 10);
	expect(Math.abs(first - NOON)).toBeLessThan(1_200);
	clock.observe(second(NOON + 2_000), NOON + 2_000, NOON + 2_100);
	expect(clock.toOurs(NOON + 2_000)).toBe(NOON + 2_000);
	clock.observe(second(NOON + 2 * HOUR), NOON + 3_000, NOON + 3_100);
	expect(clock.toOurs(NOON + 2 * HOUR)).toBeGreaterThanOrEqual(NOON + 2_000);
});

test('it listens to the answers of the door it is at', async () => {
	let ours = NOON;
	const clock = new ServerClock(() => ours);
	const http = clock.listening(async () => {
		ours += 100;
		return { status: 200, headers: { date: new Date(ours - 3 * HOUR).toUTCString() }, body: null };
	});
	await http({ method: 'GET', url: '/' });
	expect(Math.abs(clock.toOurs(NOON - 3 * HOUR) - NOON)).toBeLessThan(1_200);
});
