/** The contact operations of the CRM nodes against the simulators. */
import { NodeApiError, NodeOperationError, type IDataObject } from 'n8n-workflow';
import { Redtail } from '../../../nodes/Redtail/Redtail.node';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { startSimulators, type Simulators } from '../../simulators';
import type { Simulator } from '../../simulators/simulator';
import { nodeContext, type NodeRun } from './node-context';

const byId = (value: string) => ({ mode: 'id', value });
const mapped = (value: IDataObject) => ({ mappingMode: 'defineBelow', value, schema: [] });

const ADDRESS = 'nathan@example.com';

/** What differs from CRM to CRM: the node, its credential, and the names of a few fields. */
const CRMS = [
	{
		kind: 'wealthbox' as const,
		node: new Wealthbox(),
		credential: 'wealthboxApi',
		headers: ({ credentials }: Simulator) => ({ ACCESS_TOKEN: String(credentials.accessToken) }),
		nathan: { first_name: 'Nathan', last_name: 'Hale' },
		job: (title: string) => ({ job_title: title }),
		match: 'email',
	},
	{
		kind: 'redtail' as const,
		node: new Redtail(),
		credential: 'redtailApi',
		headers: ({ credentials: { apiKey, userKey } }: Simulator) => ({
			Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
		}),
		nathan: { first_name: 'Nathan', last_name: 'Hale' },
		job: (title: string) => ({ job_title: title }),
		match: 'email',
	},
	{
		kind: 'salesforce' as const,
		node: new Salesforce(),
		credential: 'salesforceFabricOAuth2Api',
		headers: ({ credentials }: Simulator) => ({
			Authorization: `Bearer ${credentials.accessToken}`,
		}),
		nathan: { FirstName: 'Nathan', LastName: 'Hale' },
		job: (title: string) => ({ Title: title }),
		match: 'Email',
	},
];

let simulators: Simulators;
beforeAll(async () => {
	simulators = await startSimulators();
});
afterAll(() => simulators.stop());

