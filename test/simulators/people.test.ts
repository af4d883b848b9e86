/** What people do with whole contacts at the screen, the same in all three simulators. */
import { startRedtailSimulator } from './redtail';
import { startSalesforceSimulator } from './salesforce';
import type { PlainContact, Simulator } from './simulator';
import { startWealthboxSimulator } from './wealthbox';

const CONTACTS = [
	{
		firstName: 'Ines',
		lastName: 'Brunner',
		emails: [{ address: 'ines@example.test', primary: true }],
		phones: [{ number: '+14155550101', kind: 'mobile' }],
	},
	{
		firstName: 'Inés',
		lastName: 'Brunner',
		jobTitle: 'Architect',
		emails: [{ address: 'Ines@example.test' }],
		phones: [{ number: '+14155550102', kind: 'home' }],
	},
];

describe.each([
	['Wealthbox', startWealthboxSimulator],
	['Redtail', startRedtailSimulator],
	['Salesforce', startSalesforceSimulator],
])('%s', (_name, start) => {
	let sim: Simulator;
	const post = async (path: string, body: unknown = {}) => {
		const response = await fetch(`${new URL(sim.url).origin}/_sim${path}`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		});
		return { status: response.status, contact: (await response.json()) as PlainContact };
	};

	beforeEach(async () => {
		sim = await start({ contacts: CONTACTS });
	});
	afterEach(() => sim.stop());

	test('merge: the one takes over what it lacks, the other is deleted', async () => {
		const [into, from] = sim.people.list();
		const { status, contact } = await post('/merge', { into: into?.id, from: from?.id });
		expect(status).toBe(200);
		expect(contact).toMatchObject({ id: into?.id, firstName: 'Ines', jobTitle: 'Architect' });
		expect(contact.emails.map(({ address }) => address)).toEqual(['ines@example.test']);
		expect(contact.phones.map(({ number }) => number.slice(-4)).sort()).toEqual(['0101', '0102']);
		expect(sim.people.get(from?.id ?? '')?.deleted).toBe(true);
	});

	test('a contact cannot be merged into itself or into one that is gone', async () => {
		const [into, from] = sim.people.list().map(({ id }) => id);
		expect(await post('/merge', { into, from: into })).toMatchObject({ status: 404 });
		sim.people.remove(into ?? '');
		expect(await post('/merge', { into, from })).toMatchObject({ status: 404 });
		expect(sim.people.get(from ?? '')?.deleted).toBe(false);
	});

	test('undelete: the contact is back as it was', async () => {
		const [contact] = sim.people.list();
		sim.people.remove(contact?.id ?? '');
		const back = await post(`/contacts/${contact?.id}/undelete`);
		expect(back.status).toBe(200);
		expect(back.contact).toMatchObject({ id: contact?.id, deleted: false, lastName: 'Brunner' });
		expect(await post(`/contacts/${contact?.id}/undelete`)).toMatchObject({ status: 404 });
	});
});
