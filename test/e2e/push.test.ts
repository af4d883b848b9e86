/** Signed push calls on a real n8n: a genuine one makes the trigger read, and nothing else does anything. */
import { compareCrms } from '../../scripts/demo/agreement';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import { PUSH_SECRET, WORKFLOW_ID, type Template } from '../../scripts/demo/template';
import { sign } from '../../lib/push/signature';
import { ask, deskWorkflow, endDemo, START_LIMIT_MS, startDemo, until } from './harness';

/** So seldom that nothing but a push call can bring a change within the test. */
const HOURLY = { minPollSeconds: 3_600, maxPollSeconds: 3_600 };

let demo: FabricDemo;

beforeAll(async () => {
	demo = await startDemo({ contacts: 6, seed: 5, pace: HOURLY, adapt: withPushes });
	await demo.n8n.addWorkflow(deskWorkflow('metrics', { resource: 'metrics', operation: 'get' }));
	await until(
		'all three CRMs agree',
		() => compareCrms(demo.simulators).disagreements.length === 0,
	);
}, START_LIMIT_MS);

afterAll(() => endDemo(demo), 60_000);

function withPushes(template: Template): Template {
	const nodes = template.nodes.map((node) => {
		const crm = /(wealthbox|redtail)Trigger$/.exec(node.type)?.[1];
		if (crm === undefined) return node;
		const options = { ...(node.parameters['options'] as object), binaryData: true };
		return { ...node, webhookId: crm, parameters: { ...node.parameters, options } };
	});
	return { ...template, nodes };
}

interface Push {
	crm: string;
	id: string;
	body?: string;
	headers?: Record<string, string>;
	/** s */
	timestamp?: number;
}

async function push({ crm, id, body = '{}', headers = {}, timestamp }: Push): Promise<number> {
	const at = String(timestamp ?? Math.floor(Date.now() / 1_000));
	const answer = await fetch(`${demo.n8n.url}/webhook/${crm}/push`, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			'webhook-id': id,
			'webhook-timestamp': at,
			'webhook-signature': sign(PUSH_SECRET, id, at, body),
			...headers,
		},
		body,
	});
	const text = await answer.text();
	if (answer.status === 404) throw new Error(`The endpoint is not there: ${text}`);
	return answer.status;
}

async function counted(): Promise<Record<string, number>> {
	const [metrics] = await ask(demo, 'metrics');
	const pushes = metrics?.['pushes'] as Array<{ system: string; outcome: string; calls: number }>;
	return Object.fromEntries(
		pushes.map(({ system, outcome, calls }) => [`${system} ${outcome}`, calls]),
	);
}

/** In the order of their numbers; n8n lists them by when they started. */
async function storedExecutions(): Promise<number[]> {
	const executions = await demo.n8n.executions(WORKFLOW_ID);
	return executions.map(({ id }) => Number(id)).sort((a, b) => a - b);
}

test('a signed call brings an edit at once; the same call again is refused', async () => {
	for (const crm of ['wealthbox', 'redtail'] as const) {
		const { people } = demo.simulators[crm];
		const id = people.list()[0]?.id ?? '';
		const jobTitle = `Pushed from ${crm}`;
		people.edit(id, { jobTitle });
		const call = { crm, id: `genuine-${crm}`, body: JSON.stringify({ ids: [id] }) };
		expect(await push(call)).toBe(202);
		await until(`Salesforce holds what was edited in ${crm}`, () =>
			demo.simulators.salesforce.people.list().some((one) => one.jobTitle === jobTitle),
		);
		expect(await push(call)).toBe(409);
	}
});

test('forged, replayed, late and malformed calls: refused, counted, and no execution stored', async () => {
	const before = await storedExecutions();
	const crm = 'wealthbox';
	const now = Math.floor(Date.now() / 1_000);
	const statuses = [
		await push({ crm, id: 'f1', headers: { 'webhook-signature': 'v1,AAAA' } }),
		await push({ crm, id: 'f2', headers: { 'webhook-id': 'f3' } }),
		await push({ crm, id: 'genuine-wealthbox' }),
		await push({ crm, id: 'l1', timestamp: now - 301 }),
		await push({ crm, id: 'l2', timestamp: now + 400 }),
		await push({ crm, id: 'm1', body: '{"ids":' }),
		await push({ crm, id: 'm2', body: '{"ids":"1"}' }),
		await push({ crm, id: 'm3', headers: { 'webhook-timestamp': 'now' } }),
		await push({ crm, id: 'm4', body: JSON.stringify({ text: 'x'.repeat(70_000) }) }),
		await push({ crm, id: 'm5', headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
	];
	expect(statuses).toEqual([401, 401, 409, 401, 401, 400, 400, 400, 400, 202]);
	const expected = { 'wealthbox forged': 2, 'wealthbox late': 2, 'wealthbox malformed': 4 };
	await until('the calls are counted', async () => {
		const counts = await counted();
		return Object.entries(expected).every(([name, calls]) => counts[name] === calls);
	});
	expect(await counted()).toMatchObject({
		...expected,
		'wealthbox accepted': 2,
		'wealthbox replayed': 2,
		'redtail replayed': 1,
	});
	expect(await storedExecutions()).toEqual(before);
});
