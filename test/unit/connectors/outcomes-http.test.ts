/** What each answer of a polled CRM makes of a delivery: tried again, gone, or final. Over HTTP. */
import type { ConnectorContext } from '../../../lib/connectors/connector';
import type { Fault } from '../../simulators/simulator';
import { jobOf } from './harness';
import { POLLED_CRMS, PolledWorld } from './polled-world';

const CONTACT = { type: 'person' as const, firstName: 'Ivo', lastName: 'Brandt' };

interface Expected {
	status: 'retry' | 'rejected';
	code: string;
	/** The CRM may have written it. */
	outcomeUnknown?: boolean;
	retryAfterMs?: number;
	/** How long the whole system keeps still. */
	pausedMs?: number;
}

/** reference/wealthbox.md, sections 15 and 16; reference/redtail.md, sections 13 and 14. */
const TABLE: Array<[string, Omit<Fault, 'match' | 'times'>, Expected]> = [
	[
		'429 with Retry-After',
		{ kind: 'status', status: 429, headers: { 'Retry-After': '7' } },
		{ status: 'retry', code: '429', outcomeUnknown: false, retryAfterMs: 7_000, pausedMs: 7_000 },
	],
	[
		'429 without',
		{ kind: 'status', status: 429 },
		{ status: 'retry', code: '429', outcomeUnknown: false, pausedMs: 5_000 },
	],
	['500', { kind: 'status', status: 500 }, { status: 'retry', code: '500', outcomeUnknown: true }],
	['502', { kind: 'status', status: 502 }, { status: 'retry', code: '502', outcomeUnknown: true }],
	['503', { kind: 'status', status: 503 }, { status: 'retry', code: '503', outcomeUnknown: true }],
	[
		'503 that says how long',
		{ kind: 'status', status: 503, headers: { 'Retry-After': '60' } },
		{ status: 'retry', code: '503', outcomeUnknown: true, retryAfterMs: 60_000, pausedMs: 60_000 },
	],
	['504', { kind: 'status', status: 504 }, { status: 'retry', code: '504', outcomeUnknown: true }],
	['408', { kind: 'status', status: 408 }, { status: 'retry', code: '408', outcomeUnknown: true }],
	['501', { kind: 'status', status: 501 }, { status: 'rejected', code: '501' }],
	[
		'401, after a refresh',
		{ kind: 'status', status: 401 },
		{ status: 'retry', code: 'auth', outcomeUnknown: false, retryAfterMs: 300_000 },
	],
	['403', { kind: 'status', status: 403 }, { status: 'rejected', code: '403' }],
	[
		'404 for a record that is there',
		{ kind: 'status', status: 404 },
		{ status: 'rejected', code: '404' },
	],
	['400', { kind: 'status', status: 400 }, { status: 'rejected', code: '400' }],
	['409', { kind: 'status', status: 409 }, { status: 'rejected', code: '409' }],
	['412', { kind: 'status', status: 412 }, { status: 'rejected', code: '412' }],
	['422', { kind: 'status', status: 422 }, { status: 'rejected', code: '422' }],
	[
		'a dropped connection',
		{ kind: 'down' },
		{ status: 'retry', code: 'reset', outcomeUnknown: true },
	],
	[
		'no answer although it was done',
		{ kind: 'timeoutAfterCommit' },
		{ status: 'retry', code: 'reset', outcomeUnknown: true },
	],
	[
		'an answer that comes too late',
		{ kind: 'slow', ms: 2_000 },
		{ status: 'retry', code: 'timeout', outcomeUnknown: true },
	],
];

describe.each(POLLED_CRMS)('%s', (_name, connector, startSimulator) => {
	const world = new PolledWorld(connector, startSimulator, [CONTACT]);
	let pauses: number[];
	let context: ConnectorContext;

	beforeEach(async () => {
		await world.start();
		pauses = [];
		context = world.hasty({ verifyBeforeWrite: false });
		context.budget = { ...context.budget, pauseFor: (ms) => pauses.push(ms) };
	});
	afterEach(() => world.stop());

	const update = () => {
		const crmId = world.firstId();
		const changes = { jobTitle: 'Painter' };
		return connector.deliver(context, jobOf(connector, { crmId, changes, desired: changes }));
	};

	test.each(TABLE)('%s', async (_case, fault, { pausedMs, ...expected }) => {
		world.simulator.setFault({ ...fault, match: 'PUT', times: 1 });
		const outcome = await update();
		expect(outcome).toMatchObject(expected);
		if (expected.status === 'retry' && expected.retryAfterMs === undefined)
			expect(outcome).not.toHaveProperty('retryAfterMs');
		expect(pauses).toEqual(pausedMs === undefined ? [] : [pausedMs]);
	});

	test('nobody there to answer: it surely did not arrive', async () => {
		await world.stop();
		const job = jobOf(connector, { crmId: '1', changes: { jobTitle: 'Painter' } });
		expect(await connector.deliver(context, job)).toMatchObject({
			status: 'retry',
			code: 'refused',
			outcomeUnknown: false,
		});
	});

	test('404 for a record that is gone', async () => {
		const crmId = world.firstId();
		world.simulator.people.remove(crmId);
		const job = jobOf(connector, { crmId, changes: { jobTitle: 'Painter' } });
		expect(await connector.deliver(context, job)).toMatchObject({ status: 'gone' });
	});
});
