/** Person accounts against the simulator over HTTP: their own account, the node’s own operations, and what belongs to them. */
import { salesforce } from '../../../lib/connectors/salesforce';
import { mapOfObject } from '../../../lib/model/field-map';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import type { CrmRecord } from '../../../lib/connectors/connector';
import {
	world,
	setUp,
	rest,
	rows,
	deliver,
	creation,
	confirmed,
	read,
	existing,
	accountOf,
	close,
} from './persons-world';

afterEach(close);

test('its own account is neither a household nor an employer', async () => {
	await setUp({ companyFromAccount: true, objects: ['contact', 'household'] });
	const map = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];
	const { crmId } = await existing();
	await rest().update('Account', { Id: await accountOf(crmId), Type: 'Household' });
	const fields = await read(crmId, map);
	expect(fields).toMatchObject({ household: null, companyName: null });
	const home = String((await rest().create('Account', { Name: 'Home', Type: 'Household' })).id);
	const { signal } = new AbortController();
	const listed: string[] = [];
	for await (const events of salesforce.readAll(world.context, {
		...{ fieldMap: map, object: 'household' as const, signal },
	}))
		listed.push(...events.map((event) => event.crmId));
	expect(listed).toEqual([home]);
	const own = mapOfObject(map, 'contact');
	const changes = { household: `household:${home}`, jobTitle: 'Painter' };
	const outcome = await deliver({ crmId, known: fields, changes, fieldMap: own });
	expect(outcome).toMatchObject({ status: 'confirmed', known: { household: null } });
	expect(await read(crmId, map)).toMatchObject({ jobTitle: 'Painter', household: null });
});

test('the node’s own operations', async () => {
	await setUp();
	const { contacts } = salesforce;
	const values = { LastName: 'Hollis', Email: 'ada@hollis.example', Phone: '1', Title: 'Cook' };
	const made = await contacts.create(world.context, values);
	expect(made).toMatchObject({ ...values, IsPersonAccount: true });
	const crmId = contacts.idOf(made);
	const changed = await contacts.update(world.context, crmId, { Phone: '2', Title: null });
	expect(changed).toMatchObject({ Phone: '2', Title: null });
	expect(await contacts.list(world.context, {})).toMatchObject([{ Id: crmId, Phone: '2' }]);
	expect(await contacts.findBy(world.context, 'Email', 'ada@hollis.example')).toMatchObject([
		{ Id: crmId, Phone: '2' },
	]);
	await expect(
		contacts.update(world.context, crmId, { ReportsToId: '003000000000000AAA' }),
	).rejects.toMatchObject({ code: 'INVALID_FIELD', options: { field: 'ReportsToId' } });
	await contacts.delete(world.context, crmId);
	expect(await rows('SELECT Id FROM Account')).toEqual([]);
});

describe('what belongs to a person', () => {
	const map = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];
	const objects = ['contact', 'household', 'opportunity', 'note', 'task'];
	const item = (object: ObjectName, change: Partial<DeliveryJob>) =>
		deliver({ object, fieldMap: mapOfObject(map, object), ...change });
	const fieldsOf = async (object: ObjectName, crmId: string) => {
		const { signal } = new AbortController();
		const options = { fieldMap: map, object, crmIds: [crmId], signal };
		for await (const [event] of salesforce.readAll(world.context, options)) return event?.fields;
		return undefined;
	};

	test.each<[ObjectName, string, CanonicalFields, CrmRecord]>([
		['note', 'Note', { text: 'Met.' }, { Title: 'Other', Body: 'Other.', ParentId: 'account' }],
		[
			...(['opportunity', 'Opportunity', { name: 'Rollover' }] as const),
			{ Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31', AccountId: 'account' },
		],
		['task', 'Task', { subject: 'Call' }, { Subject: 'Other', WhatId: 'account' }],
	])('a %s at its account is about the contact', async (object, sobject, fields, raw) => {
		await setUp({ objects });
		const { crmId } = await existing();
		const accountId = await accountOf(crmId);
		const atScreen = Object.entries(raw).map(([name, value]) => {
			return [name, value === 'account' ? accountId : value] as const;
		});
		const { id } = await rest().create(sobject, Object.fromEntries(atScreen));
		expect((await fieldsOf(object, String(id)))?.['client']).toBe(`contact:${crmId}`);

		const desired = { ...fields, client: `contact:${crmId}` };
		const made = confirmed(await item(object, creation(desired)));
		expect(made.known).toMatchObject(desired);
		const again = confirmed(await item(object, creation(desired, { attempt: 2 })));
		expect(again).toMatchObject({ crmId: made.crmId, found: true });
		const place = { note: 'ParentId', opportunity: 'AccountId', task: 'WhoId' }[String(object)];
		const [row] = await rows(`SELECT ${place} FROM ${sobject} WHERE Id = '${made.crmId}'`);
		expect(row?.[String(place)]).toBe(object === 'task' ? crmId : accountId);
	});
});
