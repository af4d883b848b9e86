/** What Redtail's change source tells of families, notes, activities and opportunities, over HTTP. */
import type { Json } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { OBJECTS, type ObjectName } from '../../../lib/model/objects';
import { Source } from '../connectors/harness';
import { confirmed, FIELD_MAP, mapWith, RedtailWorld } from './world';

let world: RedtailWorld;
let source: Source | undefined;

afterEach(async () => {
	const running = source;
	source = undefined;
	await Promise.allSettled([running?.stop()]);
	await world.close();
});

async function open(
	switches: Record<string, unknown> = {},
	settings: Record<string, Json> = {},
): Promise<void> {
	// The contacts are older than any poll looks: only a family, or a full comparison, tells of them.
	let behindMs = 7_200_000;
	world = await RedtailWorld.open(switches, settings, () => Date.now() - behindMs);
	behindMs = 0;
}

const EVERYTHING = { start: 'everything' as const, fieldMap: FIELD_MAP };

/** Starts a source and waits until it has read everything once. */
async function begin(
	options: ConstructorParameters<typeof Source>[2] = EVERYTHING,
): Promise<Source> {
	source = new Source(redtail, world.context(), options);
	source.known = new Set(world.ids);
	await source.until(() => source?.batches.some(({ complete }) => complete) === true);
	return source;
}

const of = (object: ObjectName, crmId?: string | number) =>
	(source?.events ?? []).filter(
		(event) => event.object === object && (crmId === undefined || event.crmId === String(crmId)),
	);
const until = (isMet: () => boolean) => source?.until(isMet);
/** What the last event of a contact that says anything of its household says. */
const homeOf = (place: number) =>
	of('contact', world.id(place))
		.filter(({ fields }) => 'household' in fields)
		.at(-1)?.fields;

async function household(...places: number[]): Promise<number> {
	const members = places.map((place, index) => ({
		contact_id: world.id(place),
		relationship: index === 0 ? 1 : 3,
	}));
	return world.made('/_sim/families', { name: 'Almqvist Family', members });
}

async function office(): Promise<
	Record<'family' | 'task' | 'event' | 'opportunity' | 'note', number>
> {
	const linked_contacts = [{ contact_id: world.id(0) }];
	const times = { start_date: '2026-06-03T18:00:00.000Z', end_date: '2026-06-03T19:00:00.000Z' };
	return {
		family: await household(0, 1, 2),
		task: await world.made('/activities', {
			...{ subject: 'Send forms', activity_code_id: 4, linked_contacts },
			...times,
		}),
		event: await world.made('/activities', {
			...{ subject: 'Review', activity_code_id: 3, linked_contacts },
			...times,
		}),
		opportunity: await world.made('/opportunities', { name: 'IRA', amount: 9, linked_contacts }),
		note: await world.made(`/contacts/${world.id(0)}/notes`, { body: '<p>Met.</p>' }),
	};
}

test.each([{}, { linksInLists: false }])(
	'everything there is comes once, what others name first (%j)',
	async (switches) => {
		await open(switches);
		const made = await office();
		await begin();
		const order = source?.events.map(({ object }) => OBJECTS.indexOf(object)) ?? [];
		const first = [...new Set(order)];
		expect(first).toEqual([...first].sort((a, b) => a - b));
		expect(of('household')[0]).toMatchObject({
			crmId: String(made.family),
			fields: { name: 'Almqvist Family' },
			members: [world.contact(0), world.contact(1), world.contact(2)],
		});
		expect(homeOf(1)).toEqual(
			expect.objectContaining({ household: `household:${made.family}`, householdRole: 'Child' }),
		);
		expect(homeOf(3)).toMatchObject({ household: null });
		const client = world.contact(0);
		expect(of('task')[0]).toMatchObject({
			crmId: String(made.task),
			fields: { client, subject: 'Send forms', dueDate: '2026-06-03', done: false },
		});
		expect(of('event')[0]).toMatchObject({
			crmId: String(made.event),
			fields: { client, subject: 'Review', startsAt: '2026-06-03T18:00:00.000Z' },
		});
		expect(of('opportunity')[0]).toMatchObject({
			fields: { client, name: 'IRA', amount: 9, stage: 'Prospecting', category: 'Rollover' },
		});
		expect(of('note')[0]).toMatchObject({
			crmId: `${world.id(0)}-${made.note}`,
			fields: { client, text: 'Met.', category: 'General Information' },
		});
	},
);

test('with contacts alone nothing else is asked for', async () => {
	await open({}, { minItemPollSeconds: 0.001 });
	await office();
	const calls: string[] = [];
	const context = world.context();
	const { http } = context;
	const listening = {
		...context,
		http: (request: Parameters<typeof http>[0]) => {
			calls.push(`${request.url} ${JSON.stringify(request.headers ?? {})}`);
			return http(request);
		},
	};
	source = new Source(redtail, listening, { start: 'everything', fieldMap: mapWith('contact') });
	await source.rounds(8);
	expect(calls.filter((call) => !call.startsWith('/contacts'))).toEqual([]);
	expect(calls.filter((call) => /family|notes/.test(call))).toEqual([]);
	expect(source.cursor).toMatchObject({ version: 1 });
});

