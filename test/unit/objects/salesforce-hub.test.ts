/**
 * A household with all that belongs to it, through the hub: Salesforce is the real connector on its simulator, in orgs that
 * keep their clients in different ways.
 */
import type { ConnectorContext, CrmRecord, Json } from '../../../lib/connectors/connector';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import type { HttpPort } from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import type { DeletePolicy, DeliveryJob } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import {
	startSalesforceSimulator,
	type SalesforceSimulator,
	type Switches,
} from '../../simulators/salesforce';
import { contextOf, portOf } from '../connectors/harness';
import { deletion, delta, registration, snapshot, TestHub } from '../support/hub';
import { wholeOffice } from '../support/whole-office';

const OTHERS = ['wealthbox', 'redtail'];
const MAP: FieldMap = [
	...salesforce.defaultFieldMap,
	...chosenMap(salesforce.objectFieldMap ?? [], OBJECTS),
];

let hub: TestHub;
let simulator: SalesforceSimulator;
let context: ConnectorContext;

async function open(
	switches: Partial<Switches>,
	own: Record<string, Json>,
	deletePolicy: DeletePolicy = 'ignore',
): Promise<void> {
	hub = await TestHub.open(OTHERS, { fieldMap: MAP }, wholeOffice(), [salesforce]);
	const now = () => hub.now;
	simulator = await startSalesforceSimulator({ now, switches });
	const settings = { objects: [...OBJECTS], ...own };
	const sleep = () => Promise.resolve();
	const port = portOf(simulator);
	// The server's header tells the time of this machine.
	const http: HttpPort = async (request) => {
		const response = await port(request);
		return { ...response, headers: { ...response.headers, date: undefined } };
	};
	context = contextOf(salesforce, http, settings, { now, sleep });
	const system = { ...registration('salesforce', 3), connector: 'salesforce', fieldMap: MAP };
	await hub.fabric.registerSystem({ ...system, settings: context.settings, deletePolicy });
	await hub.accept('salesforce', [], { complete: true });
}
afterEach(async () => {
	await simulator.stop();
	await hub.close();
});

/** Everything that Salesforce holds is read. */
async function read(): Promise<void> {
	hub.now += 120_000;
	const { signal } = new AbortController();
	for (const object of OBJECTS) {
		for await (const events of salesforce.readAll(context, { fieldMap: MAP, object, signal }))
			await hub.accept('salesforce', events);
		await hub.pump('salesforce');
	}
}

/** Until nothing is due anywhere; what was written, in order. */
async function deliver(): Promise<DeliveryJob[]> {
	const done: DeliveryJob[] = [];
	for (let round = 0; round < 12; round += 1) {
		hub.now += 60_000;
		const jobs = await hub.claim('salesforce');
		const outcomes = (await salesforce.deliverMany?.(context, jobs)) ?? [];
		for (const [place, job] of jobs.entries()) {
			const outcome = outcomes[place];
			if (outcome?.status !== 'confirmed') throw new Error(JSON.stringify([job, outcome]));
			await hub.report(job, outcome);
		}
		const rest = await hub.deliverAll(OTHERS);
		done.push(...jobs, ...rest);
		if (jobs.length + rest.length === 0) return done;
	}
	throw new Error('Deliveries do not come to rest.');
}

const settle = async () => {
	await read();
	return deliver();
};

/** The record that stands in Salesforce for one of Wealthbox's, or the other way round. */
async function twin(from: string, object: ObjectName, crmId: string, to: string): Promise<string> {
	const links = await hub.tx(async (tx) => {
		const [own] = (await tx.identity.links([{ system: from, object, crmId }])).values();
		return tx.identity.linksOf([own?.entityId ?? '']);
	});
	return links.find((link) => link.system === to)?.crmId ?? '';
}

const inSalesforce = (object: ObjectName, crmId: string) =>
	twin('wealthbox', object, crmId, 'salesforce');

