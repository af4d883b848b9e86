/** What every polled CRM does alike with a delivery, over HTTP. What each does in its own way: NAME-http.test.ts. */
import { sameContent } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { PlainEdit } from '../../simulators/simulator';
import { jobOf, updateJob } from './harness';
import { confirmed, POLLED_CRMS, PolledWorld } from './polled-world';

const ODA: PlainEdit = {
	type: 'person',
	firstName: 'Odalys',
	lastName: 'Brandt',
	jobTitle: 'Architect',
	status: 'Active',
	emails: [{ address: 'oda@brandt.example', kind: 'personal', primary: true }],
};

const IVO: CanonicalFields = {
	type: 'person',
	firstName: 'Ivo',
	lastName: 'Brandt',
	category: 'Client',
	birthDate: '1969-11-02',
	emails: [{ address: 'Ivo@Brandt.example', kind: 'personal', primary: true }],
	phones: [{ number: '+12075550149', kind: 'direct' }],
	addresses: [{ street: '18 Quay Lane', city: 'Portland', state: 'ME', kind: 'home' }],
};

describe.each(POLLED_CRMS)('%s', (_name, connector, startSimulator) => {
	const world = new PolledWorld(connector, startSimulator, [ODA]);
	const { context, firstId, held } = world;

	beforeEach(() => world.start());
	afterEach(() => world.stop());

	test('an edit made there since the last read is not written over', async () => {
		const known = await held(firstId());
		world.simulator.people.edit(firstId(), { jobTitle: 'Painter' });
		const job = updateJob(connector, firstId(), known, { jobTitle: 'Principal' });
		expect(await connector.deliver(context(), job)).toMatchObject({
			status: 'retry',
			code: 'changed-meanwhile',
			outcomeUnknown: false,
		});
		expect(world.simulator.writes()).toEqual([]);
		confirmed(await connector.deliver(context({ verifyBeforeWrite: false }), job));
		expect(world.simulator.people.get(firstId())?.jobTitle).toBe('Principal');
	});

	describe('a value that the CRM does not know', () => {
		const wanted = { category: 'Sailor', jobTitle: 'Principal' };

		test('skip: the rest is written, and known is what the CRM holds', async () => {
			const known = await held(firstId());
			const job = updateJob(connector, firstId(), known, wanted);
			const outcome = confirmed(await connector.deliver(context(), job));
			expect(outcome.known).toEqual({ category: known.category ?? null, jobTitle: 'Principal' });
			expect((await held(firstId())).category ?? null).toEqual(outcome.known.category);
		});

		test('reject: the rest is written, and the field is named', async () => {
			const job = updateJob(connector, firstId(), await held(firstId()), wanted);
			const outcome = await connector.deliver(context({ unknownPicklistValue: 'reject' }), job);
			expect(outcome).toMatchObject({
				status: 'rejected',
				field: 'category',
				known: { jobTitle: 'Principal' },
			});
			expect(outcome).not.toHaveProperty('known.category');
			expect(world.simulator.people.get(firstId())?.jobTitle).toBe('Principal');
		});
	});

	describe('a create', () => {
		const job = () => jobOf(connector, { operation: 'create', desired: IVO, changes: IVO });

		test('writes everything wanted; reading gives what is known', async () => {
			const outcome = confirmed(await connector.deliver(context(), job()));
			expect(sameContent(IVO, outcome.known)).toBe(true);
			expect(sameContent(outcome.known, await held(outcome.crmId))).toBe(true);
		});

		test.each([
			{ kind: 'timeoutAfterCommit', match: 'POST', times: 1 },
			{ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 },
		])('that was done but not answered ($kind) is found again, not repeated', async (fault) => {
			world.simulator.setFault(fault);
			expect(await connector.deliver(world.hasty(), job())).toMatchObject({
				status: 'retry',
				outcomeUnknown: true,
			});
			const outcome = confirmed(await connector.deliver(context(), { ...job(), attempt: 2 }));
			expect(outcome.found).toBe(true);
			expect(sameContent(IVO, outcome.known)).toBe(true);
			expect(world.simulator.people.list()).toHaveLength(2);
		});

		test('whose second try finds nothing creates', async () => {
			const outcome = confirmed(await connector.deliver(context(), { ...job(), attempt: 2 }));
			expect(outcome.found).toBeUndefined();
			expect(world.simulator.people.get(outcome.crmId)?.firstName).toBe('Ivo');
		});
	});

	test('deleting is done when the record is gone', async () => {
		const remove = jobOf(connector, { operation: 'delete', crmId: firstId() });
		expect(confirmed(await connector.deliver(context(), remove)).known).toEqual({});
		expect(world.simulator.people.list()).toEqual([]);
		confirmed(await connector.deliver(context(), remove));
	});

	test('429, 5xx and dropped connections are waited out by the change source', async () => {
		const headers = { 'retry-after': '0' };
		world.simulator.setFault({ kind: 'status', status: 429, times: 1, headers });
		world.simulator.setFault({ kind: 'status', status: 503, times: 1, headers });
		world.simulator.setFault({ kind: 'down', times: 1 });
		const source = world.watch();
		await source.until(() => source.states.at(-1)?.status === 'running');
		const states = source.states.map(({ status }) => status);
		expect(states).toEqual(['waiting', 'waiting', 'waiting', 'running']);
	});
});
