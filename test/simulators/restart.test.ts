/** What every simulator keeps when it is stopped and started from its saved state. */
import * as simulators from '.';
import { CRMS, restart, startOne, stopRunning, type Crm } from './restarting';
import { seedContacts } from './seed';
import type { Simulator } from './simulator';
import { caller, type Call } from './test-client';

afterEach(stopRunning);

const KINDS = Object.keys(CRMS) as Array<Simulator['kind']>;

async function createdId(call: Call, { path, body }: Crm): Promise<string> {
	const answer = (await call('POST', path, { body })).body as {
		id?: unknown;
		contact?: { id: unknown };
	};
	return String(answer.contact?.id ?? answer.id);
}

const everything = ({ people, credentials }: Simulator) => ({
	live: people.list(),
	deleted: people.list({ deleted: true }),
	credentials,
});

describe.each(KINDS)('%s', (kind) => {
	const crm = CRMS[kind];
	const start = crm.starterOf(simulators);

	test('has the same contacts, ids and credentials, and makes new ids', async () => {
		const first = await startOne(start, { contacts: seedContacts(12, 1)[kind] });
		const call = caller(first.url, crm.headers(first.credentials));
		const made = await createdId(call, crm);
		const [one, other] = first.people.list();
		first.people.remove(one?.id ?? '');
		first.people.edit(other?.id ?? '', { emails: [{ address: 'new@brandt.example' }] });
		const before = everything(first);
		const second = await restart(first, crm.starterOf, { contacts: seedContacts(4, 2)[kind] });
		expect(everything(second)).toEqual(before);
		expect(before.deleted).toHaveLength(1);
		expect((await call('GET', `${crm.path}/${made}`)).status).toBe(200);
		const used = [...before.live, ...before.deleted].map(({ id }) => id);
		expect(used).toContain(made);
		expect(used).not.toContain(await createdId(call, crm));
	});

	test('a saved state stays as it was saved, and can start several', async () => {
		const first = await startOne(start, { contacts: [{ lastName: 'Brandt' }] });
		const state = first.save();
		const { id = '' } = first.people.list()[0] ?? {};
		first.people.remove(id);
		await first.stop();
		const second = await startOne(start, { state });
		second.people.remove(id);
		await second.stop();
		const third = await startOne(start, { state });
		expect(third.people.get(id)?.deleted).toBe(false);
	});

	test('refuses what it did not save', async () => {
		const [other = 'redtail'] = KINDS.filter((candidate) => candidate !== kind);
		const foreign = await startOne(CRMS[other].starterOf(simulators));
		const state = foreign.save();
		await expect(start({ state })).rejects.toThrow(`cannot start the ${kind} simulator`);
	});
});

test('startSimulators hands each CRM its own state', async () => {
	const first = await simulators.startSimulators({ contacts: 6 });
	const states = { wealthbox: first.wealthbox.save(), salesforce: first.salesforce.save() };
	await first.stop();
	const second = await simulators.startSimulators({ states });
	try {
		expect(second.wealthbox.people.list()).toEqual(first.wealthbox.people.list());
		expect(second.salesforce.people.list()).toEqual(first.salesforce.people.list());
		expect(first.wealthbox.people.list().length).toBeGreaterThan(0);
		expect(second.redtail.people.list()).toEqual([]);
	} finally {
		await second.stop();
	}
});
