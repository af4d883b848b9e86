/**
 * The mapper of the triggers' panels as n8n's editor asks for it: over n8n's own REST API, with real
 * credentials, the CRMs' fields from the simulators over HTTP; also when a CRM is down, or refuses the
 * credential.
 */
import type { ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import type { JsonObject } from '../../scripts/n8n-instance';
import { ask, deskWorkflow, endDemo, startDemo, START_LIMIT_MS } from './harness';

jest.setTimeout(START_LIMIT_MS);

const OBJECTS = ['contact', 'household', 'opportunity', 'note', 'task', 'event'];
const STORE = { crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' } };
const WRONG = 'not-the-secret-of-anybody';

const CRMS = [
	{
		...{ kind: 'wealthbox' as const, type: 'wealthboxApi', id: 'demoWealthbox' },
		...{ custom: 'custom_fields.41', job: 'job_title' },
		secret: { accessToken: WRONG },
	},
	{
		...{ kind: 'redtail' as const, type: 'redtailApi', id: 'demoRedtail' },
		...{ custom: 'udfs.12', job: 'job_title' },
		secret: { apiKey: WRONG, signInWith: 'userKey', userKey: WRONG },
	},
	{
		kind: 'salesforce' as const,
		...{ type: 'salesforceFabricClientCredentialsApi', id: 'demoSalesforce' },
		...{ custom: 'Client_Status__c', job: 'Title' },
		secret: { clientId: 'nobody', clientSecret: WRONG },
	},
];
type Crm = (typeof CRMS)[number];

let demo: FabricDemo;

beforeAll(async () => {
	demo = await startDemo({ contacts: 6, switches: { wealthbox: { throttle: false } } });
	await demo.n8n.addWorkflow(deskWorkflow('map-get', { ...MAPPING, operation: 'get' }));
	const save = { operation: 'save', map: '={{ $json.body.map }}', requestedBy: 'Robin' };
	await demo.n8n.addWorkflow(deskWorkflow('map-save', { ...MAPPING, ...save, force: true }));
}, START_LIMIT_MS);
afterAll(async () => await endDemo(demo), 60_000);

const MAPPING = {
	...{ resource: 'mapping', system: '={{ $json.body.system }}', mappingObject: 'contact' },
};

interface Opening {
	object?: string;
	parameters?: JsonObject;
	/** null: none is chosen. */
	credentialId?: string | null;
}

/** What the editor asks when a panel with a mapper is opened. */
async function open(
	{ kind, type, id }: Crm,
	{ object = 'contact', parameters = {}, credentialId = id }: Opening = {},
): Promise<ResourceMapperFields> {
	const label = object.charAt(0).toUpperCase() + object.slice(1);
	const isContact = object === 'contact';
	return (await demo.n8n.api('POST', '/dynamic-node-parameters/resource-mapper-fields', {
		nodeTypeAndVersion: { name: `n8n-nodes-crm-fabric.${kind}Trigger`, version: 1 },
		currentNodeParameters: {
			...{ authentication: type, system: kind, start: 'everything', objects: OBJECTS },
			...{ fieldMapping: 'custom', mappedObjects: [object] },
			...parameters,
		},
		path: `parameters.${isContact ? 'customFieldMap' : `${object}FieldMap`}`,
		methodName: isContact ? 'getMappingFields' : `get${label}MappingFields`,
		credentials: {
			...STORE,
			...(credentialId !== null && { [type]: { id: credentialId, name: 'CRM' } }),
		},
	})) as ResourceMapperFields;
}

const chosen = (fields: ResourceMapperField[]) => fields.filter(({ removed }) => removed !== true);
const valuesOf = ({ options = [] }: ResourceMapperField) => options.map(({ value }) => value);
const messageOf = async (refused: Promise<unknown>) =>
	await refused.then(
		() => '',
		(error: Error) => error.message,
	);
const withRows = {
	customFieldMap: { mappingMode: 'defineBelow', value: {}, schema: [{ id: 'x' }] },
};

describe.each(CRMS)('the mapper of the $kind trigger', (crm) => {
	const simulator = () => demo.simulators[crm.kind];
	const secrets = () => [WRONG, ...Object.values(simulator().credentials)];
	afterEach(() => simulator().clearFaults());

	/** Nothing in a text that people see may be a credential. */
	function expectNoSecret(text: string): void {
		for (const secret of secrets().filter(({ length }) => length > 5))
			expect(text).not.toContain(secret);
	}

	it("shows the CRM's own fields, the default map chosen, custom fields to be added", async () => {
		const { fields, emptyFieldsNotice } = await open(crm);
		expect(emptyFieldsNotice).toBeUndefined();
		expect(fields.find(({ id }) => id === crm.job)).toMatchObject({
			...{ removed: false, type: 'options', defaultValue: 'jobTitle' },
		});
		const custom = fields.find(({ id }) => id === crm.custom);
		expect(custom).toMatchObject({ removed: true, displayName: expect.stringMatching(/\w+/) });
		expect(valuesOf(custom as ResourceMapperField)).toContainEqual(
			expect.stringMatching(/^custom\./),
		);
		for (const field of chosen(fields)) expect(valuesOf(field)).toContain(field.defaultValue);
	});

	it.each(OBJECTS.slice(1))('shows the fields of the object %s in the same way', async (object) => {
		const { fields } = await open(crm, { object });
		expect(chosen(fields).length).toBeGreaterThan(0);
		for (const field of chosen(fields)) expect(valuesOf(field)).toContain(field.defaultValue);
		const required = fields.filter((field) => field.required).map((field) => field.defaultValue);
		expect(required).toEqual(object === 'household' ? [] : [expect.stringMatching(/^client/)]);
	});

	it('lists the fields of all chosen objects for directions and forms', async () => {
		const options = (await demo.n8n.api('POST', '/dynamic-node-parameters/options', {
			nodeTypeAndVersion: { name: `n8n-nodes-crm-fabric.${crm.kind}Trigger`, version: 1 },
			currentNodeParameters: {
				...{ authentication: crm.type, system: crm.kind, start: 'everything' },
				objects: ['contact', 'task'],
			},
			path: 'parameters.fieldDirections.field[0].crmField',
			methodName: 'getCrmFields',
			credentials: { ...STORE, [crm.type]: { id: crm.id, name: 'CRM' } },
		})) as Array<{ name: string; value: string }>;
		const named = (prefix: string) => options.filter(({ name }) => name.startsWith(prefix));
		expect(named('Contact: ').map(({ value }) => value)).toContain(crm.job);
		expect(named('Task: ').every(({ value }) => value.startsWith('task:'))).toBe(true);
		expect(named('Task: ').length).toBeGreaterThan(0);
	});

	it('says in place of rows that the CRM is down, and takes no rows away', async () => {
		simulator().setFault({ kind: 'down' });
		const { fields, emptyFieldsNotice = '' } = await open(crm);
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(/^The fields of \w+ cannot be read at the moment\. /);
		expectNoSecret(emptyFieldsNotice);
		const refused = open(crm, { parameters: withRows });
		await expect(refused).rejects.toThrow(emptyFieldsNotice.slice(0, 40));
		expectNoSecret(await messageOf(refused));
	});

	it('says in place of rows that no account is chosen yet', async () => {
		const { emptyFieldsNotice } = await open(crm, { credentialId: null });
		expect(emptyFieldsNotice).toMatch(/^Choose the \w+ account first\.$/);
	});

	it('says in place of rows that the credential is refused', async () => {
		const name = `${crm.kind} (wrong)`;
		const baseUrl = simulator().url;
		const address = crm.kind === 'salesforce' ? { myDomainUrl: baseUrl } : { baseUrl };
		const data = { ...address, ...crm.secret };
		const { id: credentialId } = (await demo.n8n.api('POST', '/credentials', {
			...{ name, type: crm.type, data },
		})) as { id: string };
		const { fields, emptyFieldsNotice = '' } = await open(crm, { credentialId });
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(/credential/i);
		expectNoSecret(emptyFieldsNotice);
		const refused = open(crm, { credentialId, parameters: withRows });
		await expect(refused).rejects.toThrow(/credential/i);
		expectNoSecret(await messageOf(refused));
	});

	it('begins with what was saved elsewhere, and shows it beside a panel that says something else', async () => {
		const [view] = await ask(demo, 'map-get', { system: crm.kind });
		const before = view?.map as Array<{ crmField: string; field: string }>;
		const map = before.map((one) =>
			one.crmField === crm.job ? { ...one, field: 'custom.role' } : one,
		);
		await ask(demo, 'map-save', { system: crm.kind, map });
		const { fields } = await open(crm);
		const row = fields.find(({ id }) => id === crm.job);
		expect(row).toMatchObject({
			displayName: expect.stringContaining('(in force: Custom: '),
			defaultValue: 'custom.role',
		});
		expect(row?.options?.map(({ name }) => name)).toContainEqual(
			expect.stringMatching(/^Custom: .* \(in force: version 2, Robin, \d{4}-\d\d-\d\d\)$/),
		);
		const [after] = await ask(demo, 'map-get', { system: crm.kind });
		expect(after?.panel).toMatchObject({ isInForce: false, differences: [{ crmField: crm.job }] });
	});
});
