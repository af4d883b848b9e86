/** The Redtail and Salesforce nodes' resources beside contacts, against the simulators; Wealthbox's: wealthbox-records.test.ts. */
import { NodeApiError, type IDataObject, type INodePropertyOptions } from 'n8n-workflow';
import { Redtail } from '../../../nodes/Redtail/Redtail.node';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import type { Simulator } from '../../simulators/simulator';
import { startRedtailSimulator, startSalesforceSimulator } from '../../simulators';
import { nodeContext } from './node-context';

const byId = (value: unknown) => ({ mode: 'id', value: String(value) });
const mapped = (value: IDataObject) => ({ mappingMode: 'defineBelow', value, schema: [] });

const ALL = ['create', 'delete', 'get', 'getAll', 'update'];

const CRMS = [
	{
		kind: 'redtail',
		node: new Redtail(),
		start: startRedtailSimulator,
		credentials: (url: string) => ({ redtailApi: { baseUrl: url } }),
		headers: ({ credentials: { apiKey, userKey } }: Simulator): Record<string, string> => ({
			Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
		}),
		link: 'linked_contacts',
		/** What is written, what is changed, how the client sees it, and what can be done. */
		resources: {
			opportunity: {
				values: { name: 'Rollover', amount: 5, stage: 'Proposal' },
				changes: { stage: 'Won' },
				shown: { name: 'Rollover', stage: 'Won' },
				operations: ALL,
			},
			task: {
				values: { subject: 'Call', activity_code: 'Task', start_date: '2026-05-08' },
				changes: { completed: true },
				shown: { subject: 'Call', done: true, dueDate: '2026-05-08' },
				operations: ALL,
			},
			event: {
				values: {
					...{ subject: 'Review', activity_code: 'Appointment' },
					...{ start_date: '2026-06-03T18:00:00.000Z', end_date: '2026-06-03T19:00:00.000Z' },
				},
				changes: { location: 'Room 2' },
				shown: { subject: 'Review', location: 'Room 2', startsAt: '2026-06-03T18:00:00.000Z' },
				operations: ALL,
			},
		},
		/** Redtail's notes cannot be changed, and how its families are written is not documented. */
		others: { note: ['create', 'delete', 'get', 'getAll'], household: ['get', 'getAll'] },
	},
	{
		kind: 'salesforce',
		node: new Salesforce(),
		start: startSalesforceSimulator,
		credentials: (url: string) => ({ salesforceFabricOAuth2Api: { instanceUrl: url } }),
		headers: ({ credentials }: Simulator): Record<string, string> => ({
			Authorization: `Bearer ${credentials.accessToken}`,
		}),
		link: 'WhoId',
		resources: {
			task: {
				values: { Subject: 'Call', ActivityDate: '2026-05-08', Priority: 'High' },
				changes: { Status: 'Completed' },
				shown: { subject: 'Call', done: true, dueDate: '2026-05-08', priority: 'High' },
				operations: ALL,
			},
			event: {
				values: {
					...{ Subject: 'Review', StartDateTime: '2026-06-03T18:00:00.000Z' },
					EndDateTime: '2026-06-03T19:00:00.000Z',
				},
				changes: { Location: 'Room 2' },
				shown: { subject: 'Review', location: 'Room 2', startsAt: '2026-06-03T18:00:00.000Z' },
				operations: ALL,
			},
		},
		others: {
			opportunity: ALL,
			note: ALL,
			household: ['addMember', ...ALL.slice(0, 4), 'removeMember', 'update'],
		},
	},
];

