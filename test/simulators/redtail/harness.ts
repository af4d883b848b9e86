/** What the tests of the Redtail simulator share: one simulator with a clock that stands still. */
import { caller, type Call } from '../test-client';
import type { Simulator, SimulatorOptions } from '../simulator';
import { startRedtailSimulator } from '.';

export interface Sub {
	[field: string]: unknown;
	id: number;
	is_primary: boolean;
}

export interface Contact {
	[field: string]: unknown;
	id: number;
	updated_at: string;
	phones?: Sub[];
	emails?: Sub[];
}

export interface Page {
	contacts: Contact[];
	meta: { total_records: number; total_pages: number };
}

export const START = Date.UTC(2026, 4, 4, 13, 20, 11, 789);
export const ALL_PARTS = {
	include: 'addresses,phones,emails, urls,family.members,tag_memberships',
};

/** The simulator under test; {@link start} fills it anew. */
export const crm = { clock: START } as { clock: number; sim: Simulator; call: Call };

export const base64 = (...parts: Array<string | undefined>) =>
	Buffer.from(parts.join(':'), 'utf8').toString('base64');

export async function start(options: SimulatorOptions = {}): Promise<void> {
	crm.clock = START;
	crm.sim = await startRedtailSimulator({ now: () => crm.clock, ...options });
	const { apiKey, userKey } = crm.sim.credentials;
	crm.call = caller(crm.sim.url, { Authorization: `Userkeyauth ${base64(apiKey, userKey)}` });
}

export async function list(path: string, headers: Record<string, string> = {}): Promise<Page> {
	return (await crm.call('GET', path, { headers })).body as Page;
}

export async function get(
	id: number,
	headers: Record<string, string> = ALL_PARTS,
): Promise<Contact> {
	const { body } = await crm.call('GET', `/contacts/${id}`, { headers });
	return (body as { contact: Contact }).contact;
}

export const individual = (last_name: string, more: Record<string, unknown> = {}) => ({
	type: 'Crm::Contact::Individual',
	first_name: 'Signe',
	last_name,
	...more,
});

export async function create(body: Record<string, unknown>): Promise<Contact> {
	const answer = await crm.call('POST', '/contacts', { body });
	expect(answer.status).toBe(201);
	return (answer.body as { contact: Contact }).contact;
}
