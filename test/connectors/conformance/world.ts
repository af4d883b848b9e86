/** What the conformance suite is told about a CRM, and what its checks share. */
import type fc from 'fast-check';
import type { Connector, ConnectorContext, Json } from '../../../lib/connectors/connector';
import type { HttpRequest } from '../../../lib/connectors/http';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import type { ItemObject } from '../../../lib/connectors/objects/crm-object';
import { sameValue } from '../../../lib/model/canonical';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { changeEventSchema, type ChangeEventInput } from '../../../lib/model/event';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import type { Fault, PlainEdit } from '../../simulators/simulator';
import { jobOf, Source } from '../../unit/connectors/harness';
import type { ItemSample } from './samples';

export interface ScreenContact {
	id: string;
	firstName: string | null;
	lastName: string | null;
	jobTitle: string | null;
}

/** A person at the CRM's own screen: no API, no rate limit. */
export interface Screen {
	list: () => ScreenContact[];
	create: (values: PlainEdit) => { id: string };
	edit: (id: string, values: PlainEdit) => unknown;
	remove: (id: string) => unknown;
}

/** A CRM that runs for one check, reached over HTTP. */
export interface RunningCrm {
	/** Settings go over the connector's defaults; short waits are the adapter's part. */
	context: (settings?: Record<string, Json>) => ConnectorContext;
	people: Screen;
	/** `down`, `status`, `statusAfterCommit` and `timeoutAfterCommit` of test/simulators/simulator.ts. */
	setFault: (fault: Fault) => void;
	clearFaults: () => void;
	stop: () => Promise<void>;
}

export interface ConformanceOptions {
	connector: Connector;
	/** With these contacts in it. */
	start: (contacts: PlainEdit[]) => Promise<RunningCrm>;
	/** Text in `METHOD /path` of the call that makes a contact, and of the one that changes it. Default: POST and PUT. */
	createCall?: string;
	updateCall?: string;
	/** Settings with which five contacts are more than one page. Absent: its pages are too long for that. */
	smallPages?: Record<string, Json>;
	/** Settings with which a delete is noticed at once. */
	quickDeletes?: Record<string, Json>;
	/** An answer that refuses a value with this sentence. Default: 422 with `error`. */
	refusal?: (sentence: string) => Fault;
	/** Contacts that this CRM takes; default: {@link people} of samples.ts. */
	contact?: fc.Arbitrary<CanonicalFields>;
	/** Beside contacts; default: those of `capabilities.objects` of which samples.ts has a sample. */
	objects?: readonly ItemObject[];
	/** Samples with words of this CRM's own lists, over those of samples.ts. */
	samples?: Partial<Record<ItemObject, ItemSample>>;
	/** Settings with which they are synced; default: the setting `objects`. */
	objectSettings?: Record<string, Json>;
	/** Name of a check -> why this CRM cannot do what it asks. */
	cannot?: Record<string, string>;
}

/** One check and the CRM that it runs against. */
export interface World extends RunningCrm {
	connector: Connector;
	options: ConformanceOptions;
	/** Change sources that the check began; they are stopped after it. */
	sources: Source[];
}

export interface Check {
	name: string;
	/** Contacts that are there before. Default: {@link OFFICE}. */
	contacts?: PlainEdit[];
	run: (world: World) => Promise<void>;
}

/** Runs one check against a CRM of its own; rejects with what the check found. */
export async function runCheck(
	{ run, contacts = OFFICE }: Check,
	options: ConformanceOptions,
): Promise<void> {
	const crm = await options.start(contacts);
	const world: World = { ...crm, connector: options.connector, options, sources: [] };
	try {
		await run(world);
	} finally {
		await Promise.allSettled(world.sources.map((source) => source.stop()));
		await crm.stop();
	}
}

const named = (firstName: string, jobTitle: string, digits: string): PlainEdit => ({
	...{ type: 'person', firstName, lastName: 'Hollis', jobTitle },
	emails: [{ address: `${firstName.toLowerCase()}@hollis.example`, primary: true }],
	phones: [{ number: `(207) 555-${digits}`, primary: true }],
});

export const OFFICE: PlainEdit[] = [
	named('Ada', 'Architect', '0101'),
	named('Ben', 'Builder', '0102'),
	named('Cleo', 'Cook', '0103'),
	named('Dov', 'Dentist', '0104'),
	named('Eve', 'Editor', '0105'),
];

export function idNamed({ people }: World, firstName: string): string {
	const found = people.list().find((one) => one.firstName === firstName);
	if (found === undefined) throw new Error(`There is no ${firstName}.`);
	return found.id;
}

