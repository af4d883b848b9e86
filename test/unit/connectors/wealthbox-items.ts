/** Wealthbox with two clients, Ada and Ben, all objects mapped, and calls for its records. For tests over HTTP. */
import type { ConnectorContext, CrmRecord, Json } from '../../../lib/connectors/connector';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import type { Simulator } from '../../simulators/simulator';
import type { HttpPort } from '../../../lib/connectors/http';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { contextOf, jobOf, portOf } from './harness';

export type Item = Exclude<ObjectName, 'contact'>;

export const custom = (object: Item, field: string, crmField: string) => ({
	...{ object, field, crmField },
	direction: 'both' as const,
});

export const MAP: FieldMap = [
	...wealthbox.defaultFieldMap,
	...chosenMap(wealthbox.objectFieldMap ?? [], OBJECTS),
	custom('task', 'custom.effort', 'custom_fields.47'),
	custom('opportunity', 'custom.region', 'custom_fields.46'),
];

export let simulator: Simulator;

export let ada: string;

export let ben: string;

export async function start(
	switches: Record<string, unknown> = {},
	now?: () => number,
): Promise<void> {
	const people = ['Ada', 'Ben'].map((firstName) => ({
		...{ type: 'person' as const, firstName, lastName: 'Hollis' },
	}));
	simulator = await startWealthboxSimulator({
		contacts: people,
		now,
		switches: { throttle: false, ...switches },
	});
	paths = [];
	[ada = '', ben = ''] = simulator.people.list().map(({ id }) => id);
}

/** Paths that were called. */
export let paths: string[] = [];

export const context = (settings: Record<string, Json> = {}): ConnectorContext =>
	contextOf(wealthbox, watched(portOf(simulator)), {
		...{ objects: [...OBJECTS], minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 },
		...settings,
	});

export const watched =
	(port: HttpPort): HttpPort =>
	(request) => {
		paths.push(request.url);
		return port(request);
	};

export const contact = (id: string) => localReference('contact', id);

export const household = (id: string) => localReference('household', id);

export const clientOf = (object: Item) => {
	const client = wealthbox.records?.[object];
	if (client === undefined) throw new Error(object);
	return client;
};

export const make = async (object: Item, values: CrmRecord) =>
	String((await clientOf(object).create(context(), values)).id);

export const raw = (object: Item, id: string) => clientOf(object).get(context(), id);

export async function held(object: ObjectName, id: string): Promise<CanonicalFields> {
	const pages = wealthbox.readAll(context(), {
		...{ fieldMap: MAP, object, crmIds: [id] },
		signal: new AbortController().signal,
	});
	for await (const [event] of pages) if (event !== undefined) return event.fields;
	throw new Error(`${object} ${id} is not there`);
}

export function job(object: ObjectName, over: Partial<DeliveryJob>): DeliveryJob {
	return jobOf(wealthbox, { object, fieldMap: mapOfObject(MAP, object), ...over });
}

export const creation = (
	object: ObjectName,
	fields: CanonicalFields,
	over: Partial<DeliveryJob> = {},
) => job(object, { operation: 'create', changes: fields, desired: fields, ...over });

export function confirmed(outcome: DeliveryOutcome) {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

export const deliver = async (one: DeliveryJob, settings: Record<string, Json> = {}) =>
	wealthbox.deliver(context(settings), one);

export async function update(object: ObjectName, id: string, changes: CanonicalFields) {
	const known = await held(object, id);
	const desired = { ...known, ...changes };
	return confirmed(await deliver(job(object, { crmId: id, changes, desired, known })));
}

export const project = (object: ObjectName, fields: CanonicalFields) =>
	wealthbox.project(fields, mapOfObject(MAP, object), {}, object);
