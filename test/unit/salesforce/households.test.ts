/** Households of Financial Services Cloud, and of persons, against the simulator over HTTP. */
import type { CrmRecord, Json } from '../../../lib/connectors/connector';
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import { mapOfObject } from '../../../lib/model/field-map';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { OBJECTS, type ObjectName } from '../../../lib/model/objects';
import type { Switches } from '../../simulators/salesforce';
import { job, openWorld, stopAll, until, watch, type World } from './world';

const fieldMap = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];

let world: World;
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

async function setUp(switches: Partial<Switches>, settings: Record<string, Json> = {}) {
	world = await openWorld({
		switches,
		settings: {
			...{ personAccounts: 'auto', objects: [...OBJECTS] },
			...{ itemPollSeconds: 0.02, itemPollMaxSeconds: 0.05 },
			...settings,
		},
	});
}

const rest = () => connect(world.context, { priority: 'live' });

async function rows(soql: string): Promise<CrmRecord[]> {
	return (await rest().query(soql)).records as CrmRecord[];
}

async function made(sobject: string, values: CrmRecord): Promise<string> {
	return String((await rest().create(sobject, values)).id);
}

const deliver = (object: ObjectName, change: Partial<DeliveryJob>): Promise<DeliveryOutcome> =>
	salesforce.deliver(
		world.context,
		job(world, { object, fieldMap: mapOfObject(fieldMap, object), ...change }),
	);