/** As it is read whole, which is what the change source tells of it. */
export async function read(
	world: World,
	crmId: string,
	object: ObjectName = 'contact',
): Promise<CanonicalFields> {
	const [event] = await readAll(world, { crmIds: [crmId], object });
	if (event === undefined) throw new Error(`The ${object} ${crmId} cannot be read.`);
	return event.fields;
}

export async function readAll(
	world: World,
	options: { crmIds?: string[]; object?: ObjectName; settings?: Record<string, Json> } = {},
): Promise<ChangeEventInput[]> {
	const { crmIds, object = 'contact', settings } = options;
	const events: ChangeEventInput[] = [];
	const context = world.context({ ...settingsFor(world, object), ...settings });
	const { signal } = new AbortController();
	const fieldMap = mapFor(world, object);
	for await (const page of world.connector.readAll(context, { fieldMap, object, crmIds, signal }))
		events.push(...page);
	return events;
}

/** The map of a system that syncs contacts and this object. */
function mapFor({ connector }: Pick<World, 'connector'>, object: ObjectName): FieldMap {
	const { defaultFieldMap, objectFieldMap = [] } = connector;
	if (object === 'contact') return defaultFieldMap;
	return chosenMap([...defaultFieldMap, ...objectFieldMap], ['contact', object]);
}

export function settingsFor({ options }: World, object: ObjectName): Record<string, Json> {
	return object === 'contact' ? {} : { objects: ['contact', object], ...options.objectSettings };
}

export async function deliver(
	world: World,
	over: Partial<DeliveryJob>,
	settings: Record<string, Json> = {},
	change: (context: ConnectorContext) => ConnectorContext = (context) => context,
): Promise<DeliveryOutcome> {
	const { connector } = world;
	const object = over.object ?? 'contact';
	const context = change(world.context({ ...settingsFor(world, object), ...settings }));
	const fieldMap = mapOfObject(mapFor(world, object), object);
	return connector.deliver(context, jobOf(connector, { fieldMap, ...over }));
}

type Confirmed = Extract<DeliveryOutcome, { status: 'confirmed' }>;

export function confirmed(outcome: DeliveryOutcome): Confirmed {
	if (outcome.status === 'confirmed') return outcome;
	throw new Error(`It was not confirmed: ${JSON.stringify(outcome)}`);
}

/** What the CRM would hold if this were written. */
export function projected(
	world: World,
	fields: CanonicalFields,
	object: ObjectName = 'contact',
): CanonicalFields {
	const map = mapOfObject(mapFor(world, object), object);
	return world.connector.project(fields, map, world.context().settings, object);
}

/** Every field said on the left is the same on the right. */
export function expectSame(said: CanonicalFields, held: CanonicalFields): void {
	const others = Object.keys(said).filter((field) => !sameValue(field, said[field], held[field]));
	const pick = (fields: CanonicalFields) => others.map((field) => [field, fields[field]]);
	expect({ differ: pick(held) }).toEqual({ differ: others.length === 0 ? [] : pick(said) });
}

export function expectEvents(events: readonly ChangeEventInput[]): void {
	for (const event of events) expect(changeEventSchema.safeParse(event).error).toBeUndefined();
}

/** The same account at an address where the CRM is not. */
export function elsewhere(context: ConnectorContext): ConnectorContext {
	const { http } = context;
	const moved = (url: string) => `/no-such-place/${url.replace(/^(https?:\/\/[^/]+)?\/*/, '')}`;
	return { ...context, http: (request) => http({ ...request, url: moved(request.url) }) };
}

/** Counts the calls that may write. */
export function writesOf(context: ConnectorContext): {
	context: ConnectorContext;
	writes: HttpRequest[];
} {
	const writes: HttpRequest[] = [];
	const { http } = context;
	return {
		writes,
		context: {
			...context,
			http: (request) => {
				if (request.method !== 'GET') writes.push(request);
				return http(request);
			},
		},
	};
}

/** A change source under way, of contacts and this object. */
export function watch(
	world: World,
	options: {
		start?: 'now' | 'everything';
		cursor?: Json;
		settings?: Record<string, Json>;
		object?: ObjectName;
	} = {},
): Source {
	const { start = 'everything', cursor = null, settings, object = 'contact' } = options;
	const context = world.context({ ...settingsFor(world, object), ...settings });
	const fieldMap = mapFor(world, object);
	const source = new Source(world.connector, context, { start, cursor, fieldMap });
	// Of what there was before a start from now, the fabric knows nothing.
	if (start === 'everything') source.known = new Set(world.people.list().map(({ id }) => id));
	world.sources.push(source);
	return source;
}

/** Until everything that was there has been read. */
export async function loaded(source: Source): Promise<void> {
	await source.until(() => source.batches.some(({ complete }) => complete));
}
