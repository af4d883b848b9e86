/**
 * The Salesforce simulator before clients that nobody here wrote: n8n's own Salesforce node and Salesforce
 * Trigger, in the real n8n. They sign in by JWT at the simulator, whose address is the credential's My
 * Domain URL. (n8n's OAuth2 credential asks login.salesforce.com or test.salesforce.com for tokens,
 * fixed in n8n-nodes-base, credentials/SalesforceOAuth2Api.) And F15 on n8n's own token refresh.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8nInstance, packPackage, type JsonObject } from '../../scripts/n8n-instance';
import { startSalesforceSimulator, type SalesforceSimulator } from '../simulators/salesforce';
import { START_LIMIT_MS, until, WAIT_LIMIT_MS } from './harness';

jest.setTimeout(START_LIMIT_MS);

const JWT = { id: 'salesforceJwt', name: 'Salesforce (JWT)' };
const OURS = { id: 'salesforceOurs', name: 'Salesforce (OAuth2, ours)' };
const OURS_TYPE = 'salesforceFabricOAuth2Api';
const HOUR = 3_600_000;

let folder: string;
let simulator: SalesforceSimulator;
let n8n: N8nInstance;
/** n8n's trigger leaves out updates of what was made within the last quarter of an hour. */
let offset = -HOUR;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'crm-fabric-e2e-'));
	simulator = await startSalesforceSimulator({
		now: () => Date.now() + offset,
		contacts: Array.from({ length: 450 }, (_, index) => ({ lastName: `Person ${index}` })),
		switches: { rotateRefreshTokens: true, omitInstanceUrlOnRefresh: true },
	});
	offset = 0;
	n8n = await N8nInstance.prepare({
		folder: join(folder, 'n8n'),
		packageTarball: await packPackage(folder),
	});
	await n8n.importCredentials(credentials());
	await n8n.start();
}, START_LIMIT_MS);

afterAll(async () => {
	await n8n?.stop();
	await simulator?.stop();
	await rm(folder, { recursive: true, force: true });
}, 60_000);

function credentials(): JsonObject[] {
	const { clientId, clientSecret, username, privateKey, accessToken, refreshToken } =
		simulator.credentials;
	const app = { clientId, clientSecret, myDomainUrl: simulator.url };
	const oauthTokenData = {
		...{ access_token: accessToken, refresh_token: refreshToken, token_type: 'Bearer' },
		instance_url: simulator.url,
	};
	return [
		{
			...JWT,
			type: 'salesforceJwtApi',
			data: { ...{ environment: 'production', username, privateKey }, ...app },
		},
		{ ...OURS, type: OURS_TYPE, data: { ...app, oauthTokenData } },
	];
}

interface CrmCall {
	type: string;
	parameters: JsonObject;
	credentials: JsonObject;
	/** Default 1. */
	typeVersion?: number;
}

/** A workflow that answers `POST /webhook/<path>` with what one node puts out. */
function workflowOf(path: string, { type, parameters, credentials, typeVersion }: CrmCall) {
	const hook = {
		...{ id: 'hook', name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2 },
		...{ position: [0, 0], webhookId: `clients-${path}` },
		parameters: {
			...{ path, httpMethod: 'POST', options: {} },
			...{ responseMode: 'lastNode', responseData: 'allEntries' },
		},
	};
	const node = { id: 'crm', name: 'CRM', type, position: [220, 0], parameters, credentials };
	return {
		...{ name: path, active: false, settings: { executionOrder: 'v1' } },
		nodes: [hook, { ...node, typeVersion: typeVersion ?? 1, alwaysOutputData: true }],
		connections: { Webhook: { main: [[{ node: 'CRM', type: 'main', index: 0 }]] } },
	};
}

async function call(path: string, body: JsonObject = {}) {
	const answer = await fetch(`${n8n.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
	const parsed = (await answer.json()) as JsonObject | JsonObject[];
	return { status: answer.status, items: Array.isArray(parsed) ? parsed : [parsed] };
}

async function newestError(): Promise<string> {
	const [execution] = await n8n.executions();
	const { resultData } = await n8n.executionData(execution?.id ?? '');
	return JSON.stringify((resultData as JsonObject).error);
}

/** One operation of n8n's own node, run once. */
async function theirs(path: string, parameters: JsonObject): Promise<JsonObject[]> {
	await n8n.addWorkflow(
		workflowOf(path, {
			type: 'n8n-nodes-base.salesforce',
			parameters: { authentication: 'jwt', ...parameters },
			credentials: { salesforceJwtApi: JWT },
		}),
	);
	const { status, items } = await call(path);
	if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(items)}`);
	return items;
}