function confirmed(outcome: DeliveryOutcome | undefined) {
	if (outcome?.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

const create = async (object: ObjectName, desired: CanonicalFields, change = {}) =>
	confirmed(await deliver(object, { operation: 'create', desired, changes: desired, ...change }));

async function read(crmId: string, object: ObjectName = 'contact') {
	const { signal } = new AbortController();
	const options = { fieldMap, object, crmIds: [crmId], signal };
	for await (const [event] of salesforce.readAll(world.context, options)) return event;
	return undefined;
}

async function listed(object: ObjectName): Promise<string[]> {
	const { signal } = new AbortController();
	const ids: string[] = [];
	for await (const events of salesforce.readAll(world.context, { fieldMap, object, signal }))
		ids.push(...events.map(({ crmId }) => crmId));
	return ids;
}

const ADA: CanonicalFields = { type: 'person', firstName: 'Ada', lastName: 'Hollis' };
const home = async (name: string) => (await create('household', { name })).crmId;
const member = async (change: CanonicalFields = {}) =>
	(await create('contact', { ...ADA, ...change })).crmId;

const MODELS: Array<[string, Partial<Switches>, Record<string, Json>, string]> = [
	[
		'package',
		{ financialServices: 'package', personAccounts: true },
		{},
		'FinServ__PrimaryGroup__c',
	],
	['standard', { financialServices: 'standard', personAccounts: true }, {}, 'IsPrimaryGroup'],
	['package, contacts', { financialServices: 'package' }, {}, 'FinServ__PrimaryGroup__c'],
	['persons', { multipleAccounts: true, personAccounts: true }, {}, ''],
];

describe.each(MODELS)('%s', (_name, switches, settings, primary) => {
	beforeEach(() => setUp(switches, settings));

	/** Moves as the hub would. */
	const move = async (crmId: string, changes: CanonicalFields, change = {}) => {
		const known = (await read(crmId))?.fields ?? {};
		return deliver('contact', {
			crmId,
			known,
			changes,
			desired: { ...known, ...changes },
			...change,
		});
	};

	test('a household is made, listed, changed and deleted; persons and businesses are none', async () => {
		const crmId = await home('Hollis');
		await made('Account', { Name: 'Acme', Type: 'Customer' });
		const ada = await member();
		expect(await listed('household')).toEqual([crmId]);
		expect(await listed('contact')).toEqual([ada]);
		confirmed(
			await deliver('household', { crmId, known: { name: 'Hollis' }, changes: { name: 'H' } }),
		);
		expect((await read(crmId, 'household'))?.fields).toMatchObject({ name: 'H' });
		const again = await create('household', { name: 'H' }, { attempt: 2 });
		expect(again).toMatchObject({ crmId, found: true });
		confirmed(await deliver('household', { operation: 'delete', crmId, known: { name: 'H' } }));
		expect(await listed('household')).toEqual([]);
		expect(await listed('contact')).toEqual([ada]);
	});

	test('a member joins with a role, changes it, moves and leaves', async () => {
		const [h1, h2] = [await home('Hollis'), await home('Brook')];
		const crmId = await member({ household: `household:${h1}`, householdRole: 'Spouse' });
		const first = (await read(crmId))?.fields;
		expect(first).toMatchObject({ household: `household:${h1}`, householdRole: 'Spouse' });
		const relation = 'SELECT AccountId, Roles, IsActive FROM AccountContactRelation';
		const [one] = await rows(`${relation} WHERE AccountId = '${h1}'`);
		expect(one).toMatchObject({ AccountId: h1, Roles: 'Spouse', IsActive: true });
		expect((await read(h1, 'household'))?.members).toEqual([`contact:${crmId}`]);

		const role = confirmed(await move(crmId, { householdRole: 'Head' }));
		expect(role.known).toEqual({ householdRole: 'Head' });
		const moved = confirmed(await move(crmId, { household: `household:${h2}`, jobTitle: 'Cook' }));
		expect(moved.known).toMatchObject({ household: `household:${h2}`, jobTitle: 'Cook' });
		expect((await read(crmId))?.fields).toMatchObject({
			...{ household: `household:${h2}`, householdRole: 'Head', jobTitle: 'Cook' },
		});
		if (primary !== '')
			expect(await rows(`SELECT AccountId FROM AccountContactRelation WHERE ${primary} = true`))
				// One only: it has left the other.
				.toMatchObject([{ AccountId: h2 }]);
		const left = confirmed(await move(crmId, { household: null }));
		expect(left.known).toEqual({ household: null, householdRole: null });
		expect((await read(crmId))?.fields).toMatchObject({ household: null, householdRole: null });
	});

	test('many at once: those that move take calls of their own', async () => {
		const h1 = await home('Hollis');
		const ids = [await member(), await member({ firstName: 'Ben' })];
		const known = await Promise.all(ids.map(async (id) => (await read(id))?.fields ?? {}));
		const own = mapOfObject(fieldMap, 'contact');
		const jobs = ids.map((crmId, place) => {
			const changes = {
				jobTitle: 'Cook',
				...(place === 0 ? { household: `household:${h1}` } : {}),
			};
			const unifiedId = `U${2_000 + place}`;
			return job(world, { crmId, known: known[place] ?? {}, changes, unifiedId, fieldMap: own });
		});
		const told = (await salesforce.deliverMany?.(world.context, jobs)) ?? [];
		expect(told.map(confirmed)[0]?.known).toMatchObject({ household: `household:${h1}` });
		expect((await read(ids[0] ?? ''))?.fields).toMatchObject({ household: `household:${h1}` });
		expect((await read(ids[1] ?? ''))?.fields).toMatchObject({ household: null, jobTitle: 'Cook' });
	});

	test('a role that the org has no word for is left as it is, and said so', async () => {
		const h1 = await home('Hollis');
		const crmId = await member({ household: `household:${h1}`, householdRole: 'Spouse' });
		const outcome = confirmed(await move(crmId, { householdRole: 'Grandparent' }));
		expect(outcome.known).toEqual({ householdRole: 'Spouse' });
	});

	test('a move that nobody has read yet is not written over', async () => {
		const [h1, h2, h3] = [await home('Hollis'), await home('Brook'), await home('Cole')];
		const crmId = await member({ household: `household:${h1}` });
		const known = (await read(crmId))?.fields ?? {};
		const [relation] = await rows(
			`SELECT Id FROM AccountContactRelation WHERE AccountId = '${h1}'`,
		);
		await rest().destroy('AccountContactRelation', String(relation?.['Id']));
		const mark = primary === '' ? {} : { [primary]: true };
		await made('AccountContactRelation', { AccountId: h2, ContactId: crmId, ...mark });
		const changes = { household: `household:${h3}` };
		const outcome = await deliver('contact', { crmId, known, changes });
		expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
		expect((await read(crmId))?.fields).toMatchObject({ household: `household:${h2}` });
	});

	test('a move that broke off half way is taken up again', async () => {
		const [h1, h2] = [await home('Hollis'), await home('Brook')];
		const crmId = await member({ household: `household:${h1}` });
		world.sim.setFault({ kind: 'down', match: 'POST /services/data', times: 1 });
		const broken = await move(crmId, { household: `household:${h2}` });
		expect(broken).toMatchObject({ status: 'retry', known: { household: null } });
		world.sim.clearFaults();
		confirmed(await move(crmId, { household: `household:${h2}` }, { attempt: 2 }));
		expect((await read(crmId))?.fields).toMatchObject({ household: `household:${h2}` });
	});

	test('who joins, leaves and changes the role at the screen is told of the contact', async () => {
		const h1 = await home('Hollis');
		const crmId = await member();
		const watched = watch(world, { start: 'everything', fieldMap });
		await until(() => watched.batches.some(({ complete }) => complete), 'everything read');
		const last = () => watched.of(crmId).at(-1);
		expect(last()?.fields['household']).toBeNull();
		world.advance(2_000);
		const mark = primary === '' ? {} : { [primary]: true };
		const id = await made('AccountContactRelation', {
			...{ AccountId: h1, ContactId: crmId, Roles: 'Child;Client', ...mark },
		});
		await until(() => last()?.fields['household'] === `household:${h1}`, 'joined');
		expect(last()).toMatchObject({ kind: 'delta', fields: { householdRole: 'Child' } });
		world.advance(2_000);
		await rest().update('AccountContactRelation', { Id: id, Roles: 'Spouse;Client' });
		await until(() => last()?.fields['householdRole'] === 'Spouse', 'another role');
		world.advance(2_000);
		await rest().destroy('AccountContactRelation', id);
		await until(() => last()?.fields['household'] === null, 'left');
		expect(last()).toMatchObject({ object: 'contact', change: 'upsert', kind: 'delta' });
	});
});

test('of several groups the primary one counts, the others stay', async () => {
	await setUp({ financialServices: 'package', personAccounts: true });
	const [h1, h2, h3] = [await home('Hollis'), await home('Brook'), await home('Cole')];
	const crmId = await member();
	await made('AccountContactRelation', { AccountId: h1, ContactId: crmId });
	await made('AccountContactRelation', {
		...{ AccountId: h2, ContactId: crmId, FinServ__PrimaryGroup__c: true },
	});
	const known = (await read(crmId))?.fields ?? {};
	expect(known['household']).toBe(`household:${h2}`);
	const changes = { household: `household:${h3}` };
	confirmed(await deliver('contact', { crmId, known, changes }));
	const left = await rows('SELECT AccountId FROM AccountContactRelation ORDER BY Id');
	expect(left.map((row) => row['AccountId'])).toEqual([h1, h3]);
});

test('a contact whose own account is the household leaves it by that', async () => {
	await setUp({ financialServices: 'package' });
	const h1 = await home('Hollis');
	const crmId = await made('Contact', { LastName: 'Hollis', AccountId: h1 });
	const known = (await read(crmId))?.fields ?? {};
	expect(known['household']).toBe(`household:${h1}`);
	confirmed(await deliver('contact', { crmId, known, changes: { household: null } }));
	expect(await rows('SELECT AccountId FROM Contact')).toMatchObject([{ AccountId: null }]);
	expect(await rows('SELECT Id FROM AccountContactRelation')).toEqual([]);
});

test('new members get the fields of the setting', async () => {
	const memberFields = { FinServ__Rollups__c: 'All', FinServ__IncludeInGroup__c: true };
	await setUp({ financialServices: 'package', personAccounts: true }, { memberFields });
	await member({ household: `household:${await home('Hollis')}` });
	expect(
		await rows(
			'SELECT FinServ__Rollups__c, FinServ__IncludeInGroup__c FROM AccountContactRelation',
		),
	).toMatchObject([memberFields]);
});

test('a group whose second half is refused is not made by halves', async () => {
	await setUp(
		{ financialServices: 'standard', personAccounts: true },
		{ householdGroupType: 'x'.repeat(60) },
	);
	const outcome = await deliver('household', {
		...{ operation: 'create', desired: { name: 'Hollis' }, changes: { name: 'Hollis' } },
	});
	expect(outcome).toMatchObject({ status: 'rejected', code: 'STRING_TOO_LONG' });
	expect(await rows('SELECT Id FROM Account')).toEqual([]);
});

test.each<[string, Partial<Switches>, Record<string, Json>]>([
	['the setting says so', { financialServices: 'package' }, { householdModel: 'field' }],
	['the org has nothing else', {}, {}],
	[
		'the record type is another one',
		{ financialServices: 'package' },
		{ householdRecordType: 'Group' },
	],
])('households by a field where %s', async (_why, switches, settings) => {
	await setUp(switches, settings);
	const h1 = await home('Hollis');
	expect(await rows('SELECT Type FROM Account')).toMatchObject([{ Type: 'Household' }]);
	const crmId = await member({ household: `household:${h1}`, householdRole: 'Head' });
	expect(await rows('SELECT AccountId FROM Contact')).toMatchObject([{ AccountId: h1 }]);
	const fields = (await read(crmId))?.fields;
	expect(fields).toMatchObject({ household: `household:${h1}` });
	expect(fields).not.toHaveProperty('householdRole');
});

test('the panels are told of the role', async () => {
	await setUp({ financialServices: 'package' });
	const described = await salesforce.describe(world.context);
	expect(described.find(({ suggestedField }) => suggestedField === 'householdRole')).toMatchObject({
		name: 'AccountContactRelation.Roles',
	});
});