describe('who belongs to which family', () => {
	test.each([{}, { familyMemberBumps: true }])(
		'who joins, leaves or gets another place is told as the contact’s change (%j)',
		async (switches) => {
			await open(switches);
			const one = await household(0, 1);
			const two = await household(2);
			await begin();
			const seen = source?.events.length ?? 0;
			const place = (family: number, at: number) =>
				`/_sim/families/${family}/members/${world.id(at)}`;
			await world.desk('PUT', place(one, 3), { body: { relationship: 2 } });
			await until(() => homeOf(3)?.householdRole === 'Spouse');
			expect(homeOf(3)).toMatchObject({ household: `household:${one}` });
			await world.desk('PUT', place(two, 1), { body: { relationship: 4 } });
			await until(() => homeOf(1)?.household === `household:${two}`);
			await world.desk('DELETE', place(one, 3));
			await until(() => homeOf(3)?.household === null);
			// And once more in and out: an old telling does not hide a new one.
			await world.desk('PUT', place(one, 3), { body: { relationship: 2 } });
			await until(() => homeOf(3)?.household === `household:${one}`);
			await world.desk('DELETE', place(one, 3));
			await until(() => homeOf(3)?.household === null);
			const told = (source?.events ?? []).slice(seen);
			const deltas = told.filter(({ object, kind }) => object === 'contact' && kind === 'delta');
			expect(new Set(deltas.map(({ crmId }) => crmId))).toEqual(
				new Set([world.id(3), world.id(1)]),
			);
			const ids = new Map(deltas.map((event) => [event.eventId, event.fields]));
			// Five changes, each under one name.
			expect(ids.size).toBe(5);
			expect(of('household', one).at(-1)?.members).toEqual([world.contact(0)]);
		},
	);

	test('a family that is deleted leaves its members without one', async () => {
		await open({}, { fullScanMinutes: 0.001 });
		const family = await household(0, 1);
		await begin();
		if (source) source.known = new Set([...world.ids, String(family)]);
		await world.desk('DELETE', `/_sim/families/${family}`);
		await until(() => homeOf(0)?.household === null && homeOf(1)?.household === null);
		await until(() => of('household').some(({ change }) => change === 'delete'));
	});

	test('with changes from now on, what is there already is nobody’s change', async () => {
		await open();
		await household(0, 1);
		await begin({ start: 'now', fieldMap: FIELD_MAP });
		await source?.rounds(6);
		// The full comparison tells of the contacts that the fabric knows.
		const told = source?.events.filter(
			({ object, kind }) => object !== 'contact' || kind === 'delta',
		);
		expect(told).toEqual([]);
		await household(2);
		await until(() => homeOf(2)?.householdRole === 'Head of Household');
	});
});

test('edits and deletes of activities and opportunities are found by comparison', async () => {
	await open({}, { fullScanMinutes: 0.001 });
	const made = await office();
	await begin();
	if (source) source.known = new Set(Object.values(made).map(String));
	await world.person('PUT', `/activities/${made.task}`, { body: { completed: true } });
	await until(() => of('task', made.task).at(-1)?.fields.done === true);
	await world.person('PUT', `/opportunities/${made.opportunity}`, { body: { stage_id: 5 } });
	await until(() => of('opportunity').at(-1)?.fields.stage === 'Won');
	await world.person('DELETE', `/activities/${made.event}`);
	await until(() => of('event', made.event).at(-1)?.change === 'delete');
	await world.person('DELETE', `/opportunities/${made.opportunity}`);
	await until(() => of('opportunity').at(-1)?.change === 'delete');
	expect(of('task').every(({ change }) => change === 'upsert')).toBe(true);
});

test('of tasks alone, events are left out and their list is still read whole', async () => {
	await open({}, { fullScanMinutes: 0.001 });
	const made = await office();
	await begin({ start: 'everything', fieldMap: mapWith('contact', 'task') });
	if (source) source.known = new Set([String(made.task)]);
	await world.person('DELETE', `/activities/${made.task}`);
	await until(() => of('task', made.task).at(-1)?.change === 'delete');
	expect(of('event')).toEqual([]);
	expect(of('household')).toEqual([]);
});

describe('notes', () => {
	test('of a contact that was edited, soon; of the others with the full reading', async () => {
		await open({}, { noteScanMinutes: 0, fullScanMinutes: 0 });
		await begin();
		const quiet = await world.made(`/contacts/${world.id(1)}/notes`, { body: 'Quiet.' });
		const loud = await world.made(`/contacts/${world.id(0)}/notes`, { body: 'Loud.' });
		world.simulator.people.edit(world.id(0), { jobTitle: 'Surveyor' });
		await until(() => of('note', `${world.id(0)}-${loud}`).length > 0);
		await source?.rounds(4);
		expect(of('note', `${world.id(1)}-${quiet}`)).toEqual([]);
		await source?.stop();
		world.settings.noteScanMinutes = 0.001;
		await begin({ ...EVERYTHING, cursor: source?.cursor ?? null });
		await until(() => of('note', `${world.id(1)}-${quiet}`).length > 0);
	});

	test('one that is deleted is told once', async () => {
		await open({}, { noteScanMinutes: 0.001 });
		const outcome = await (async () => {
			const desired = { client: world.contact(0), text: 'Met.' };
			return confirmed(await world.create('note', desired));
		})();
		await begin();
		if (source) source.known = new Set([outcome.crmId]);
		const [contactId, id] = outcome.crmId.split('-');
		await world.person('DELETE', `/contacts/${contactId}/notes/${id}`);
		await until(() => of('note').some(({ change }) => change === 'delete'));
		await source?.rounds(8);
		expect(of('note').filter(({ change }) => change === 'delete')).toHaveLength(1);
	});
});
