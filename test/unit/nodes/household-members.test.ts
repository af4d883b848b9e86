/** Add Member and Remove Member of the Household resource, against the simulators. */
import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';
import { Redtail } from '../../../nodes/Redtail/Redtail.node';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { startSimulators, type Simulators } from '../../simulators';
import type { Simulator } from '../../simulators/simulator';
import { nodeContext } from './node-context';

const byId = (value: unknown) => ({ mode: 'id', value: String(value) });
const mapped = (value: IDataObject) => ({ mappingMode: 'defineBelow', value, schema: [] });

const bearer = ({ credentials }: Simulator) => ({
	Authorization: `Bearer ${credentials.accessToken}`,
});
const WEALTHBOX = {
	kind: 'wealthbox' as const,
	node: new Wealthbox(),
	credential: 'wealthboxApi',
	headers: ({ credentials }: Simulator) => ({ ACCESS_TOKEN: String(credentials.accessToken) }),
	person: { first_name: 'Ada', last_name: 'Hollis' },
	household: (name: string) => ({ name }),
	/** Where the contact is, as the CRM says it. */
	homeOf: ({ household }: IDataObject) => (household as IDataObject | null)?.id ?? null,
	held: 'Spouse' as string | null,
	/** Of whom no role is said: who is in the household already keeps the one that is there. */
	usual: 'Spouse' as string | null,
};
const SALESFORCE = {
	kind: 'salesforce' as const,
	node: new Salesforce(),
	credential: 'salesforceFabricOAuth2Api',
	headers: bearer,
	person: { FirstName: 'Ada', LastName: 'Hollis' },
	household: (Name: string) => ({ Name, Type: 'Household' }),
	homeOf: ({ AccountId }: IDataObject) => AccountId ?? null,
	// Without Financial Services Cloud there are no roles.
	held: null as string | null,
	usual: null as string | null,
};
const REDTAIL = {
	kind: 'redtail' as const,
	node: new Redtail(),
	credential: 'redtailApi',
	headers: ({ credentials: { apiKey, userKey } }: Simulator) => ({
		Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
	}),
};

let simulators: Simulators;
beforeAll(async () => {
	simulators = await startSimulators();
});
afterAll(() => simulators.stop());

interface Crm {
	kind: 'wealthbox' | 'redtail' | 'salesforce';
	credential: string;
	headers: (simulator: Simulator) => Record<string, string>;
}

function contextOf(crm: Crm, parameters: Record<string, unknown>) {
	const simulator: Simulator = simulators[crm.kind];
	const { url } = simulator;
	return nodeContext({
		parameters,
		credentials: { [crm.credential]: { baseUrl: url, instanceUrl: url } },
		headers: crm.headers(simulator),
	}).context;
}

describe.each([WEALTHBOX, SALESFORCE])('$kind', (crm) => {
	async function run(resource: string, operation: string, more: Record<string, unknown>) {
		const context = contextOf(crm, { resource, operation, simplify: false, ...more });
		const [[item] = []] = await crm.node.execute.call(context);
		return item?.json ?? {};
	}
	const idOf = ({ id, Id }: IDataObject) => String(id ?? Id);
	const made = async (resource: string, values: IDataObject) =>
		idOf(await run(resource, 'create', { fields: mapped(values) }));
	const move = (operation: string, contact: string, household: string, role = '') =>
		run('household', operation, {
			...{ contactId: byId(contact), householdId: byId(household), role },
		});
	const homeOf = async (contact: string) =>
		crm.homeOf(await run('contact', 'get', { contactId: byId(contact) }));

	it('makes a contact a member, with a role where the CRM keeps them; moves it, and takes it out', async () => {
		const ada = await made('contact', crm.person);
		const [first, second] = [
			await made('household', crm.household('Hollis')),
			await made('household', crm.household('Marsh')),
		];
		const joined = { contactId: ada, householdId: first, role: crm.held };
		expect(await move('addMember', ada, first, 'Spouse')).toEqual(joined);
		expect(String(await homeOf(ada))).toBe(first);
		expect(await move('addMember', ada, second, 'Spouse')).toMatchObject({ householdId: second });
		expect(String(await homeOf(ada))).toBe(second);
		await expect(move('removeMember', ada, first)).rejects.toThrow('does not belong');
		expect(await move('addMember', ada, second)).toMatchObject({ role: crm.usual });
		const alone = { contactId: ada, householdId: null, role: null };
		expect(await move('removeMember', ada, second)).toEqual(alone);
		expect(await homeOf(ada)).toBeNull();
	});

	it('says what is not there', async () => {
		const home = await made('household', crm.household('Quint'));
		const gone = await made('contact', crm.person);
		await run('contact', 'delete', { contactId: byId(gone) });
		await expect(move('addMember', gone, home)).rejects.toThrow(/no contact|no such|gone/i);
	});
});

it('refuses a role that Wealthbox does not know before it writes anything', async () => {
	const before = simulators.wealthbox.writes().length;
	const ada = simulators.wealthbox.people.list()[0]?.id ?? '';
	const context = contextOf(WEALTHBOX, {
		...{ resource: 'household', operation: 'addMember', role: 'Chauffeur' },
		...{ contactId: byId(ada), householdId: byId('1') },
	});
	await expect(WEALTHBOX.node.execute.call(context)).rejects.toThrow('no such role');
	expect(simulators.wealthbox.writes()).toHaveLength(before);
});

it('is not offered in Redtail, which does not document how families are written', () => {
	const offered = REDTAIL.node.description.properties
		.filter(({ name, displayOptions }) => {
			return name === 'operation' && displayOptions?.show?.resource?.includes('household');
		})
		.flatMap(({ options = [] }) => options.map((one) => (one as INodePropertyOptions).value));
	expect(offered).toEqual(['get', 'getAll']);
});

it.each([
	['wealthbox', WEALTHBOX, ['household.title']],
	['redtail', REDTAIL, ['family', 'family_role']],
	['salesforce', SALESFORCE, ['AccountContactRelation.Roles']],
])('%s: the fields of a contact leave out what only an operation writes', async (_, crm, names) => {
	const panel = Object.assign(contextOf(crm, {}), { getCurrentNodeParameter: () => 'contact' });
	const { getRecordFields } = crm.node.methods.resourceMapping;
	const { fields } = await getRecordFields.call(panel as never);
	expect(fields.length).toBeGreaterThan(10);
	expect(fields.map(({ id }) => id).filter((id) => names.includes(id))).toEqual([]);
});