describe.each(CRMS)('$kind, resource Contact', (crm) => {
	const simulator = () => simulators[crm.kind];

	function contextOf(parameters: Record<string, unknown>, options: Partial<NodeRun> = {}) {
		const { url } = simulator();
		return nodeContext({
			parameters: { resource: 'contact', ...parameters },
			credentials: { [crm.credential]: { baseUrl: url, instanceUrl: url } },
			headers: crm.headers(simulator()),
			...options,
		}).context;
	}

	async function run(parameters: Record<string, unknown>, options: Partial<NodeRun> = {}) {
		const [items = []] = await crm.node.execute.call(contextOf(parameters, options));
		return items;
	}

	async function createNathan(): Promise<string> {
		const [item] = await run({ operation: 'create', fields: mapped(crm.nathan) });
		return String(item?.json.id);
	}

	it('creates a contact and returns it simplified', async () => {
		const [item] = await run({
			operation: 'create',
			fields: mapped({ ...crm.nathan, ...crm.job('Spy') }),
		});
		expect(item).toMatchObject({
			pairedItem: { item: 0 },
			json: { name: 'Nathan Hale', firstName: 'Nathan', lastName: 'Hale', jobTitle: 'Spy' },
		});
		expect(Object.keys(item?.json ?? {})).toHaveLength(10);
		expect(simulator().people.get(String(item?.json.id))?.lastName).toBe('Hale');
	});

	it('updates only the fields that have a value', async () => {
		const id = await createNathan();
		await run({
			operation: 'update',
			contactId: byId(id),
			fields: mapped({ ...crm.job('Captain'), [Object.keys(crm.nathan)[0] as string]: null }),
		});
		expect(simulator().people.get(id)).toMatchObject({ jobTitle: 'Captain', firstName: 'Nathan' });
	});

	it('takes values from the item in automatic mode', async () => {
		const fields = { mappingMode: 'autoMapInputData', value: null, schema: [] };
		const [item] = await run({ operation: 'create', fields }, { items: [{ ...crm.nathan }] });
		expect(item?.json.name).toBe('Nathan Hale');
	});

	it('creates once and updates the next time, by a match field', async () => {
		const parameters = { operation: 'upsert', matchField: crm.match, matchValue: ADDRESS };
		const [first] = await run({ ...parameters, fields: mapped(crm.nathan) });
		const [second] = await run({ ...parameters, fields: mapped(crm.job('Teacher')) });
		expect(first?.json.email).toBe(ADDRESS);
		expect(second?.json).toMatchObject({ id: first?.json.id, jobTitle: 'Teacher', email: ADDRESS });
	});

	it('gets a contact raw or simplified, and lists with a limit', async () => {
		const id = await createNathan();
		const [raw] = await run({ operation: 'get', contactId: byId(id), simplify: false });
		expect(raw?.json).toMatchObject(crm.nathan);
		await createNathan();
		const listed = await run({ operation: 'getAll', returnAll: false, limit: 2 });
		expect(listed).toHaveLength(2);
		const all = await run({ operation: 'getAll', returnAll: true });
		expect(all).toHaveLength(simulator().people.list().length);
	});

	it('deletes', async () => {
		const id = await createNathan();
		expect((await run({ operation: 'delete', contactId: byId(id) }))[0]?.json).toEqual({
			deleted: true,
		});
		expect(simulator().people.get(id)?.deleted ?? true).toBe(true);
	});

	it('says what happened to which item, and what to do', async () => {
		const parameters = { operation: 'get', contactId: byId('003000000000999AAA') };
		const failure = await run(parameters).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(NodeApiError);
		const { message, description, httpCode } = failure as NodeApiError;
		expect(message).toMatch(/\[item 0\]$/);
		expect(description).toBeTruthy();
		expect(httpCode).toBe('404');
	});

	it('goes on with the other items where the node is set to continue', async () => {
		const id = await createNathan();
		const ids = ['003000000000999AAA', id];
		const context = contextOf(
			{ operation: 'get', contactId: { mode: 'id', value: '' } },
			{ items: [{}, {}], continueOnFail: true },
		);
		const ask = context.getNodeParameter.bind(context);
		context.getNodeParameter = ((name: string, index: number, ...rest: []) =>
			name === 'contactId' ? ids[index] : ask(name, index, ...rest)) as typeof ask;
		const [items = []] = await crm.node.execute.call(context);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(items[0]?.error).toBeInstanceOf(NodeApiError);
		expect(items[1]?.json.id).toBe(id);
	});

	it('refuses an empty set of values before it calls the CRM', async () => {
		const calls = () => Object.values(simulator().callCounts()).reduce((sum, n) => sum + n, 0);
		const before = calls();
		const failure = run({ operation: 'create', fields: mapped({}) });
		await expect(failure).rejects.toThrow(NodeOperationError);
		expect(calls()).toBe(before);
	});

	it('offers the fields of the CRM, and the contacts by what is typed', async () => {
		const id = await createNathan();
		const context = contextOf({});
		const panel = Object.assign(context, { getCurrentNodeParameter: () => 'create' });
		const { fields } = await crm.node.methods.resourceMapping.getContactFields.call(panel as never);
		const lastName = fields.find((field) => field.id === Object.keys(crm.nathan)[1]);
		expect(lastName).toMatchObject({ type: 'string', display: true });
		expect(fields.some((field) => field.readOnly)).toBe(fields.some((field) => !field.display));
		const { results } = await crm.node.methods.listSearch.searchContacts.call(
			panel as never,
			'Hale',
		);
		expect(results).toContainEqual(
			expect.objectContaining({ value: id, name: expect.stringContaining('Nathan Hale') }),
		);
	});
});

it('does not write when the match is not clear', async () => {
	const { wealthbox } = simulators;
	const emails = [{ address: 'twin@example.com' }];
	for (const firstName of ['Ann', 'Amy']) {
		wealthbox.people.create({ type: 'person', firstName, lastName: 'Twin', emails });
	}
	const writes = wealthbox.writes().length;
	const { context } = nodeContext({
		parameters: {
			resource: 'contact',
			operation: 'upsert',
			matchField: 'email',
			matchValue: 'twin@example.com',
			fields: mapped({ job_title: 'Twin' }),
		},
		credentials: { wealthboxApi: { baseUrl: wealthbox.url } },
		headers: { ACCESS_TOKEN: String(wealthbox.credentials.accessToken) },
	});
	await expect(new Wealthbox().execute.call(context)).rejects.toThrow(
		/^2 contacts have this value/,
	);
	expect(wealthbox.writes()).toHaveLength(writes);
});

it('asks for a credential that works when the CRM refuses the one it has', async () => {
	const { context } = nodeContext({
		parameters: { resource: 'contact', operation: 'get', contactId: byId('1') },
		credentials: { wealthboxApi: { baseUrl: simulators.wealthbox.url } },
		headers: { ACCESS_TOKEN: 'not-a-token' },
	});
	const failure = await new Wealthbox().execute.call(context).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(NodeApiError);
	expect((failure as NodeApiError).description).toContain('credential');
});

it('says where it looked when nobody answers', async () => {
	const { context } = nodeContext({
		parameters: { resource: 'contact', operation: 'get', contactId: byId('1') },
		credentials: { wealthboxApi: { baseUrl: 'http://127.0.0.1:1' } },
	});
	const failure = await new Wealthbox().execute.call(context).catch((error: unknown) => error);
	expect((failure as NodeApiError).description).toContain('base address');
});
