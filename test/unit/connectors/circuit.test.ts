/** The circuit breaker: as a state machine, shared between processes, and as deliveries feel it. */
import { budgetPort } from '../../../lib/store/budget-port';
import { Circuit, CIRCUIT_OPEN, guarded } from '../../../lib/connectors/circuit';
import {
	CLOSED,
	enter,
	failed,
	FAILURES_TO_OPEN,
	mostToHandOut,
	released,
	statusOf,
	type CircuitState,
} from '../../../lib/connectors/circuit-state';
import { refunded } from '../../../lib/delivery/refund';
import { HttpFailure, type HttpPort, type HttpResponse } from '../../../lib/connectors/http';
import { createRest } from '../../../lib/connectors/rest';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { contextOf } from './harness';
import { snapshot, START, TestHub } from '../support/hub';

const DOWN = { reason: 'It answered 503.' };

function afterFailures(count: number, at = START): CircuitState {
	let state = CLOSED;
	for (let failure = 0; failure < count; failure += 1) state = failed(state, DOWN, at);
	return state;
}

describe('the state', () => {
	test('opens after so many failures in a row, and not before', () => {
		expect(statusOf(afterFailures(FAILURES_TO_OPEN - 1), START)).toBe('closed');
		const open = afterFailures(FAILURES_TO_OPEN);
		expect(statusOf(open, START)).toBe('open');
		expect(enter(open, 'a', START).waitMs).toBe(5_000);
		expect(mostToHandOut(open, START)).toBe(0);
	});

	test('lets one probe through when its time has come, and another if that one vanishes', () => {
		const open = afterFailures(FAILURES_TO_OPEN);
		const later = START + 5_000;
		expect(statusOf(open, later)).toBe('half-open');
		expect(mostToHandOut(open, later)).toBe(1);
		const probed = enter(open, 'a', later);
		expect(probed.waitMs).toBe(0);
		expect(enter(probed.state, 'b', later).waitMs).toBeGreaterThan(0);
		expect(mostToHandOut(probed.state, later)).toBe(0);
		expect(enter(released(probed.state, 'a'), 'b', later).waitMs).toBe(0);
		expect(enter(probed.state, 'b', later + 60_000).waitMs).toBe(0);
	});

	test('stays open twice as long after each failed probe, up to a minute, or as the CRM asks', () => {
		let state = afterFailures(FAILURES_TO_OPEN);
		const opened: number[] = [];
		for (let probe = 0; probe < 6; probe += 1) {
			const at = state.until ?? 0;
			opened.push(at - START);
			state = failed(enter(state, 'a', at).state, DOWN, at);
		}
		expect(opened.map((at, index) => at - (opened[index - 1] ?? 0))).toEqual([
			5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
		]);
		const asked = failed(
			afterFailures(FAILURES_TO_OPEN - 1),
			{ ...DOWN, retryAfterMs: 90_000 },
			START,
		);
		expect(enter(asked, 'a', START).waitMs).toBe(90_000);
		const tooMuch = failed(state, { ...DOWN, retryAfterMs: 1e12 }, state.until ?? 0);
		expect(enter(tooMuch, 'a', state.until ?? 0).waitMs).toBeLessThanOrEqual(30 * 60_000);
	});

	test('late failures of calls that were under way do not prolong it', () => {
		const open = afterFailures(FAILURES_TO_OPEN);
		expect(failed(open, DOWN, START + 1_000).until).toBe(open.until);
	});
});

describe('tries that do not count', () => {
	const outcome = (code: string, outcomeUnknown = false) =>
		({ status: 'retry', reason: '', code, outcomeUnknown }) as const;

	test.each([
		['was not sent', CIRCUIT_OPEN, false, false, 3, 2],
		['was not sent, first try', CIRCUIT_OPEN, false, false, 1, 0],
		['found no budget', 'budget', false, false, 2, 1],
		['no answer, CRM down', '503', false, true, 5, 4],
		['no answer, CRM down, may be done', 'timeout', true, true, 1, 1],
		['no answer, CRM up', '503', false, false, 5, undefined],
		['refused, CRM down', '422', false, true, 5, undefined],
	])('%s', (_, code, unknown, isDown, attempts, expected) => {
		expect(refunded({ attempts }, outcome(code, unknown), isDown)).toBe(expected);
	});
});

