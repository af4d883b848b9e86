import fc from 'fast-check';
import type { FailureKind, StreamFailure } from './failures';
import { IDLE, reduce, type Command, type Input, type Machine, type Step } from './machine';

const POLICY = { baseMs: 1_000, capMs: 60_000, busyMs: 120_000, limitMs: 600_000 };
const FAILURES: FailureKind[] = [
	'unknownClient',
	'authentication',
	'busy',
	'limit',
	'staleReplay',
	'configuration',
	'session',
	'network',
	'other',
];

const failure = (kind: FailureKind): StreamFailure => ({
	kind,
	message: `The stream failed: ${kind}.`,
});
const failed = (kind: FailureKind, dice = 0.5): Input => ({
	type: 'failed',
	failure: failure(kind),
	dice,
});
const polled = (now: number, hasty = false): Input => ({
	type: 'polled',
	now,
	intervalMs: 0,
	hasty,
});

/** Feeds inputs one after the other; gives the last step and all commands. */
function run(inputs: Input[], from: Machine = IDLE): Step & { commands: Command[] } {
	let step: Step = { machine: from, command: { do: 'nothing' } };
	const commands: Command[] = [];
	for (const input of inputs) {
		step = reduce(step.machine, input, POLICY);
		commands.push(step.command);
	}
	return { ...step, commands };
}

const START: Input = { type: 'start', from: 'cursor', recover: false };
const CONNECTED: Input[] = [
	START,
	{ type: 'handshaken', hasReplayId: true },
	{ type: 'subscribed' },
];

test('the good way: handshake, subscribe after the last event, poll', () => {
	const { commands, machine } = run([...CONNECTED, polled(0), polled(100_000)]);
	expect(commands.map((command) => command.do)).toEqual([
		'handshake',
		'subscribe',
		'connect',
		'connect',
		'connect',
	]);
	expect(commands[1]).toEqual({ do: 'subscribe', from: 'cursor' });
	expect(machine.state).toBe('connected');
});

test('without an event to go on after, it begins at the tip and reads what came before', () => {
	const { commands } = run([
		START,
		{ type: 'handshaken', hasReplayId: false },
		{ type: 'subscribed' },
	]);
	expect(commands.slice(1)).toEqual([{ do: 'subscribe', from: 'tip' }, { do: 'recover' }]);
});

test('the very first run from now on reads nothing', () => {
	const first: Input = { type: 'start', from: 'tip', recover: false };
	const inputs: Input[] = [
		first,
		{ type: 'handshaken', hasReplayId: false },
		{ type: 'subscribed' },
	];
	expect(run(inputs).commands.at(-1)).toEqual({ do: 'connect' });
});

test('a stale replay id: to the tip in the same session, then recover', () => {
	const inputs: Input[] = [
		START,
		{ type: 'handshaken', hasReplayId: true },
		failed('staleReplay'),
		{ type: 'subscribed' },
	];
	expect(run(inputs).commands.slice(2)).toEqual([
		{ do: 'subscribe', from: 'tip' },
		{ do: 'recover' },
	]);
	const refusedTip = [...inputs.slice(0, 3), failed('staleReplay')];
	expect(run(refusedTip).command.do).toBe('wait');
});

test('a refused token: refresh, handshake; refused again: an end', () => {
	const refused = [...CONNECTED, polled(0), failed('authentication')];
	expect(run(refused).command).toEqual({ do: 'refresh' });
	expect(run([...refused, { type: 'refreshed' }]).command).toEqual({
		do: 'handshake',
		freshCookies: true,
	});
	expect(run([...refused, { type: 'refreshed' }, failed('authentication')]).command.do).toBe(
		'fail',
	);
	const healthy: Input[] = [
		{ type: 'refreshed' },
		{ type: 'handshaken', hasReplayId: true },
		{ type: 'subscribed' },
		polled(0),
		polled(1),
	];
	expect(run([...refused, ...healthy, failed('authentication')]).command).toEqual({
		do: 'refresh',
	});
});

