/** The Note resource of the Salesforce node: classic and enhanced notes, against the simulator. */
import { NodeApiError, type IDataObject } from 'n8n-workflow';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import type { Simulator } from '../../simulators/simulator';
import { startSalesforceSimulator } from '../../simulators/salesforce';
import { nodeContext } from './node-context';

const node = new Salesforce();
const byId = (value: unknown) => ({ mode: 'id', value: String(value) });
const mapped = (value: IDataObject) => ({ mappingMode: 'defineBelow', value, schema: [] });
const ENHANCED = { options: { noteFormat: 'enhanced' } };

let simulator: Simulator;
let ada: string;
let ben: string;
beforeAll(async () => {
	const contacts = ['Hollis', 'Marsh'].map((lastName) => ({ lastName }));
	simulator = await startSalesforceSimulator({ contacts, switches: { enhancedNotes: true } });
	[ada = '', ben = ''] = simulator.people.list().map(({ id }) => id);
});
afterAll(() => simulator.stop());

function contextOf(parameters: Record<string, unknown>) {
	return nodeContext({
		parameters: { resource: 'note', ...parameters },
		credentials: { salesforceFabricOAuth2Api: { instanceUrl: simulator.url } },
		headers: { Authorization: `Bearer ${simulator.credentials.accessToken}` },
	}).context;
}

async function run(operation: string, more: Record<string, unknown> = {}) {
	const [items = []] = await node.execute.call(contextOf({ operation, ...more }));
	return items.map(({ json }) => json);
}

const create = async (values: IDataObject, more: object = {}) =>
	(await run('create', { fields: mapped(values), ...more }))[0] ?? {};

describe.each([
	['classic', '002', {}],
	['enhanced', '069', ENHANCED],
] as const)('%s notes', (_kind, prefix, more) => {
	it('are made, found by id, listed by client, changed and deleted', async () => {
		const made = await create({ ParentId: ada, Title: 'Review', Body: 'Met & agreed.' }, more);
		expect(made).toMatchObject({ client: `contact:${ada}`, text: 'Met & agreed.' });
		expect(String(made.id)).toMatch(new RegExp(`^${prefix}`));
		await create({ ParentId: ben, Title: 'Other', Body: 'Said.' }, more);
		const one = { noteId: byId(made.id) };
		await run('update', { ...one, fields: mapped({ Body: 'Met.\nNext: June.' }) });
		const [raw] = await run('get', { ...one, simplify: false });
		expect(raw).toMatchObject({ Title: 'Review', Body: 'Met.\nNext: June.', ParentId: ada });
		const listed = { returnAll: true, simplify: false, ...more };
		const ofAda = await run('getAll', { ...listed, filters: { ParentId: ada } });
		expect(ofAda.map(({ Id, Body }) => [Id, Body])).toEqual([[made.id, 'Met.\nNext: June.']]);
		expect(await run('getAll', listed)).toHaveLength(2);
		const [newest] = await run('getAll', { returnAll: false, limit: 1, ...more });
		expect(newest).toBeDefined();
		const search = node.methods.listSearch['searchNotes'];
		const { options } = { options: {}, ...more };
		const asked = (name: string) => (name === 'options' ? options : undefined);
		const panel = Object.assign(contextOf({}), { getCurrentNodeParameter: asked });
		const { results = [] } = (await search?.call(panel as never)) ?? {};
		expect(results.map(({ value }) => value)).toContain(made.id);
		expect(await run('delete', one)).toEqual([{ deleted: true }]);
		await expect(run('get', one)).rejects.toBeInstanceOf(NodeApiError);
	});
});
