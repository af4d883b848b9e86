/**
 * What goes wrong at a firm: each gives an error in n8n that says what to do, nothing is lost, and a
 * retry after the repair succeeds.
 */
import { join } from 'node:path';
import { CRMS, primaryEmail } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { WORKFLOW_ID, type Template } from '../../scripts/demo/template';
import type { JsonObject } from '../../scripts/n8n-instance';
import {
	ask,
	deskWorkflow,
	endDemo,
	START_LIMIT_MS,
	startDemo,
	until,
	WAIT_LIMIT_MS,
} from './harness';

const BREAKER = 'Careless Code';
const FABRIC_ID = 'Fabric_Id__c';

jest.setTimeout(START_LIMIT_MS * 2);

let demo: FabricDemo;

beforeAll(async () => {
	demo = await startDemo({
		contacts: 8,
		seed: 5,
		adapt: (template) => withExternalId(withBreaker(template)),
	});
	await demo.n8n.addWorkflow(
		deskWorkflow('letters', { resource: 'deadLetter', operation: 'getAll', returnAll: true }),
	);
	await demo.n8n.addWorkflow(
		deskWorkflow('retry', {
			resource: 'deadLetter',
			operation: 'retry',
			deadLetterId: { __rl: true, mode: 'id', value: '={{ $json.body.id }}' },
		}),
	);
	await until('all CRMs hold all clients', () =>
		CRMS.every((crm) => demo.simulators[crm].people.list().length === 8),
	);
}, START_LIMIT_MS + WAIT_LIMIT_MS);

afterAll(() => endDemo(demo), 60_000);

test('an event that fails its schema: error in n8n, dead letter, retry after the repair', async () => {
	const contact = demo.simulators.wealthbox.people.list()[0];
	const email = contact === undefined ? '' : primaryEmail(contact);
	demo.simulators.wealthbox.people.edit(contact?.id ?? '', { lastName: 'Breakme' });
	const letter = await openLetter('does not fit a change event');
	expect(letter.reason).toContain('birthDate');
	expect(await newestError()).toMatch(/does not fit a change event.*birthDate/s);
	expect(lastNames(email)).not.toEqual(['Breakme', 'Breakme', 'Breakme']);

	const workflow = (await demo.n8n.api('GET', `/workflows/${WORKFLOW_ID}`)) as Template & {
		versionId: string;
	};
	const nodes = workflow.nodes.map((node) =>
		node.name === BREAKER ? { ...node, disabled: true } : node,
	);
	await demo.n8n.api('PATCH', `/workflows/${WORKFLOW_ID}`, {
		nodes,
		connections: workflow.connections,
		versionId: workflow.versionId,
	});
	await demo.n8n.publish(WORKFLOW_ID);
	await demo.n8n.published(WORKFLOW_ID);
	await ask(demo, 'retry', { id: letter.deadLetterId });
	await until('the change is in every CRM', () =>
		lastNames(email).every((name) => name === 'Breakme'),
	);
});

test('a CRM field that no longer exists: dead letter that names it, retry after the repair', async () => {
	const { salesforce, wealthbox } = demo.simulators;
	await setSwitch({ externalIdField: false });
	wealthbox.people.create({
		type: 'person',
		firstName: 'Vera',
		lastName: 'Vanished',
		emails: [{ address: 'vera@demo.example', kind: 'work', primary: true }],
	});
	const letter = await openLetter(FABRIC_ID);
	expect(letter).toMatchObject({ kind: 'delivery', system: 'salesforce' });
	expect(await newestError()).toContain('salesforce');

	await setSwitch({ externalIdField: true });
	await ask(demo, 'retry', { id: letter.deadLetterId });
	const arrived = () =>
		salesforce.people.list().filter((one) => primaryEmail(one) === 'vera@demo.example');
	await until('the client is in Salesforce', () => arrived().length > 0);
	expect(arrived()).toHaveLength(1);
});