describe('two processes on one store', () => {
	let hub: TestHub;

	beforeEach(async () => {
		hub = await TestHub.open(['wealthbox']);
	});

	afterEach(() => hub.close());

	interface Side {
		call: () => Promise<string>;
		made: number;
	}

	function side(who: string, answer: () => HttpResponse): Side {
		const one: Side = { made: 0, call: async () => '' };
		const http: HttpPort = async () => {
			one.made += 1;
			const response = answer();
			if (response.status === 0) throw new HttpFailure('the CRM could not be reached', 'refused');
			return Promise.resolve(response);
		};
		const port = budgetPort(hub.store, { now: () => hub.now });
		const clock = { now: () => hub.now, sleep: () => Promise.resolve() };
		const circuit = new Circuit({
			port,
			system: 'wealthbox',
			crm: 'Wealthbox',
			now: clock.now,
			who,
		});
		const context = guarded(contextOf(wealthbox, http, {}, clock), circuit);
		const rest = createRest(context, { crm: 'Wealthbox' });
		one.call = () =>
			rest.call({ method: 'GET', path: '/me' }).then(
				() => 'ok',
				(error: Error & { code?: string }) => error.code ?? error.message,
			);
		return one;
	}

	test('share failures, the opening, and the one probe that closes it again', async () => {
		let status = 503;
		const answer = () => ({ status, headers: {}, body: {} });
		const [first, second] = [side('first', answer), side('second', answer)];
		for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) await first.call();
		expect(await first.call()).toBe(CIRCUIT_OPEN);
		expect(first.made).toBe(FAILURES_TO_OPEN);
		// The other process finds out with its first call.
		expect([await second.call(), await second.call()]).toEqual(['503', CIRCUIT_OPEN]);
		expect((await hub.fabric.desk.metrics()).circuits).toMatchObject([
			{ system: 'wealthbox', status: 'open', reason: 'It answered 503.' },
		]);
		hub.now += 5_000;
		status = 200;
		const before = first.made + second.made;
		const probes = await Promise.all([first.call(), first.call(), second.call()]);
		expect(probes.filter((result) => result === 'ok')).toHaveLength(1);
		expect(first.made + second.made).toBe(before + 1);
		hub.now += 5_000;
		expect([await first.call(), await second.call()]).toEqual(['ok', 'ok']);
		expect((await hub.fabric.desk.metrics()).circuits).toEqual([]);
	});

	test('answers of a CRM that is up keep it closed: refusals, missing records, credentials', async () => {
		const answers = [401, 404, 422, 501];
		let next = 0;
		const only = side('one', () => ({
			status: answers[next++ % answers.length] ?? 0,
			headers: {},
			body: {},
		}));
		for (let call = 0; call < 3 * answers.length; call += 1) await only.call();
		expect(only.made).toBe(3 * answers.length);
	});

	test('a CRM that cannot be reached opens it, too', async () => {
		const only = side('one', () => ({ status: 0, headers: {}, body: {} }));
		for (let call = 0; call < FAILURES_TO_OPEN + 3; call += 1) await only.call();
		expect(only.made).toBe(FAILURES_TO_OPEN);
	});
});

describe('deliveries to a CRM that is down', () => {
	let hub: TestHub;

	beforeEach(async () => {
		hub = await TestHub.open(['wealthbox', 'redtail']);
	});

	afterEach(() => hub.close());

	test('wait without burning their tries, and one goes out as the probe', async () => {
		for (const [index, name] of ['Brandt', 'Okafor', 'Petersen'].entries())
			await hub.take(snapshot('redtail', `R${index}`, { lastName: name, type: 'person' }));
		const port = budgetPort(hub.store, { now: () => hub.now });
		const circuit = new Circuit({
			port,
			system: 'wealthbox',
			crm: 'Wealthbox',
			now: () => hub.now,
		});
		const [job] = await hub.fabric.claim('wealthbox', 1);
		for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) await circuit.failed(DOWN);
		expect(await hub.fabric.claim('wealthbox', 10)).toEqual([]);
		const { deliveryId = 0, claimToken = '' } = job ?? {};
		const outcome = {
			status: 'retry',
			reason: 'down',
			code: '503',
			outcomeUnknown: false,
		} as const;
		await hub.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
		hub.now += 60_000;
		const probe = await hub.fabric.claim('wealthbox', 10);
		expect(probe).toMatchObject([{ attempt: 1 }]);
		await circuit.succeeded();
		const others = await hub.fabric.claim('wealthbox', 10);
		expect(others.map(({ attempt }) => attempt)).toEqual([1, 1]);
	});
});
