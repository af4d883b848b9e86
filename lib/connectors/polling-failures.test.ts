/** The polling loop: what it does about failures. */
import { Source } from '../../test/unit/connectors/harness';
import { ConfigurationFailure, CrmError } from './connector';
import { AuthenticationFailure, HttpFailure } from './http';
import { Desk, ids } from '../../test/unit/connectors/polled-desk';

let desk: Desk;
let source: Source | undefined;

beforeEach(() => {
	desk = new Desk();
});

afterEach(async () => {
	const running = source;
	source = undefined;
	await running?.stop();
});

describe('failures', () => {
	const status = (code: number, retryAfterMs?: number) =>
		new CrmError(`the CRM answered ${code}`, code, String(code), {
			retryable: code === 429 || code >= 500,
			retryAfterMs,
		});

	test('waits longer each time, never gives up, and loses nothing', async () => {
		source = desk.start();
		await source.rounds(1);
		desk.edit('1', 'Brandt');
		desk.failures = [
			status(503),
			status(503),
			new HttpFailure('slow', 'timeout'),
			...Array.from({ length: 8 }, () => status(500)),
		];
		await source.until(() => (source?.events.length ?? 0) > 0);
		const waits = source.states.flatMap((state) =>
			state.status === 'waiting' ? [state.retryInMs] : [],
		);
		expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
		expect(Math.max(...waits)).toBe(30_000);
		await source.until(() => source?.states.at(-1)?.status === 'running');
	});

	test('429 says itself how long', async () => {
		desk.failures = [status(429, 42_000)];
		source = desk.start();
		await source.rounds(1);
		expect(source.states[0]).toMatchObject({ status: 'waiting', retryInMs: 42_000 });
	});

	test('refused credentials end the source; so does a refusal that repeats', async () => {
		desk.failures = [new AuthenticationFailure('no')];
		await expect(desk.start().ended).rejects.toBeInstanceOf(AuthenticationFailure);
		desk.failures = [status(403), status(503), status(403), status(403), status(403)];
		await expect(desk.start().ended).rejects.toBeInstanceOf(ConfigurationFailure);
		expect(desk.failures).toHaveLength(0);
	});

	test('a batch that was not stored is read again', async () => {
		source = desk.start();
		await source.rounds(1);
		const { batches } = source;
		const push = batches.push.bind(batches);
		let refusals = 2;
		batches.push = (batch) => {
			if (batch.events.length > 0 && (refusals -= 1) >= 0) throw new Error('store is down');
			return push(batch);
		};
		desk.edit('1', 'Brandt');
		await source.until(() => (source?.events.length ?? 0) > 0);
		expect(refusals).toBe(-1);
		expect(ids(source)[0]).toBe('upsert 1');
	});
});