test('wrong credentials: the trigger does not start and says what to do', async () => {
	const { id } = (await demo.n8n.api('POST', '/credentials', {
		name: 'Wrong Wealthbox',
		type: 'wealthboxApi',
		data: { accessToken: 'no-such-token', baseUrl: demo.simulators.wealthbox.url },
	})) as { id: string };
	const refused = demo.n8n.addWorkflow({
		name: 'Wrong credentials',
		active: false,
		settings: { executionOrder: 'v1' },
		connections: {},
		nodes: [
			{
				id: 'trigger',
				name: 'Wealthbox Trigger',
				type: 'n8n-nodes-crm-fabric.wealthboxTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { system: 'wealthbox-two' },
				credentials: {
					wealthboxApi: { id, name: 'Wrong Wealthbox' },
					crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' },
				},
			},
		],
	});
	await expect(refused).rejects.toThrow(
		/did not accept the credential.*Open the Wealthbox credential/s,
	);
});

test('a store file that cannot be written: the error names the file and says what to do', async () => {
	const { id } = (await demo.n8n.api('POST', '/credentials', {
		name: 'Unwritable store',
		type: 'crmFabricStoreApi',
		data: { type: 'sqlite', filePath: join('/dev/null', 'crm-fabric.sqlite') },
	})) as { id: string };
	const workflow = deskWorkflow('unwritable', {
		resource: 'metrics',
		operation: 'get',
	}) as unknown as Template;
	const nodes = workflow.nodes.map((node) =>
		node.name === 'CRM Fabric'
			? { ...node, credentials: { crmFabricStoreApi: { id, name: 'Unwritable store' } } }
			: node,
	);
	await demo.n8n.addWorkflow({ ...workflow, nodes });
	await expect(ask(demo, 'unwritable')).rejects.toThrow();
	const message = await newestError();
	expect(message).toContain('crm-fabric.sqlite');
	expect(message).toContain('Choose another file in the CRM Fabric Store credential');
});

/** Puts a Code node before Identity Resolve that spoils the events of one client. */
function withBreaker(template: Template): Template {
	const code = `for (const item of $input.all()) if (item.json.fields?.lastName === 'Breakme') item.json.fields.birthDate = 'next tuesday';
return $input.all();`;
	const breaker = {
		id: 'careless-code',
		name: BREAKER,
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		position: [360, 300],
		parameters: { jsCode: code },
	};
	const connections = structuredClone(template.connections) as Record<
		string,
		{ main: Array<Array<JsonObject>> }
	>;
	for (const output of Object.values(connections).flatMap(({ main }) => main)) {
		for (const target of output) if (target.node === 'Identity Resolve') target.node = BREAKER;
	}
	connections[BREAKER] = { main: [[{ node: 'Identity Resolve', type: 'main', index: 0 }]] };
	return { ...template, nodes: [...template.nodes, breaker], connections };
}

function withExternalId(template: Template): Template {
	const nodes = template.nodes.map((node) =>
		node.name === 'Salesforce Trigger'
			? { ...node, parameters: { ...node.parameters, options: { externalIdField: FABRIC_ID } } }
			: node,
	);
	return { ...template, nodes };
}

async function openLetter(containing: string): Promise<JsonObject> {
	let found: JsonObject | undefined;
	await until(`a dead letter tells of "${containing}"`, async () => {
		const letters = await ask(demo, 'letters');
		found = letters.find(
			({ state, reason }) => state === 'open' && String(reason).includes(containing),
		);
		return found !== undefined;
	});
	return found ?? {};
}

/** Message and advice of the newest failed execution, as n8n shows them. */
async function newestError(): Promise<string> {
	let text = '';
	await until('n8n shows a failed execution', async () => {
		const failed = (await demo.n8n.executions()).find(({ status }) => status === 'error');
		if (failed === undefined) return false;
		const data = (await demo.n8n.executionData(failed.id)) as {
			resultData?: { error?: JsonObject };
		};
		const error = data.resultData?.error;
		text = `${String(error?.message)}\n${String(error?.description)}`;
		return error !== undefined;
	});
	return text;
}

function lastNames(email: string): Array<string | null | undefined> {
	return CRMS.map(
		(crm) =>
			demo.simulators[crm].people.list().find((one) => primaryEmail(one) === email)?.lastName,
	);
}

async function setSwitch(values: JsonObject): Promise<void> {
	const answer = await fetch(`${new URL(demo.simulators.salesforce.url).origin}/_sim/switches`, {
		method: 'PATCH',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(values),
	});
	expect(answer.ok).toBe(true);
}
