/** The CRM nodes on n8n's own engine: its parameters, its credentials, its HTTP helper. */
import { deliveryReportSchema } from '../../lib/model/delivery-schema';
import { startWealthboxSimulator } from '../simulators';
import type { Simulator } from '../simulators/simulator';
import { Engine, RUN_LIMIT_MS, START_LIMIT_MS } from './engine/engine';
import { chain, given, type TestNode } from './engine/workflow';

const CREDENTIALS = ['wealthboxApi'];

jest.setTimeout(RUN_LIMIT_MS);

describe('Wealthbox', () => {
	let engine: Engine;
	let simulator: Simulator;

	beforeAll(async () => {
		simulator = await startWealthboxSimulator();
		engine = await Engine.start();
	}, START_LIMIT_MS);
	afterAll(async () => {
		await engine?.stop();
		await simulator?.stop();
	});

	function run(parameters: TestNode['parameters'], items: object[] = [{}], accessToken?: string) {
		const node = { name: 'Wealthbox', type: 'wealthbox', credentials: CREDENTIALS, parameters };
		const token = accessToken ?? simulator.credentials.accessToken;
		const wealthboxApi = { accessToken: token, baseUrl: simulator.url };
		return engine.run(chain(...given(items), node), { wealthboxApi });
	}

	it('gets the contacts that the items name', async () => {
		const people = ['Jane', 'John'].map((firstName) =>
			simulator.people.create({ type: 'person', firstName, lastName: 'Doe' }),
		);
		const contactId = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
		const { output } = await run({ operation: 'get', contactId }, people);
		expect(output('Wealthbox')).toMatchObject([
			{ json: { id: people[0]?.id, name: 'Jane Doe' }, pairedItem: { item: 0 } },
			{ json: { id: people[1]?.id, name: 'John Doe' }, pairedItem: { item: 1 } },
		]);
	});

	it('writes what the field mapper maps', async () => {
		const fields = {
			mappingMode: 'defineBelow',
			value: { first_name: '={{ $json.first }}', last_name: 'Hale', job_title: null },
			matchingColumns: [],
			schema: [],
		};
		const { status, output } = await run({ operation: 'create', fields }, [{ first: 'Nathan' }]);
		expect(status).toBe('success');
		const id = String(output('Wealthbox')[0]?.json.id);
		expect(simulator.people.get(id)).toMatchObject({ firstName: 'Nathan', lastName: 'Hale' });
	});

	it('says what to do when the CRM refuses the token', async () => {
		const contactId = { __rl: true, mode: 'id', value: '1' };
		const { status, error } = await run({ operation: 'get', contactId }, [{}], 'not-a-token');
		expect(status).toBe('error');
		expect(error?.message).toContain('401');
		expect(error?.description).toContain('credential');
	});

	it('delivers, and answers with what Record Result takes', async () => {
		const fields = { type: 'person', firstName: 'Ada', lastName: 'Byron' };
		const job = {
			...{ deliveryId: 7, claimToken: 'token', attempt: 1, system: 'wealthbox', object: 'contact' },
			...{ operation: 'create', unifiedId: 'U1001', crmId: null, known: {} },
			...{ changes: fields, desired: fields, gonePolicy: 'createAgain', idempotencyKey: 'key' },
			...{ syncOrigin: 'redtail/contact/2', openedAt: '2026-11-22T08:00:00.000Z' },
			fieldMap: ['type', 'firstName', 'lastName'].map((field, place) => ({
				field,
				crmField: ['type', 'first_name', 'last_name'][place],
				direction: 'both',
			})),
		};
		const parameters = { resource: 'fabric', operation: 'deliver', system: 'wealthbox' };
		const { output, error } = await run(parameters, [job]);
		expect(error).toBeUndefined();
		const [item] = output('Wealthbox');
		const report = deliveryReportSchema.parse(item?.json);
		expect(report).toMatchObject({ deliveryId: 7, outcome: { status: 'confirmed' } });
		expect(simulator.people.get(String(item?.json.crmId))).toMatchObject({ lastName: 'Byron' });
	});
});