/** As it is read, by the fabric's names. */
async function held(object: ObjectName, crmId: string): Promise<CanonicalFields> {
	const { signal } = new AbortController();
	const options = { fieldMap: MAP, object, crmIds: [crmId], signal };
	for await (const [event] of salesforce.readAll(context, options)) return event?.fields ?? {};
	return {};
}

const rows = async (soql: string) =>
	(await connect(context, { priority: 'live' }).query(soql)).records as CrmRecord[];

const PEOPLE = [
	['ada', 'Head'],
	['ben', 'Spouse'],
	['cleo', 'Child'],
] as const;

/** Three people, their household, a note about one and one about all, a task, an opportunity: made in Wealthbox. */
async function makeHome(): Promise<void> {
	const at = (hub.now += 60_000);
	const home = localReference('household', 'home');
	const take = (crmId: string, fields: CanonicalFields, object: ObjectName) =>
		hub.take(snapshot('wealthbox', crmId, fields, { object, at }));
	await take('home', { name: 'Hollis' }, 'household');
	for (const [name, householdRole] of PEOPLE) {
		const firstName = name.replace(/^./, (letter) => letter.toUpperCase());
		const person = { type: 'person', firstName, lastName: 'Hollis', jobTitle: 'Cook' };
		const phones = [{ number: `+1207555010${name.length}`, kind: 'work' }];
		const background = `${firstName} since 1998.`;
		await take(name, { ...person, phones, background, household: home, householdRole }, 'contact');
	}
	const about = (name: string) => ({ client: localReference('contact', name) });
	await take('met', { ...about('ada'), text: 'Met\nboth & agreed.' }, 'note');
	await take('moves', { client: home, subject: 'Plan', text: 'Moves in May.' }, 'note');
	await take('papers', { ...about('ben'), subject: 'Send papers', dueDate: '2026-05-08' }, 'task');
	await take('rollover', { ...about('ada'), name: 'Rollover', amount: 250_000 }, 'opportunity');
}

type Org = [name: string, switches: Partial<Switches>, settings: Record<string, Json>];
const ENHANCED = { enhancedNotes: true };
const ORGS: Org[] = [
	['contacts and accounts', {}, {}],
	['person accounts', { personAccounts: true, multipleAccounts: true }, {}],
	[
		'Financial Services Cloud, the package',
		{ personAccounts: true, financialServices: 'package', ...ENHANCED },
		{ noteFormat: 'enhanced', externalIdField: 'Fabric_Id__c' },
	],
	[
		'Financial Services Cloud, standard',
		{ personAccounts: true, financialServices: 'standard', accountPhoneOnContact: true },
		{},
	],
	['Financial Services Cloud with contacts', { financialServices: 'package' }, {}],
];