test('a refresh that the network stopped is tried again before the next handshake', () => {
	const inputs: Input[] = [
		...CONNECTED,
		failed('authentication'),
		failed('network'),
		{ type: 'waited' },
	];
	expect(run(inputs).command).toEqual({ do: 'refresh' });
});

test.each<[FailureKind, number, number]>([
	['busy', 120_000, 240_000],
	['limit', 600_000, 1_200_000],
	['network', 500, 1_000],
	['unknownClient', 500, 1_000],
])('%s waits between %d and %d ms before the next handshake', (kind, least, most) => {
	for (const dice of [0, 0.999]) {
		const { command, machine } = run([...CONNECTED, failed(kind, dice)]);
		const { ms } = command as Extract<Command, { do: 'wait' }>;
		expect(ms).toBeGreaterThanOrEqual(least);
		expect(ms).toBeLessThanOrEqual(most);
		expect(reduce(machine, { type: 'waited' }, POLICY).command.do).toBe('handshake');
	}
});

test('the backoff grows up to its cap, and begins anew after a healthy session', () => {
	const waits: number[] = [];
	let { machine } = run(CONNECTED);
	for (let round = 0; round < 12; round += 1) {
		const step = reduce(machine, failed('unknownClient', 0), POLICY);
		waits.push((step.command as Extract<Command, { do: 'wait' }>).ms);
		machine = run([{ type: 'waited' }, ...CONNECTED.slice(1)], step.machine).machine;
	}
	expect(waits.slice(0, 3)).toEqual([500, 1_000, 2_000]);
	expect(Math.max(...waits)).toBe(30_000);
	machine = run([polled(0), polled(130_000)], machine).machine;
	const step = reduce(machine, failed('unknownClient', 0), POLICY);
	expect(step.command).toMatchObject({ do: 'wait', ms: 500 });
});

test('the server decides on a longer wait', () => {
	const slow: Input = {
		type: 'failed',
		failure: { ...failure('network'), retryAfterMs: 90_000 },
		dice: 0,
	};
	expect(run([...CONNECTED, slow]).command).toMatchObject({ do: 'wait', ms: 90_000 });
});

test('empty polls that end at once do not become a storm', () => {
	const inputs = [...CONNECTED, ...Array.from({ length: 4 }, () => polled(0, true))];
	expect(run(inputs).command).toMatchObject({ do: 'wait', ms: 1_000 });
	expect(run([...inputs, { type: 'waited' }]).command).toEqual({ do: 'connect' });
});

test('an overflow recovers in the session; a deaf session is left for the tip', () => {
	expect(run([...CONNECTED, { type: 'gap', gap: 'overflow' }]).commands.at(-1)).toEqual({
		do: 'recover',
	});
	const deaf: Input[] = [
		...CONNECTED,
		{ type: 'gap', gap: 'deaf' },
		{ type: 'handshaken', hasReplayId: true },
		{ type: 'subscribed' },
		{ type: 'recovered' },
	];
	expect(run(deaf).commands.slice(-4)).toEqual([
		{ do: 'handshake', freshCookies: true },
		{ do: 'subscribe', from: 'tip' },
		{ do: 'recover' },
		{ do: 'connect' },
	]);
});