describe.each(CRMS)('$kind', (crm) => {
	let simulator: Simulator;
	let ada: string;
	beforeAll(async () => {
		const contacts = [{ type: 'person' as const, firstName: 'Ada', lastName: 'Hollis' }];
		simulator = await crm.start({ contacts });
		ada = simulator.people.list()[0]?.id ?? '';
	});
	afterAll(() => simulator.stop());

	const contextOf = (parameters: Record<string, unknown>) =>
		nodeContext({
			parameters,
			credentials: crm.credentials(simulator.url) as unknown as Record<string, IDataObject>,
			headers: crm.headers(simulator),
		}).context;

	async function run(resource: string, operation: string, more: Record<string, unknown> = {}) {
		const [items = []] = await crm.node.execute.call(contextOf({ resource, operation, ...more }));
		return items.map(({ json }) => json);
	}

	it.each(Object.entries(crm.resources))(
		'%s: created about a client, changed, found, listed and deleted',
		async (resource, { values, changes, shown }) => {
			const fields = mapped({ ...values, [crm.link]: ada } as IDataObject);
			const [made] = await run(resource, 'create', { fields });
			expect(made).toMatchObject({ client: `contact:${ada}` });
			const one = { [`${resource}Id`]: byId(made?.id) };
			await run(resource, 'update', { ...one, fields: mapped(changes as unknown as IDataObject) });
			const [now] = await run(resource, 'get', one);
			expect(now).toMatchObject({ ...shown, client: `contact:${ada}` });
			const listed = await run(resource, 'getAll', { returnAll: true });
			expect(listed.map(({ id }) => id)).toEqual([made?.id]);
			const name = `search${resource === 'opportunity' ? 'Opportunities' : `${resource.charAt(0).toUpperCase()}${resource.slice(1)}s`}`;
			const search = crm.node.methods.listSearch[name];
			const panel = Object.assign(contextOf({}), { getCurrentNodeParameter: () => undefined });
			const { results = [] } = (await search?.call(panel as never)) ?? {};
			expect(results.map(({ value }) => value)).toEqual([String(made?.id)]);
			expect(await run(resource, 'delete', one)).toEqual([{ deleted: true }]);
			await expect(run(resource, 'get', one)).rejects.toBeInstanceOf(NodeApiError);
		},
	);

	it('offers what the CRM lets be done with each resource, and no more', () => {
		const { properties } = crm.node.description;
		const offered = (resource: string) =>
			properties
				.filter(({ name }) => name === 'operation')
				.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource))
				.flatMap(({ options = [] }) => options.map((one) => (one as INodePropertyOptions).value));
		const own = Object.entries(crm.resources).map(([name, { operations }]) => [name, operations]);
		for (const [name, operations] of [...own, ...Object.entries(crm.others)] as Array<
			[string, string[]]
		>)
			expect([name, offered(name)]).toEqual([name, operations]);
	});
});

test('Salesforce: an opportunity of a household, and the household itself', async () => {
	const crm = CRMS[1];
	const simulator = await startSalesforceSimulator({});
	try {
		const run = async (resource: string, operation: string, more: Record<string, unknown>) => {
			const { context } = nodeContext({
				parameters: { resource, operation, ...more },
				credentials: { salesforceFabricOAuth2Api: { instanceUrl: simulator.url } },
				headers: crm?.headers(simulator),
			});
			const [[item] = []] = await new Salesforce().execute.call(context);
			return item?.json ?? {};
		};
		const home = await run('household', 'create', {
			fields: mapped({ Name: 'Hollis', Type: 'Household' }),
		});
		expect(home).toMatchObject({ name: 'Hollis' });
		const deal = await run('opportunity', 'create', {
			fields: mapped({ Name: 'Rollover', AccountId: String(home.id), Amount: 5 }),
		});
		// What Salesforce wants of every opportunity is filled in as the settings say.
		expect(deal).toMatchObject({ name: 'Rollover', stage: 'Prospecting', amount: 5 });
		const one = { householdId: byId(home.id) };
		await run('household', 'update', { ...one, fields: mapped({ Name: 'Hollis Trust' }) });
		expect(await run('household', 'get', one)).toMatchObject({ name: 'Hollis Trust' });
	} finally {
		await simulator.stop();
	}
});