describe.each(ORGS)('%s', (_name, switches, settings) => {
	const hasRoles = Object.keys(switches).length > 0;

	test('a household of three arrives whole, comes to rest, and edits travel both ways', async () => {
		await open(switches, settings);
		await makeHome();
		const jobs = await deliver();
		const made = jobs.filter(
			({ system, operation }) => system === 'salesforce' && operation === 'create',
		);
		expect(made.map(({ object }) => object).sort()).toEqual([
			...['contact', 'contact', 'contact', 'household', 'note', 'note', 'opportunity', 'task'],
		]);
		const home = localReference('household', await inSalesforce('household', 'home'));
		for (const [name, role] of PEOPLE) {
			const fields = await held('contact', await inSalesforce('contact', name));
			expect(fields).toMatchObject({ lastName: 'Hollis', jobTitle: 'Cook', household: home });
			expect(fields['phones']).toMatchObject([{ number: `+1207555010${name.length}` }]);
			if (hasRoles) expect(fields['householdRole']).toBe(role);
			else expect(fields).not.toHaveProperty('householdRole');
		}
		const ada = localReference('contact', await inSalesforce('contact', 'ada'));
		const note = await inSalesforce('note', 'met');
		expect(await held('note', note)).toMatchObject({ client: ada, text: 'Met\nboth & agreed.' });
		expect(await held('note', await inSalesforce('note', 'moves'))).toMatchObject({ client: home });
		const isPerson = switches.personAccounts === true;
		const accounts = isPerson
			? await rows('SELECT Id FROM Account WHERE IsPersonAccount = true')
			: [];
		expect(accounts).toHaveLength(isPerson ? PEOPLE.length : 0);
		expect(await settle()).toEqual([]);

		// A person at Salesforce's screen, and one elsewhere.
		hub.now += 120_000;
		simulator.people.edit(await inSalesforce('contact', 'ben'), {
			jobTitle: 'Baker',
			phones: [{ number: '(207) 555-0155', kind: 'work', primary: true }],
		});
		const back = await settle();
		const inRedtail = await twin('wealthbox', 'contact', 'ben', 'redtail');
		const told = back.filter(({ crmId }) => crmId === 'ben' || crmId === inRedtail);
		expect(told.map(({ changes }) => changes['jobTitle'])).toEqual(['Baker', 'Baker']);
		hub.now += 120_000;
		const at = hub.now;
		await hub.take(delta('wealthbox', 'ada', { background: 'Retired.' }, { at }));
		await hub.take(delta('wealthbox', 'met', { text: 'Met all.' }, { object: 'note', at }));
		await deliver();
		expect(await held('contact', ada.slice('contact:'.length))).toMatchObject({
			background: 'Retired.',
		});
		expect(await held('note', note)).toMatchObject({ text: 'Met all.' });
		expect(await settle()).toEqual([]);
	});

	test('a member moves to another household, and out of it', async () => {
		await open(switches, settings);
		await makeHome();
		await deliver();
		await settle();
		const cleo = await inSalesforce('contact', 'cleo');
		hub.now += 120_000;
		await hub.take(
			snapshot('wealthbox', 'trust', { name: 'Trust' }, { object: 'household', at: hub.now }),
		);
		await deliver();
		const trust = localReference('household', 'trust');
		const move = async (fields: CanonicalFields) => {
			hub.now += 120_000;
			await hub.take(delta('wealthbox', 'cleo', fields, { at: hub.now }));
			await deliver();
			return held('contact', cleo);
		};
		const there = localReference('household', await inSalesforce('household', 'trust'));
		expect(await move({ household: trust, householdRole: 'Head' })).toMatchObject({
			...{ household: there, ...(hasRoles ? { householdRole: 'Head' } : {}) },
		});
		expect(await settle()).toEqual([]);
		expect(await move({ household: null, householdRole: null })).toMatchObject({ household: null });
		expect(await settle()).toEqual([]);
	});

	test.each(['ignore', 'delete'] as DeletePolicy[])('deletes elsewhere: %s', async (policy) => {
		await open(switches, settings, policy);
		await makeHome();
		await deliver();
		await settle();
		const [cleo, note] = [await inSalesforce('contact', 'cleo'), await inSalesforce('note', 'met')];
		// Seen since Salesforce was read: its record is surely no later edit.
		hub.now += 120_000;
		await hub.take(delta('wealthbox', 'cleo', { jobTitle: 'Pupil' }, { at: hub.now }));
		await deliver();
		hub.now += 120_000;
		await hub.take(deletion('wealthbox', 'met', { object: 'note', at: hub.now }));
		await hub.take(deletion('wealthbox', 'cleo', { at: hub.now }));
		await deliver();
		const isGone = policy === 'delete';
		expect(await salesforce.isGone(context, note, undefined, 'note')).toBe(isGone);
		expect(await salesforce.isGone(context, cleo)).toBe(isGone);
		if (switches.personAccounts === true)
			expect(await rows('SELECT Id FROM Account WHERE IsPersonAccount = true')).toHaveLength(
				isGone ? 2 : 3,
			);
		expect(await settle()).toEqual([]);
	});
});
