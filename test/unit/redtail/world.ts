/** Redtail's other objects over HTTP: a simulator, somebody else's hands in it, and the connector on it. */
import type { Json } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit, Simulator } from '../../simulators/simulator';
import { caller, type Call } from '../../simulators/test-client';
import { contextOf, jobOf, portOf, updateJob } from '../connectors/harness';

export const FIELD_MAP: FieldMap = [...redtail.defaultFieldMap, ...(redtail.objectFieldMap ?? [])];
export const mapOf = (object: ObjectName) => mapOfObject(FIELD_MAP, object);
/** A map of contacts and these objects. */
export const mapWith = (...objects: ObjectName[]): FieldMap =>
	FIELD_MAP.filter(
		({ object = 'contact', field }) =>
			objects.includes(object) &&
			(object !== 'contact' || objects.includes('household') || !field.startsWith('household')),
	);

export const PEOPLE: PlainEdit[] = ['Teodor', 'Signe', 'Runa', 'Ivar'].map((firstName) => ({
	type: 'person',
	firstName,
	lastName: 'Almqvist',
	emails: [{ address: `${firstName.toLowerCase()}@almqvist.example`, primary: true }],
}));

/** Settings that let a test poll as it likes, with families that may be written. */
const FAST = {
	minItemPollSeconds: 0.005,
	maxItemPollSeconds: 0.02,
	familyWrites: true,
	activityPastDays: 10_000,
	activityFutureDays: 10_000,
};

type Confirmed = Extract<DeliveryOutcome, { status: 'confirmed' }>;

export class RedtailWorld {
	/** Contacts in the order of {@link PEOPLE}. */
	readonly ids: string[];
	/** Somebody else's API calls, as another user makes them; and a person's hands (`/_sim`). */
	readonly person: Call;
	readonly desk: Call;

	private constructor(
		readonly simulator: Simulator,
		readonly settings: Record<string, Json>,
	) {
		const { apiKey, restrictedUserKey, userKey } = simulator.credentials;
		const key = Buffer.from(`${apiKey}:${restrictedUserKey ?? userKey}`).toString('base64');
		this.person = caller(simulator.url, { Authorization: `Userkeyauth ${key}` });
		this.desk = caller(new URL(simulator.url).origin);
		this.ids = simulator.people.list().map(({ id }) => id);
	}

	static async open(
		switches: Record<string, unknown> = {},
		settings: Record<string, Json> = {},
		now?: () => number,
	): Promise<RedtailWorld> {
		const simulator = await startRedtailSimulator({
			contacts: PEOPLE,
			switches: { familyWrites: true, ...switches },
			...(now && { now }),
		});
		return new RedtailWorld(simulator, { ...FAST, ...settings });
	}

	id(place: number): string {
		return this.ids[place] ?? '';
	}

	contact(place: number): string {
		return `contact:${this.id(place)}`;
	}

	context(settings: Record<string, Json> = {}) {
		return contextOf(redtail, portOf(this.simulator), { ...this.settings, ...settings });
	}

	/** What a person makes, answered with its id. */
	async made(path: string, body: Record<string, unknown>): Promise<number> {
		const call = path.startsWith('/_sim') ? this.desk : this.person;
		const answer = await call('POST', path, { body });
		if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
		const record = answer.body as Record<string, unknown>;
		const wrapped = Object.values(record).find((value) => typeof value === 'object');
		const { id } = ('id' in record ? record : wrapped) as { id: number };
		return id;
	}

	/** One record as the connector reads it. */
	async read(object: ObjectName, crmId: string): Promise<ChangeEventInput | undefined> {
		const signal = new AbortController().signal;
		const options = { fieldMap: FIELD_MAP, object, crmIds: [crmId], signal };
		for await (const page of redtail.readAll(this.context(), options)) return page[0];
		return undefined;
	}

	async fields(object: ObjectName, crmId: string): Promise<CanonicalFields> {
		return (await this.read(object, crmId))?.fields ?? {};
	}

	async all(object: ObjectName): Promise<ChangeEventInput[]> {
		const signal = new AbortController().signal;
		const pages: ChangeEventInput[] = [];
		for await (const page of redtail.readAll(this.context(), {
			fieldMap: FIELD_MAP,
			object,
			signal,
		}))
			pages.push(...page);
		return pages;
	}

	project(object: ObjectName, fields: CanonicalFields): CanonicalFields {
		return redtail.project(fields, FIELD_MAP, this.context().settings, object);
	}

	create(object: ObjectName, desired: CanonicalFields, over: Partial<DeliveryJob> = {}) {
		const job = jobOf(redtail, {
			object,
			operation: 'create',
			desired,
			changes: desired,
			fieldMap: mapOf(object),
			...over,
		});
		return redtail.deliver(this.context(), job);
	}

	async update(
		object: ObjectName,
		crmId: string,
		wanted: CanonicalFields,
		over: Partial<DeliveryJob> = {},
		settings: Record<string, Json> = {},
	): Promise<DeliveryOutcome> {
		const known = over.known ?? (await this.fields(object, crmId));
		const job = updateJob(redtail, crmId, known, wanted, {
			object,
			fieldMap: mapOf(object),
			...over,
		});
		return redtail.deliver(this.context(settings), job);
	}

	async remove(object: ObjectName, crmId: string): Promise<DeliveryOutcome> {
		const known = await this.fields(object, crmId);
		const over = { object, operation: 'delete' as const, fieldMap: mapOf(object) };
		return redtail.deliver(this.context(), updateJob(redtail, crmId, known, {}, over));
	}

	close(): Promise<void> {
		return this.simulator.stop();
	}
}

export function confirmed(outcome: DeliveryOutcome): Confirmed {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}
