/** Deliver of the Salesforce node: a batch of items in as few calls as Salesforce's API allows. */
import type { IDataObject } from 'n8n-workflow';
import { connectors, deliveryReportSchema } from '../../../lib';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import { startSalesforceSimulator, type SalesforceSimulator } from '../../simulators/salesforce';
import { nodeContext, type NodeRun } from './node-context';

let simulator: SalesforceSimulator;

beforeEach(async () => {
	const contacts = Array.from({ length: 30 }, (_, index) => ({ lastName: `Client ${index}` }));
	simulator = await startSalesforceSimulator({ contacts });
});
afterEach(() => simulator.stop());

async function run(items: IDataObject[], options: Partial<NodeRun> = {}) {
	const { context } = nodeContext({
		parameters: { resource: 'fabric', operation: 'deliver', system: 'salesforce' },
		items,
		credentials: { salesforceFabricOAuth2Api: { baseUrl: simulator.url } },
		headers: { Authorization: `Bearer ${simulator.credentials.accessToken}` },
		...options,
	});
	const [delivered = []] = await new Salesforce().execute.call(context);
	return delivered;
}

/** Otherwise a describe tells once an hour how the org keeps its clients. */
const PLAIN = { personAccounts: 'never' };

/** An update of each contact. */
function jobs(settings: IDataObject = {}): IDataObject[] {
	const fieldMap = connectors.get('salesforce')?.defaultFieldMap as unknown as IDataObject[];
	return simulator.people.list().map(({ id }, index) => ({
		...{ deliveryId: index + 1, claimToken: 'claim', attempt: 1, system: 'salesforce' },
		...{ object: 'contact', operation: 'update', unifiedId: `U${index}`, crmId: id },
		...{ changes: { jobTitle: 'Architect' }, desired: { jobTitle: 'Architect' } },
		...{ known: { jobTitle: null }, fieldMap, settings, gonePolicy: 'createAgain' },
		...{ idempotencyKey: `key-${index}`, syncOrigin: 'redtail/contact/7' },
		openedAt: '2026-11-22T08:00:00.000Z',
	}));
}

const calls = () => Object.values(simulator.callCounts()).reduce((sum, count) => sum + count, 0);
const written = () =>
	simulator.people.list().filter(({ jobTitle }) => jobTitle === 'Architect').length;

it('30 updates cost a read and a write, and each item has its result', async () => {
	const delivered = await run(jobs(PLAIN));
	expect(calls()).toBe(2);
	expect(written()).toBe(30);
	for (const [index, { json, pairedItem }] of delivered.entries()) {
		expect(pairedItem).toEqual({ item: index });
		expect(deliveryReportSchema.parse(json).outcome.status).toBe('confirmed');
		expect(json).toMatchObject({
			deliveryId: index + 1,
			crmId: simulator.people.list()[index]?.id,
		});
	}
});

it('deliveries computed under other settings are written under those', async () => {
	const items = jobs(PLAIN).map((item, index) =>
		index < 2 ? { ...item, settings: { ...PLAIN, batchWrites: false } } : item,
	);
	await run(items);
	expect(written()).toBe(30);
	expect(calls()).toBe(2 * 2 + 2);
});

it('settings that cannot be used stop only their own deliveries', async () => {
	const items = jobs().map((item, index) =>
		index === 0 ? { ...item, settings: { apiVersion: 'newest' } } : item,
	);
	const [first, ...others] = await run(items);
	expect(first?.json.outcome).toMatchObject({ status: 'retry', code: 'configuration' });
	expect(others.every(({ json }) => (json.outcome as IDataObject).status === 'confirmed')).toBe(
		true,
	);
});

it('an item that is no delivery does not hold up the others, if the node continues', async () => {
	const items = jobs();
	items[3] = { nothing: 'of use' };
	const delivered = await run(items, { continueOnFail: true });
	expect(written()).toBe(29);
	const refused = delivered.at(-1);
	expect(refused?.pairedItem).toEqual({ item: 3 });
	expect(refused?.json.error).toEqual(expect.stringContaining('The item is no delivery'));
});
