/** Notes, tasks, events and opportunities: the same laws as for contacts. */
import type { ItemObject } from '../../../lib/connectors/objects/crm-object';
import { capabilityOf } from '../../../lib/connectors/capability';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference } from '../../../lib/model/objects';
import { ITEM_SAMPLES, type ItemSample } from './samples';
import {
	confirmed,
	deliver,
	elsewhere,
	expectEvents,
	expectSame,
	idNamed,
	projected,
	read,
	readAll,
	settingsFor,
	watch,
	type Check,
	type ConformanceOptions,
	type World,
} from './world';

interface Part extends ItemSample {
	world: World;
	object: ItemObject;
}

function madeFor({ world, made }: Part, firstName = 'Ada'): CanonicalFields {
	return { client: localReference('contact', idNamed(world, firstName)), ...made };
}

function make(part: Part, over: Partial<DeliveryJob> = {}) {
	const desired = madeFor(part);
	const { object } = part;
	return deliver(part.world, { object, operation: 'create', changes: desired, desired, ...over });
}

async function update({ world, object }: Part, crmId: string, changes: CanonicalFields) {
	const known = await read(world, crmId, object);
	return deliver(world, { object, crmId, changes, known, desired: { ...known, ...changes } });
}

const canOf = ({ world, object }: Part) =>
	capabilityOf(world.connector, object, world.context(settingsFor(world, object)).settings);

async function holds(part: Part): Promise<void> {
	const { world, object, changed } = part;
	const made = confirmed(await make(part));
	const before = await read(world, made.crmId, object);
	expectSame(projected(world, madeFor(part), object), before);
	expectSame(made.known, before);
	if (canOf(part).change !== true) return;
	const done = confirmed(await update(part, made.crmId, changed));
	const after = await read(world, made.crmId, object);
	expectSame(projected(world, changed, object), after);
	expectSame(done.known, after);
	expect(after.client).toBe(madeFor(part).client);
}

async function foundAgain(part: Part): Promise<void> {
	const { world, object } = part;
	world.setFault({ kind: 'timeoutAfterCommit', match: 'POST', times: 1 });
	expect(await make(part)).toMatchObject({ status: 'retry', outcomeUnknown: true });
	world.clearFaults();
	expect(confirmed(await make(part, { attempt: 2 })).found).toBe(true);
	expect(await readAll(world, { object })).toHaveLength(1);
}

async function conflict(part: Part): Promise<void> {
	if (canOf(part).change !== true) return;
	const { world, object, changed, made } = part;
	const { crmId } = confirmed(await make(part));
	const [[field, value] = ['', null]] = Object.entries(changed);
	const known = { ...(await read(world, crmId, object)), [field]: 'something else' };
	const changes = { [field]: value };
	const outcome = await deliver(world, { object, crmId, changes, known, desired: changes });
	expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
	expectSame(
		projected(world, { [field]: made[field] ?? null }, object),
		await read(world, crmId, object),
	);
}

async function removed(part: Part): Promise<void> {
	const { world, object } = part;
	const { connector } = world;
	const { crmId } = confirmed(await make(part));
	const known = await read(world, crmId, object);
	const context = world.context(settingsFor(world, object));
	const isGone = (from = context) => connector.isGone(from, crmId, undefined, object);
	expect(await isGone()).toBe(false);
	await expect(isGone(elsewhere(context))).rejects.toThrow();
	if (!canOf(part).delete) return;
	confirmed(await deliver(world, { object, operation: 'delete', crmId, known }));
	expect(await isGone()).toBe(true);
	confirmed(await deliver(world, { object, operation: 'delete', crmId, known, attempt: 2 }));
	const change = { object, crmId, known, changes: part.changed, desired: part.changed };
	if (canOf(part).change === true)
		expect(await deliver(world, change)).toMatchObject({ status: 'gone' });
}

async function toldOnce(part: Part): Promise<void> {
	const { world, object } = part;
	const source = watch(world, { object });
	const { crmId, known } = confirmed(await make(part));
	const own = () => source.events.filter((event) => event.object === object);
	await source.until(() => own().some((event) => event.crmId === crmId));
	expectEvents(source.events);
	const contacts = source.events.filter((event) => event.object === 'contact');
	expect(new Set(contacts.map((event) => event.crmId)).size).toBe(world.people.list().length);
	const now = await read(world, crmId, object);
	for (const { fields } of own()) expectSame(fields, { ...now, ...known });
}

const CHECKS: Array<[says: string, run: (part: Part) => Promise<void>]> = [
	['what is read after a write is what project said', holds],
	['a create whose answer got lost is found again', foundAgain],
	['an edit made there since the last read is not written over', conflict],
	['a delete is done, and a record that is gone is told from a wrong address', removed],
	['the change source brings it beside its client, and our own as nothing new', toldOnce],
];

/** The checks of one object; none if there is no sample of it. */
export function itemChecks(
	object: ItemObject,
	samples: ConformanceOptions['samples'] = {},
): Check[] {
	const sample = samples[object] ?? ITEM_SAMPLES[object];
	if (sample === undefined) return [];
	return CHECKS.map(([says, run]) => ({
		name: `${object}: ${says}`,
		run: (world) => run({ ...sample, world, object }),
	}));
}
