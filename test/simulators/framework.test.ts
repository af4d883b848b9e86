import { once } from 'node:events';
import { connect } from 'node:net';
import { caller, type Call } from './test-client';
import type { PlainContact, Simulator } from './simulator';
import { startWealthboxSimulator } from './wealthbox';

let sim: Simulator;
let api: Call;
let admin: Call;

beforeEach(async () => {
	sim = await startWealthboxSimulator();
	api = caller(sim.url, { ACCESS_TOKEN: sim.credentials.accessToken ?? '' });
	admin = caller(new URL(sim.url).origin);
});
afterEach(() => sim.stop());

const body = { type: 'Person', first_name: 'Odalys', last_name: 'Brandt' };

describe('faults', () => {
	test('down drops the API but not the admin endpoints, until cleared', async () => {
		sim.setFault({ kind: 'down' });
		await expect(api('GET', '/me')).rejects.toThrow();
		expect((await admin('GET', '/_sim/contacts')).status).toBe(200);
		expect((await admin('DELETE', '/_sim/faults')).status).toBe(204);
		expect((await api('GET', '/me')).status).toBe(200);
		expect(sim.callCounts()).toEqual({ dropped: 1, 200: 1 });
	});

	test('a status fault answers so many fitting calls and carries out none of them', async () => {
		const fault = { kind: 'status', status: 503, times: 2, match: 'POST /v1/contacts' };
		const headers = { 'Retry-After': '7' };
		expect((await admin('POST', '/_sim/faults', { body: { ...fault, headers } })).status).toBe(201);
		const first = await api('POST', '/contacts', { body });
		expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
		expect((await api('GET', '/contacts')).status).toBe(200);
		expect((await api('POST', '/contacts', { body })).status).toBe(503);
		expect(sim.people.list()).toEqual([]);
		expect((await api('POST', '/contacts', { body })).status).toBe(200);
		expect(sim.writes().map(({ status }) => status)).toEqual([503, 503, 200]);
	});

	test.each(['timeoutAfterCommit', 'statusAfterCommit'])('%s has done the work', async (kind) => {
		sim.setFault({ kind, times: 1, status: 502 });
		const outcome = await api('POST', '/contacts', { body }).then(
			(answer) => answer.status,
			() => 'no answer',
		);
		expect(outcome).toBe(kind === 'timeoutAfterCommit' ? 'no answer' : 502);
		expect(sim.people.list()).toHaveLength(1);
		expect(sim.writes()).toMatchObject([{ status: 200, changedAnything: true }]);
	});

	test('slow lets the client give up; the call is then not carried out', async () => {
		sim.setFault({ kind: 'slow', ms: 60_000 });
		const request = fetch(`${sim.url}/contacts`, {
			method: 'POST',
			headers: { ACCESS_TOKEN: sim.credentials.accessToken ?? '' },
			body: JSON.stringify(body),
			signal: AbortSignal.timeout(50),
		});
		await expect(request).rejects.toThrow();
		expect(sim.people.list()).toEqual([]);
	});

	test('a malformed fault is refused with its reason', async () => {
		const answer = await admin('POST', '/_sim/faults', { body: { kind: 'down', times: 0 } });
		expect(answer.status).toBe(400);
		expect(JSON.stringify(answer.body)).toContain('times');
	});

	test('a fault that nobody would play is refused, with those that there are', async () => {
		const answer = await admin('POST', '/_sim/faults', { body: { kind: 'dwon' } });
		expect(answer.status).toBe(400);
		expect(JSON.stringify(answer.body)).toContain('householdRace');
		expect(() => sim.setFault({ kind: 'deaf' })).toThrow(/no fault deaf/);
		expect((await admin('GET', '/_sim/faults')).body).toEqual({ faults: [] });
	});
});

describe('the write log', () => {
	test('has record, fields, headers, and whether anything changed', async () => {
		const headers = { 'Idempotency-Key': 'key-1', 'X-Sync-Origin': 'fabric' };
		const made = await api('POST', '/contacts', { body, headers });
		const { id } = made.body as { id: number };
		await api('PUT', `/contacts/${id}`, { body: { first_name: 'Odalys' } });
		await api('PUT', '/contacts/1', { body: { first_name: 'Nobody' } });
		const { writes } = (await admin('GET', '/_sim/writes')).body as { writes: unknown[] };
		expect(writes).toMatchObject([
			{
				method: 'POST',
				path: '/v1/contacts',
				status: 200,
				recordId: String(id),
				fields: Object.keys(body),
				changedAnything: true,
				idempotencyKey: 'key-1',
				syncOrigin: 'fabric',
			},
			{ method: 'PUT', changedAnything: false, idempotencyKey: null },
			{ method: 'PUT', status: 404, recordId: null, changedAnything: false },
		]);
	});
});

describe('the admin endpoints', () => {
	test('a person creates, edits and deletes; neither counted nor logged as API calls', async () => {
		const values = { firstName: 'Ivo', emails: [{ address: 'ivo@brandt.example' }] };
		const { id } = (await admin('POST', '/_sim/contacts', { body: values })).body as PlainContact;
		const edited = await admin('PATCH', `/_sim/contacts/${id}`, { body: { lastName: 'Brandt' } });
		expect(edited.body).toMatchObject({ firstName: 'Ivo', lastName: 'Brandt' });
		expect((await admin('DELETE', `/_sim/contacts/${id}`)).status).toBe(204);
		expect((await admin('PATCH', `/_sim/contacts/${id}`, { body: {} })).status).toBe(404);
		const deleted = (await admin('GET', '/_sim/contacts?deleted=true')).body;
		expect(deleted).toMatchObject({ contacts: [{ id, deleted: true }] });
		expect([sim.callCounts(), sim.writes()]).toEqual([{}, []]);
	});

	test('refuses unknown fields and lets other origins in', async () => {
		const answer = await admin('POST', '/_sim/contacts', { body: { firstname: 'Ivo' } });
		expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
		expect((await admin('OPTIONS', '/_sim/contacts')).status).toBe(204);
	});

	test('serves a page without outside parts', async () => {
		const page = await admin('GET', '/');
		expect(page.headers.get('content-type')).toContain('text/html');
		expect(page.body).toContain('Wealthbox (simulated)');
		expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
	});
});

test('stop ends open connections', async () => {
	const { port } = new URL(sim.url);
	const socket = connect(Number(port), '127.0.0.1');
	await once(socket, 'connect');
	await sim.stop();
	await once(socket, 'close');
	await expect(api('GET', '/me')).rejects.toThrow();
});
