/** How soon a polled CRM is asked again. */
import { Chance } from '../../test/simulation/chance';
import { fewestPolls } from '../../bench/limits/office-hours';
import { PollPace, type TrafficPattern } from './poll-pace';

const LIMITS = { minPollMs: 4_000, maxPollMs: 60_000 };
const START = Date.parse('2026-03-02T14:00:00Z');
const HOUR = 3_600_000;

/** Polls for some hours; edits come by chance, `perHour` of them. */
function watch(perHour: number, hours: number, pattern: TrafficPattern = {}, from = START) {
	const chance = new Chance(perHour + 1);
	const pace = new PollPace(LIMITS, pattern, from);
	const delays: number[] = [];
	let [at, edits, next] = [from, 0, from];
	const delaysOfEdits: number[] = [];
	while (at < from + hours * HOUR) {
		edits = 0;
		while (perHour > 0 && next <= at) {
			if (next > from) {
				edits += 1;
				delaysOfEdits.push(at - next);
			}
			next += (-Math.log(1 - chance.next()) / perHour) * HOUR;
		}
		const delay = pace.polled({ at, edits, complete: true });
		delays.push(delay);
		at += delay;
	}
	const mean = delaysOfEdits.reduce((sum, ms) => sum + ms, 0) / Math.max(1, delaysOfEdits.length);
	return { polls: delays.length, last: delays.at(-1) ?? 0, delays, meanDelayMs: mean, pattern };
}

test('quiet: slower step by step down to the slowest', () => {
	const { delays, last } = watch(0, 1);
	expect(delays.slice(0, 3)).toEqual([6_000, 9_000, 13_500]);
	expect(last).toBe(60_000);
});

test('after an edit it is quick again at once, and never beyond its limits', () => {
	const pace = new PollPace(LIMITS, {}, START);
	let at = START;
	for (let quiet = 0; quiet < 20; quiet += 1) at += pace.polled({ at, edits: 0, complete: true });
	expect(pace.polled({ at, edits: 1, complete: true })).toBe(4_000);
	expect(pace.polled({ at: at + 1, edits: 0, complete: false })).toBe(4_000);
	const { delays } = watch(500, 2);
	expect(Math.min(...delays)).toBe(4_000);
	expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
});

test('steady traffic keeps it quick between the edits, too', () => {
	const { delays } = watch(60, 3);
	const settled = delays.slice(Math.floor(delays.length / 2));
	expect(Math.max(...settled)).toBeLessThan(8_000);
});

test.each([10, 30, 60])('with %i edits an hour it is near what could be had at best', (perHour) => {
	const hours = 24;
	const { polls, meanDelayMs } = watch(perHour, hours);
	const STEP = 60_000;
	const rates = Array.from({ length: (hours * HOUR) / STEP }, () => perHour / HOUR);
	const fewest = fewestPolls(rates, STEP, { ...LIMITS, meanDelayMs });
	expect(polls / fewest).toBeLessThan(1.25);
});

test('a bulk edit is somebody, not traffic to come', () => {
	const pace = new PollPace(LIMITS, {}, START);
	let at = START + 20 * 60_000;
	pace.polled({ at, edits: 0, complete: true });
	at += pace.polled({ at, edits: 5_000, complete: true });
	for (let quiet = 0; quiet < 30; quiet += 1) at += pace.polled({ at, edits: 0, complete: true });
	expect(pace.polled({ at, edits: 0, complete: true })).toBeGreaterThan(5_000);
});

test('the same hour of the week before is remembered', () => {
	const { pattern } = watch(60, 1);
	const week = 7 * 24 * HOUR;
	const again = new PollPace(LIMITS, pattern, START + week);
	const fresh = new PollPace(LIMITS, {}, START + week);
	const settle = (pace: PollPace) => {
		let [at, delay] = [START + week, 0];
		for (let quiet = 0; quiet < 12; quiet += 1) {
			delay = pace.polled({ at, edits: 0, complete: true });
			at += delay;
		}
		return delay;
	};
	expect(settle(again)).toBeLessThan(settle(fresh) / 3);
});
