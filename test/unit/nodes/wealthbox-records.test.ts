/** The Wealthbox node's resources beside contacts, against the simulator. */
import { NodeApiError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { readSettings } from '../../../nodes/shared/trigger/settings';
import type { Simulator } from '../../simulators/simulator';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { FakeTrigger } from './fake-trigger';
import { nodeContext } from './node-context';

const node = new Wealthbox();
const mapped = (value: IDataObject) => ({ mappingMode: 'defineBelow', value, schema: [] });
const byId = (value: unknown) => ({ mode: 'id', value: String(value) });

let simulator: Simulator;
let ada: string;
beforeAll(async () => {
	const person = { type: 'person' as const, firstName: 'Ada', lastName: 'Hollis' };
	simulator = await startWealthboxSimulator({ contacts: [person], switches: { throttle: false } });
	ada = simulator.people.list()[0]?.id ?? '';
});
afterAll(() => simulator.stop());

function contextOf(parameters: Record<string, unknown>) {
	return nodeContext({
		parameters,
		credentials: { wealthboxApi: { baseUrl: simulator.url } },
		headers: { ACCESS_TOKEN: String(simulator.credentials.accessToken) },
	}).context;
}

async function run(resource: string, operation: string, more: Record<string, unknown> = {}) {
	const context = contextOf({ resource, operation, ...more });
	const [items = []] = await node.execute.call(context);
	return items.map(({ json }) => json);
}

test.each([
	[
		'task',
		{ name: 'Call', due_date: '2026-05-08T17:00:00Z', category: 'Follow Up' },
		{ complete: true },
	],
	['note', { content: 'Met.', tags: 'Call, Plan' }, { content: 'Met at noon.' }],
	[
		'event',
		{ title: 'Review', starts_at: '2026-06-03T18:00:00Z', ends_at: '2026-06-03T19:00:00Z' },
		{ state: 'cancelled' },
	],
	[
		'opportunity',
		{
			name: 'Rollover',
			stage: 'Proposal',
			probability: 60,
			amount: 5,
			target_close: '2026-07-31T17:00:00Z',
		},
		{ stage: 'Won', amount: 7 },
	],
	['household', { name: 'Hollis' }, { name: 'Hollis Trust' }],
] as Array<[string, IDataObject, IDataObject]>)(
	'%s: created, changed, found and shown in few fields',
	async (resource, values, changes) => {
		const linked = resource === 'household' ? {} : { linked_to: ada };
		const [made] = await run(resource, 'create', { fields: mapped({ ...values, ...linked }) });
		expect(Object.keys(made ?? {}).length).toBeLessThanOrEqual(10);
		if (resource !== 'household') expect(made?.client).toBe(`contact:${ada}`);
		const one = { [`${resource}Id`]: byId(made?.id) };
		await run(resource, 'update', { ...one, fields: mapped(changes) });
		const [raw] = await run(resource, 'get', { ...one, simplify: false });
		const { stage, amount, ...plain } = changes;
		expect(raw).toMatchObject(plain);
		if (stage !== undefined) expect(raw?.stage_name).toBe(stage);
		if (amount !== undefined) expect(raw?.amounts).toMatchObject([{ amount: String(amount) }]);
		const filters = resource === 'task' ? { completed: true } : { include_closed: true };
		const given = resource === 'task' || resource === 'opportunity' ? { filters } : {};
		const listed = await run(resource, 'getAll', { returnAll: true, ...given });
		expect(listed.map(({ id }) => id)).toContain(made?.id);
		const search = node.methods.listSearch[`search${plural(resource)}`];
		const panel = Object.assign(contextOf({}), { getCurrentNodeParameter: () => resource });
		const { results = [] } = (await search?.call(panel as never)) ?? {};
		if (resource === 'task' || resource === 'opportunity') return;
		expect(results.map(({ value }) => value)).toContain(String(made?.id));
	},
);

function plural(resource: string): string {
	const name = resource === 'opportunity' ? 'opportunities' : `${resource}s`;
	return name.charAt(0).toUpperCase() + name.slice(1);
}

test('what Wealthbox does not let be done is not offered', async () => {
	const operations = (resource: string) =>
		node.description.properties
			.filter(({ name }) => name === 'operation')
			.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource))
			.flatMap(({ options = [] }) =>
				options.map((one) => (one as INodeProperties & { value: string }).value),
			);
	expect(operations('note')).toEqual(['create', 'get', 'getAll', 'update']);
	expect(operations('task')).toEqual(['create', 'delete', 'get', 'getAll', 'update']);
	expect(operations('contact')).toContain('upsert');
	const [task] = await run('task', 'create', { fields: mapped({ name: 'Call', frame: 'today' }) });
	expect(await run('task', 'delete', { taskId: byId(task?.id) })).toEqual([{ deleted: true }]);
	const again = run('task', 'get', { taskId: byId(task?.id) });
	await expect(again).rejects.toBeInstanceOf(NodeApiError);
});

test('the field mapper offers the fields of the chosen resource, the account’s own ones included', async () => {
	const names: Record<string, string> = { resource: 'opportunity', operation: 'create' };
	const panel = Object.assign(contextOf({}), {
		getCurrentNodeParameter: (name: string) => names[name],
	});
	const { fields } = await node.methods.resourceMapping.getRecordFields.call(panel as never);
	const stage = fields.find(({ id }) => id === 'stage');
	expect(stage).toMatchObject({ required: true, type: 'options' });
	expect(stage?.options?.map(({ name }) => name)).toContain('Proposal');
	expect(fields.find(({ id }) => id === 'custom_fields.46')).toMatchObject({ display: true });
});

test('the trigger registers the mappings of the chosen objects alone', () => {
	const settingsFor = (objects?: string[]) => {
		const { functions } = new FakeTrigger({
			parameters: { system: 'wealthbox', objects } as never,
		});
		return readSettings(functions, wealthbox);
	};
	const objectsIn = (objects?: string[]) =>
		new Set(settingsFor(objects).fieldMap.map(({ object = 'contact' }) => object));
	expect(objectsIn()).toEqual(new Set(['contact']));
	expect(settingsFor().fieldMap).toEqual(wealthbox.defaultFieldMap);
	expect(objectsIn(['note', 'task'])).toEqual(new Set(['contact', 'note', 'task']));
	const withHomes = settingsFor(['contact', 'household']);
	expect(withHomes.fieldMap.map(({ field }) => field)).toContain('householdRole');
	expect(withHomes.registration.settings['objects']).toEqual(['contact', 'household']);
});