test("n8n's own Salesforce node: create, read, change, upsert, list, query, delete", async () => {
	const contact = { resource: 'contact' };
	const [made] = await theirs('create', {
		...{ ...contact, operation: 'create', lastname: 'Brunner' },
		additionalFields: { email: 'ines.brunner@example.test', firstName: 'Ines' },
	});
	const id = String(made?.id);
	expect(made).toMatchObject({ success: true });
	expect(simulator.people.get(id)).toMatchObject({
		lastName: 'Brunner',
		emails: [{ address: 'ines.brunner@example.test' }],
	});
	await theirs('change', {
		...{ ...contact, operation: 'update', contactId: id },
		updateFields: { title: 'Architect' },
	});
	const [read] = await theirs('read', { ...contact, operation: 'get', contactId: id });
	expect(read).toMatchObject({ Id: id, LastName: 'Brunner', Title: 'Architect' });
	const upsert = {
		...{ ...contact, operation: 'upsert', externalId: 'Fabric_Id__c', externalIdValue: 'U77' },
		...{ lastname: 'Keller', additionalFields: {} },
	};
	await theirs('upsert-1', upsert);
	await theirs('upsert-2', { ...upsert, additionalFields: { title: 'Painter' } });
	const kellers = simulator.people.list().filter(({ lastName }) => lastName === 'Keller');
	expect(kellers).toMatchObject([{ jobTitle: 'Painter' }]);
	const listed = await theirs('list', { ...contact, operation: 'getAll', returnAll: true });
	expect(listed).toHaveLength(452);
	const query = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Kell%'";
	expect(await theirs('search', { resource: 'search', operation: 'query', query })).toMatchObject([
		{ LastName: 'Keller' },
	]);
	await theirs('delete', { ...contact, operation: 'delete', contactId: id });
	expect(simulator.people.get(id)?.deleted).toBe(true);
});

test("errors of the simulator are understood by n8n's own node", async () => {
	const bad = theirs('bad', {
		...{ resource: 'contact', operation: 'create', lastname: 'Brunner' },
		additionalFields: { email: 'no address' },
	});
	await expect(bad).rejects.toThrow(/answered 500/);
	expect(await newestError()).toContain('INVALID_EMAIL_ADDRESS');
});

test(
	"n8n's own Salesforce Trigger notices a new contact and a changed one",
	async () => {
		const trigger = async (triggerOn: string) =>
			n8n.addWorkflow({
				...{ name: triggerOn, active: false, settings: { executionOrder: 'v1' } },
				nodes: [
					{
						...{ id: 'trigger', name: 'Trigger', type: 'n8n-nodes-base.salesforceTrigger' },
						...{ typeVersion: 1.1, position: [0, 0], credentials: { salesforceJwtApi: JWT } },
						parameters: {
							...{ authentication: 'jwt', triggerOn },
							pollTimes: { item: [{ mode: 'everyMinute' }] },
						},
					},
					{
						...{ id: 'end', name: 'End', type: 'n8n-nodes-base.noOp', typeVersion: 1 },
						...{ position: [220, 0], parameters: {} },
					},
				],
				connections: { Trigger: { main: [[{ node: 'End', type: 'main', index: 0 }]] } },
			});
		const workflows = [await trigger('contactCreated'), await trigger('contactUpdated')];
		const made = simulator.people.create({ lastName: 'Neu' });
		const [old] = simulator.people.list();
		simulator.people.edit(old?.id ?? '', { jobTitle: 'Architect' });
		const seen = async (workflow: string) => {
			const [execution] = await n8n.executions(workflow);
			if (execution?.status !== 'success') return '';
			return JSON.stringify(await n8n.executionData(execution.id));
		};
		const [created = '', updated = ''] = workflows;
		await until(
			'the new contact is told',
			async () => (await seen(created)).includes(made.id),
			150_000,
		);
		await until(
			'the changed contact is told',
			async () => (await seen(updated)).includes(old?.id ?? '-'),
			150_000,
		);
		expect(await seen(updated)).not.toContain(made.id);
		for (const workflow of workflows) await n8n.unpublish(workflow);
	},
	START_LIMIT_MS + WAIT_LIMIT_MS,
);

describe('F15 with the token refresh of the real n8n', () => {
	const list = async () => (await call('ours')).items;

	beforeAll(async () => {
		await n8n.addWorkflow(
			workflowOf('ours', {
				type: 'n8n-nodes-crm-fabric.salesforce',
				parameters: {
					...{ authentication: OURS_TYPE, resource: 'contact', operation: 'getAll' },
					...{ returnAll: false, limit: 2 },
				},
				credentials: { [OURS_TYPE]: OURS },
			}),
		);
	});

	test('F15 refreshes rotate the token and name no instance URL: kept, and done without, again and again', async () => {
		expect(await list()).toHaveLength(2);
		for (let round = 0; round < 2; round += 1) {
			simulator.setFault({ kind: 'invalidateTokens' });
			// A rotated token is dead once it was used: the second round needs the one that was kept.
			expect(await list()).toHaveLength(2);
		}
	});

	test('F15 a refresh that is refused (invalid_grant) stops the call with what to do', async () => {
		simulator.setFault({ kind: 'invalidateTokens' });
		simulator.setFault({ kind: 'invalidGrant' });
		expect((await call('ours')).status).toBe(500);
		expect(await newestError()).toMatch(/reconnect/i);
		simulator.clearFaults();
	});
});
