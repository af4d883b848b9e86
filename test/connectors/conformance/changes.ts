/** What a change source tells: everything once, nothing of our own as news, and on from where it stood. */
import type { ChangeEventInput } from '../../../lib/model/event';
import type { Source } from '../../unit/connectors/harness';
import {
	confirmed,
	deliver,
	expectEvents,
	expectSame,
	idNamed,
	loaded,
	OFFICE,
	read,
	watch,
	type Check,
} from './world';

const of = (source: Source, crmId: string) =>
	source.events.filter((event) => event.crmId === crmId);
const says = (jobTitle: string) => (event: ChangeEventInput) => event.fields.jobTitle === jobTitle;

/** Until an event of the record says so. */
async function told(source: Source, crmId: string, isIt: (event: ChangeEventInput) => boolean) {
	await source.until(() => of(source, crmId).some(isIt));
}

const firstRead: Check = {
	name: 'everything is read first, whole',
	run: async (world) => {
		const source = watch(world, { settings: world.options.smallPages });
		await loaded(source);
		expectEvents(source.events);
		expect(new Set(source.events.map(({ crmId }) => crmId)).size).toBe(OFFICE.length);
		const ada = idNamed(world, 'Ada');
		const [event] = of(source, ada);
		expect(event).toMatchObject({ object: 'contact', kind: 'snapshot', change: 'upsert' });
		expectSame(event?.fields ?? {}, await read(world, ada));
	},
};

const fromNow: Check = {
	name: 'a start from now tells only what changes then',
	run: async (world) => {
		const source = watch(world, { start: 'now' });
		await loaded(source);
		const ben = idNamed(world, 'Ben');
		world.people.edit(ben, { jobTitle: 'Baker' });
		await told(source, ben, says('Baker'));
		expect(new Set(source.events.map(({ crmId }) => crmId))).toEqual(new Set([ben]));
	},
};

const edits: Check = {
	name: 'a record that is made, edited and deleted at the screen arrives each time',
	run: async (world) => {
		const { people, options } = world;
		const source = watch(world, { settings: options.quickDeletes });
		await loaded(source);
		const { id } = people.create({ type: 'person', firstName: 'Finn', lastName: 'Hollis' });
		source.known.add(id);
		await told(
			source,
			id,
			({ change, fields }) => change === 'upsert' && fields.firstName === 'Finn',
		);
		people.edit(id, { jobTitle: 'Farmer' });
		await told(source, id, says('Farmer'));
		people.remove(id);
		await told(source, id, ({ change }) => change === 'delete');
		expectEvents(source.events);
		expect(of(source, id).at(-1)).toMatchObject({ change: 'delete', fields: {} });
		expect(of(source, id).filter(({ change }) => change === 'delete')).toHaveLength(1);
	},
};

const restart: Check = {
	name: 'a source that is started again goes on where it stood',
	run: async (world) => {
		const before = watch(world);
		await loaded(before);
		await before.stop();
		const ids = new Set(before.events.map(({ eventId }) => eventId));
		const ben = idNamed(world, 'Ben');
		world.people.edit(ben, { jobTitle: 'Baker' });
		const after = watch(world, { cursor: before.cursor });
		await told(after, ben, says('Baker'));
		// What is told again is the same observation: the inbox knows it by its id.
		const news = after.events.filter(({ eventId }) => !ids.has(eventId));
		expect(new Set(news.map(({ crmId }) => crmId))).toEqual(new Set([ben]));
	},
};

const echo: Check = {
	name: 'what the fabric wrote comes back as nothing new',
	run: async (world) => {
		const source = watch(world);
		await loaded(source);
		const ada = idNamed(world, 'Ada');
		const known = await read(world, ada);
		const changes = { jobTitle: 'Painter' };
		const job = { crmId: ada, changes, known, desired: { ...known, ...changes } };
		const outcome = confirmed(await deliver(world, job));
		const made = { type: 'person', firstName: 'Finn', lastName: 'Hollis' };
		const create = { operation: 'create' as const, changes: made, desired: made };
		const born = confirmed(await deliver(world, create));
		await told(source, ada, says('Painter'));
		await source.until(() => of(source, born.crmId).length > 0);
		const back = of(source, ada).filter(says('Painter'));
		for (const { fields } of back) expectSame(fields, { ...known, ...outcome.known });
		for (const { fields } of of(source, born.crmId))
			expectSame(fields, { ...(await read(world, born.crmId)), ...born.known });
	},
};

const outage: Check = {
	name: '429, 5xx and dropped connections are waited out, and said',
	run: async (world) => {
		const headers = { 'retry-after': '0' };
		world.setFault({ kind: 'status', status: 429, times: 1, headers });
		world.setFault({ kind: 'status', status: 503, times: 1, headers });
		world.setFault({ kind: 'down', times: 1 });
		const source = watch(world);
		await loaded(source);
		expect(source.states.filter(({ status }) => status === 'waiting').length).toBeGreaterThan(0);
		expect(new Set(source.events.map(({ crmId }) => crmId)).size).toBe(OFFICE.length);
	},
};

const refused: Check = {
	name: 'a refused credential ends the source with an error',
	run: async (world) => {
		world.setFault({ kind: 'status', status: 401 });
		const source = watch(world);
		await expect(source.ended).rejects.toMatchObject({ name: 'AuthenticationFailure' });
	},
};

export const CHANGES: Check[] = [firstRead, fromNow, edits, restart, echo, outage, refused];
