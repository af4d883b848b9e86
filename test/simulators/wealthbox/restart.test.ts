import * as simulators from '..';
import { CRMS, restart, startOne, stopRunning, type Credentials } from '../restarting';
import { caller, type Call } from '../test-client';

afterEach(stopRunning);

describe('after a restart', () => {
	const { starterOf, headers } = CRMS.wealthbox;

	async function household(call: Call): Promise<number[]> {
		const answer = await call('GET', '/contacts?type=Household');
		const [home] = (answer.body as { contacts: Array<{ members: Array<{ id: number }> }> })
			.contacts;
		return home?.members.map(({ id }) => id) ?? [];
	}

	test('keeps households, tags, nested ids, notes and workflows', async () => {
		const first = await startOne(starterOf(simulators));
		const call = caller(first.url, headers(first.credentials));
		const create = async (path: string, body: Record<string, unknown>) => {
			const answer = await call('POST', path, { body });
			expect(answer.status).toBe(200);
			return answer.body as {
				id: number;
				workflow_steps?: Array<{ id: number }>;
				tags?: unknown[];
			};
		};
		const contact = await create('/contacts', {
			...CRMS.wealthbox.body,
			household: { name: 'Brandt', title: 'Head' },
			tags: ['Retired'],
			email_addresses: [{ address: 'odalys@brandt.example', kind: 'Work' }],
		});
		const linked_to = [{ id: contact.id, type: 'Contact' }];
		const note = await create('/notes', { content: 'Called', linked_to });
		const workflow = await create('/workflows', { workflow_template: 501, linked_to });
		const paths = [`/contacts/${contact.id}`, `/notes/${note.id}`, `/workflows/${workflow.id}`];
		const show = async () =>
			(await Promise.all(paths.map((path) => call('GET', path)))).map(({ body }) => body);
		const before = await show();
		await restart(first, starterOf);
		expect(await show()).toEqual(before);
		expect(await household(call)).toEqual([contact.id]);
		expect((await create('/notes', { content: 'Again' })).id).not.toBe(note.id);
		const second = await create('/workflows', { workflow_template: 501 });
		expect(second.id).not.toBe(workflow.id);
		expect(second.workflow_steps?.[0]?.id).toBeGreaterThan(workflow.workflow_steps?.[1]?.id ?? NaN);
		await call('PUT', `/contacts/${contact.id}`, {
			body: { tags: ['VIP', 'Retired'], email_addresses: [{ address: 'o@brandt.example' }] },
		});
		const after = (await call('GET', `/contacts/${contact.id}`)).body as {
			tags: Array<{ id: number }>;
			email_addresses: Array<{ id: number }>;
		};
		expect(after.tags[1]).toEqual(contact.tags?.[0]);
		for (const list of [after.tags, after.email_addresses]) {
			expect(new Set(list.map(({ id }) => id)).size).toBe(2);
		}
	});

	test('the OAuth pair works on, and a used refresh token stays used', async () => {
		const first = await startOne(starterOf(simulators));
		const { clientId = '', clientSecret = '', ...tokens } = first.credentials;
		const refresh = async (token: string) => {
			const response = await fetch(`${new URL(first.url).origin}/oauth/token`, {
				method: 'POST',
				body: new URLSearchParams({
					client_id: clientId,
					client_secret: clientSecret,
					grant_type: 'refresh_token',
					refresh_token: token,
				}),
			});
			return (await response.json()) as Credentials;
		};
		const { refresh_token = '' } = await refresh(tokens.oauthRefreshToken ?? '');
		await restart(first, starterOf);
		const bearer = { Authorization: `Bearer ${tokens.oauthAccessToken}` };
		expect((await caller(first.url, bearer)('GET', '/me')).status).toBe(200);
		expect(await refresh(tokens.oauthRefreshToken ?? '')).toEqual({ error: 'invalid_grant' });
		expect(await refresh(refresh_token)).toMatchObject({ token_type: 'Bearer' });
	});
});