/** Inputs that can follow a command: what the driver can report of it. */
function answersTo(command: Command): fc.Arbitrary<Input> {
	const failures = fc.constantFrom(...FAILURES).map((kind) => failed(kind));
	const stop = fc.constant<Input>({ type: 'stop' });
	const good = (...inputs: Input[]) =>
		fc.oneof(
			{ weight: 6, arbitrary: fc.constantFrom(...inputs) },
			{ weight: 4, arbitrary: failures },
			{ weight: 1, arbitrary: stop },
		);
	switch (command.do) {
		case 'handshake':
			return good(
				{ type: 'handshaken', hasReplayId: true },
				{ type: 'handshaken', hasReplayId: false },
			);
		case 'subscribe':
			return good({ type: 'subscribed' });
		case 'connect':
			return good(
				polled(0),
				polled(1, true),
				polled(10_000_000),
				{ type: 'gap', gap: 'deaf' },
				{ type: 'gap', gap: 'overflow' },
			);
		case 'recover':
			return good({ type: 'recovered' });
		case 'refresh':
			return good({ type: 'refreshed' });
		case 'wait':
			return fc.constantFrom<Input>({ type: 'waited' }, { type: 'stop' });
		case 'fail':
		case 'leave':
		case 'nothing':
			return fc.constantFrom<Input>({ type: 'waited' }, START, failed('network'), polled(0));
	}
}

interface Visit {
	input: Input;
	before: Machine;
	after: Machine;
	command: Command;
}

test('whatever happens: no call outside a session, no gap forgotten, no storm, and an end is an end', () => {
	const start = fc.constantFrom<Input>(
		START,
		{ type: 'start', from: 'tip', recover: false },
		{ type: 'start', from: 'tip', recover: true },
		{ type: 'start', from: 'cursor', recover: true },
	);
	fc.assert(
		fc.property(start, fc.gen(), (first, generate) => {
			const visits: Visit[] = [];
			let machine = IDLE;
			let input = first;
			for (let step = 0; step < 60; step += 1) {
				const next = reduce(machine, input, POLICY);
				visits.push({ input, before: machine, after: next.machine, command: next.command });
				machine = next.machine;
				input = generate(() => answersTo(next.command));
			}
			checkLaws(visits);
		}),
		{ numRuns: 500 },
	);
});

/** An independent record of what the server and the fabric know, kept beside the machine. */
function checkLaws(visits: Visit[]): void {
	let hasSession = false;
	let isSubscribed = false;
	let owesRecovery = false;
	let ended = false;
	let refusals = 0;
	visits.forEach(({ input, before, command, after }, index) => {
		if (ended) {
			expect(command).toEqual({ do: 'nothing' });
			return;
		}
		const last = visits[index - 1]?.command;
		if (input.type === 'start') owesRecovery = input.recover;
		if (input.type === 'handshaken') hasSession = true;
		if (input.type === 'subscribed') isSubscribed = true;
		if (input.type === 'gap') owesRecovery = true;
		if (input.type === 'recovered') owesRecovery = false;
		if (
			input.type === 'failed' &&
			before.state === 'subscribing' &&
			input.failure.kind === 'staleReplay'
		)
			owesRecovery = true;
		if (input.type === 'failed' && input.failure.kind === 'authentication') refusals += 1;
		if (command.do === 'handshake') {
			hasSession = isSubscribed = false;
			// Failures never lead to a handshake without a wait or a refresh in between.
			expect(input.type).not.toBe('failed');
		}
		if (command.do === 'subscribe') {
			expect(hasSession).toBe(true);
			const isFirst =
				visits[0]?.input.type === 'start' &&
				visits[0].input.from === 'tip' &&
				!visits.slice(0, index).some((visit) => visit.input.type === 'subscribed');
			if (command.from === 'tip' && !isFirst) owesRecovery = true;
		}
		if (command.do === 'connect') {
			expect(isSubscribed).toBe(true);
			expect(owesRecovery).toBe(false);
		}
		if (command.do === 'recover') expect(isSubscribed).toBe(true);
		if (command.do === 'wait') {
			expect(command.ms).toBeGreaterThan(0);
			expect(command.ms).toBeLessThanOrEqual(2 * POLICY.limitMs);
		}
		if (command.do === 'refresh') expect(refusals).toBeGreaterThan(0);
		if (last?.do === 'refresh' && input.type === 'refreshed') expect(command.do).toBe('handshake');
		if (command.do === 'fail' || command.do === 'leave') {
			expect(after.state).toBe('stopped');
			ended = true;
		}
	});
}
