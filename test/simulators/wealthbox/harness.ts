/** What the tests of the Wealthbox simulator share: one simulator with a clock that stands still. */
import { caller, type Call } from '../test-client';
import type { Simulator, SimulatorOptions } from '../simulator';
import { startWealthboxSimulator } from '.';

interface Entry {
	id: number;
	address: string;
	kind: string | null;
	principal: boolean;
}

export interface Contact {
	[field: string]: unknown;
	id: number;
	updated_at: string;
	email_addresses: Entry[];
	tags: Array<{ id: number; name: string }>;
}

export interface Page {
	contacts: Contact[];
	meta: { current_page: number; total_pages: number; total_count: number };
}

/** 2026-03-04 14:15:40 UTC: 09:15 in New York, daylight saving still off. */
export const START = Date.UTC(2026, 2, 4, 14, 15, 40);

/** The simulator under test; {@link start} fills it anew. */
export const crm = { clock: START } as { clock: number; sim: Simulator; call: Call };

export async function start(options: SimulatorOptions = {}): Promise<void> {
	crm.clock = START;
	crm.sim = await startWealthboxSimulator({ now: () => crm.clock, ...options });
	crm.call = caller(crm.sim.url, { ACCESS_TOKEN: crm.sim.credentials.accessToken ?? '' });
}

export async function get(id: number): Promise<Contact> {
	return (await crm.call('GET', `/contacts/${id}`)).body as Contact;
}

export async function list(query: string): Promise<Page> {
	return (await crm.call('GET', `/contacts${query}`)).body as Page;
}

export async function create(body: Record<string, unknown>): Promise<Contact> {
	const { status, body: contact } = await crm.call('POST', '/contacts', { body });
	expect(status).toBe(200);
	return contact as Contact;
}

export const person = (first_name: string, more: Record<string, unknown> = {}) => ({
	type: 'Person',
	first_name,
	last_name: 'Brandt',
	...more,
});
