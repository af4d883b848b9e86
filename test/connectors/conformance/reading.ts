/** What a connector reads, and that it never takes half of it for the whole. */
import { mapOfObject } from '../../../lib/model/field-map';
import {
	elsewhere,
	expectEvents,
	expectSame,
	idNamed,
	OFFICE,
	readAll,
	type Check,
	type World,
} from './world';

const idsOf = (world: World) =>
	world.people
		.list()
		.map(({ id }) => id)
		.sort();

const connection: Check = {
	name: 'the check passes, and tells a refused credential from a wrong address',
	run: async (world) => {
		const { connector } = world;
		await connector.check(world.context());
		await expect(connector.check(elsewhere(world.context()))).rejects.toMatchObject({
			name: 'ConfigurationFailure',
		});
		world.setFault({ kind: 'status', status: 401 });
		await expect(connector.check(world.context())).rejects.toMatchObject({
			name: 'AuthenticationFailure',
		});
	},
};

const described: Check = {
	name: 'describe names every field of the default map, each once',
	run: async ({ connector, context }) => {
		const { defaultFieldMap, objectFieldMap = [], capabilities } = connector;
		const missing: string[] = [];
		const map = [...defaultFieldMap, ...objectFieldMap];
		for (const object of ['contact', ...Object.keys(capabilities.objects ?? {})] as const) {
			const fields = await connector.describe(context(), object as 'contact');
			const names = fields.map(({ name }) => name);
			expect(new Set(names).size).toBe(names.length);
			const mapped = mapOfObject(map, object as 'contact').map(({ crmField }) => crmField);
			missing.push(...mapped.filter((name) => !names.includes(name)));
		}
		expect(missing).toEqual([]);
	},
};

const everything: Check = {
	name: 'readAll gives every record once, as a record that is read by itself',
	run: async (world) => {
		const { connector, options, context } = world;
		const events = await readAll(world, { settings: options.smallPages });
		expectEvents(events);
		expect(events.map(({ crmId }) => crmId).sort()).toEqual(idsOf(world));
		expect(events.every(({ kind, change }) => kind === 'snapshot' && change === 'upsert')).toBe(
			true,
		);
		for (const { crmId, fields } of events) {
			const record = await connector.contacts.get(context(), crmId);
			const { settings } = context();
			expectSame(connector.toCanonical(record, connector.defaultFieldMap, settings), fields);
		}
	},
};

const some: Check = {
	name: 'readAll of some records leaves out those that are gone',
	run: async (world) => {
		const [ada, ben] = [idNamed(world, 'Ada'), idNamed(world, 'Ben')];
		world.people.remove(ben);
		const events = await readAll(world, { crmIds: [ada, ben] });
		expect(events.map(({ crmId }) => crmId)).toEqual([ada]);
	},
};

/** The pages of all contacts, begun. */
function pagesOf({ connector, context, options }: World) {
	const { defaultFieldMap: fieldMap } = connector;
	const { signal } = new AbortController();
	return connector.readAll(context(options.smallPages), { fieldMap, signal });
}

const broken: Check = {
	name: 'readAll that breaks off ends with an error',
	run: async (world) => {
		const pages = pagesOf(world);
		expect((await pages.next()).done).toBe(false);
		world.setFault({ kind: 'status', status: 500 });
		const rest = async () => {
			while (!(await pages.next()).done);
		};
		await expect(rest()).rejects.toMatchObject({
			name: expect.stringMatching(/CrmError|HttpFailure/) as string,
		});
	},
};

const throttled: Check = {
	name: 'readAll that meets a 429 is whole, or ends with an error',
	run: async (world) => {
		const pages = pagesOf(world);
		const first = await pages.next();
		const ids = first.done ? [] : first.value.map(({ crmId }) => crmId);
		world.setFault({ kind: 'status', status: 429, times: 1, headers: { 'retry-after': '0' } });
		const rest = async () => {
			for await (const page of pages) ids.push(...page.map(({ crmId }) => crmId));
			return ids.sort();
		};
		const ended = await rest().catch((error: unknown) => error);
		if (ended instanceof Error) expect(ended).toMatchObject({ name: 'CrmError', status: 429 });
		else expect(ended).toEqual(idsOf(world));
	},
};

const gone: Check = {
	name: 'isGone tells a record that is gone from one that cannot be asked for',
	run: async (world) => {
		const { connector, people, context } = world;
		const ada = idNamed(world, 'Ada');
		expect(await connector.isGone(context(), ada)).toBe(false);
		await expect(connector.isGone(elsewhere(context()), ada)).rejects.toThrow();
		people.remove(ada);
		expect(await connector.isGone(context(), ada)).toBe(true);
	},
};

const records: Check = {
	name: "the node's own operations list, get, delete, and say what is not there",
	run: async (world) => {
		const { contacts } = world.connector;
		const ada = idNamed(world, 'Ada');
		expect(contacts.idOf(await contacts.get(world.context(), ada))).toBe(ada);
		expect(await contacts.list(world.context(), { limit: 2 })).toHaveLength(2);
		const all = await contacts.list(world.context(), { limit: OFFICE.length + 10 });
		expect(all.map(contacts.idOf).sort()).toEqual(idsOf(world));
		await contacts.delete(world.context(), ada);
		expect(idsOf(world)).not.toContain(ada);
		await expect(contacts.get(world.context(), ada)).rejects.toMatchObject({
			...{ name: 'CrmError', status: 404 },
		});
	},
};

export const READING: Check[] = [
	connection,
	described,
	everything,
	some,
	broken,
	throttled,
	gone,
	records,
];
