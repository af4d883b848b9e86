/** Contacts with notes and tasks through the hub, in three systems of a memory connector. */
import type { Connector } from '../../../lib/connectors/connector';
import type { DeletePolicy, DeliveryJob } from '../../../lib/model/delivery';
import type { ChangeEvent } from '../../../lib/model/event';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, type ObjectName } from '../../../lib/model/objects';
import { delta, registration, snapshot, TestHub } from './hub';
import { memoryConnector, memoryFieldMap } from './memory-connector';

export const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'] as const;
export type System = (typeof SYSTEMS)[number];

const mapOf = (object: ObjectName, fields: string[]): FieldMap =>
	fields.map((field) => ({ object, field, crmField: field, direction: 'both' as const }));
const fieldMap: FieldMap = [
	...memoryFieldMap,
	...mapOf('note', ['client', 'text']),
	...mapOf('task', ['client', 'subject', 'done']),
];

function connector(): Connector {
	const made = memoryConnector('memory');
	made.capabilities.objects = {
		note: { create: true, change: true, archive: 'keep', delete: true, needs: ['client'] },
		task: {
			...{ create: true, change: true, delete: true, needs: ['subject'] },
			archive: { field: 'done', value: 'true', back: 'false' },
		},
	};
	return made;
}

export class Belongings {
	private constructor(readonly hub: TestHub) {}

	static async open(policies: Partial<Record<System, DeletePolicy>> = {}): Promise<Belongings> {
		const hub = await TestHub.open([], {}, connector());
		for (const [place, name] of SYSTEMS.entries()) {
			const deletePolicy = policies[name] ?? 'ignore';
			await hub.fabric.registerSystem({ ...registration(name, place), fieldMap, deletePolicy });
			await hub.accept(name, [], { complete: true });
		}
		return new Belongings(hub);
	}

	/** Ada (w1), her note (n1) and task (t1), entered in Wealthbox and everywhere by now. */
	async enter(): Promise<void> {
		await this.tell('wealthbox', 'contact', 'w1', ADA);
		const client = localReference('contact', 'w1');
		await this.tell('wealthbox', 'note', 'n1', { client, text: 'Met.' });
		await this.tell('wealthbox', 'task', 't1', { client, subject: 'Call', done: false });
		await this.deliver();
	}

	/** A read of the record. */
	async tell(
		system: System,
		object: ObjectName,
		crmId: string,
		fields: CanonicalFields,
		rest: Partial<ChangeEvent> = {},
	): Promise<void> {
		const { hub } = this;
		hub.now += 1_000;
		await hub.take(snapshot(system, crmId, fields, { object, at: hub.now, ...rest }));
	}

	/** A delete, or the return, of the record. */
	async told(
		change: 'delete' | 'undelete',
		system: System,
		object: ObjectName,
		crmId: string,
	): Promise<void> {
		const { hub } = this;
		hub.now += 1_000;
		await hub.take(delta(system, crmId, {}, { object, change, at: hub.now }));
	}

	/** Delivers until nothing is due; what was done, as `redtail note delete`. */
	async deliver(): Promise<string[]> {
		const done: string[] = [];
		for (let round = 0; round < 8; round += 1) {
			this.hub.now += 60_000;
			const jobs = await this.hub.deliverAll([...SYSTEMS]);
			if (jobs.length === 0) return done;
			done.push(...jobs.map(nameOf));
		}
		throw new Error('Deliveries do not come to rest.');
	}

	/** Id of the record there, and whether it is in use. */
	async record(system: System, object: ObjectName): Promise<{ crmId: string; state: string }> {
		const [id = ''] = await this.entities(object);
		const links = await this.hub.tx((tx) => tx.identity.linksOf([id]));
		const own = links.filter((link) => link.system === system);
		const link = own.find(({ state }) => state === 'active') ?? own[0];
		if (link === undefined) throw new Error(`${system} has had no ${object}.`);
		return { crmId: link.crmId, state: link.state };
	}

	async states(object: ObjectName): Promise<Record<System, string>> {
		const of = async (system: System) => (await this.record(system, object)).state;
		const [wealthbox, redtail] = [await of('wealthbox'), await of('redtail')];
		return { wealthbox, redtail, salesforce: await of('salesforce') };
	}

	async fields(object: ObjectName): Promise<CanonicalFields> {
		const [id = ''] = await this.entities(object);
		return (await this.hub.fabric.desk.findEntity(id))?.fields ?? {};
	}

	/** What people are asked: `redtail contact delete`. */
	async asked(): Promise<string[]> {
		const reviews = await this.hub.fabric.desk.reviews('open', 50);
		return reviews.map(({ system, object, question }) => {
			return `${system} ${object} ${question.removal?.operation}`;
		});
	}

	async answer(verdict: 'approve' | 'reject'): Promise<void> {
		const { desk } = this.hub.fabric;
		this.hub.now += 1_000;
		for (const { id } of await desk.reviews('open', 50)) await desk.decide(id, { verdict });
	}

	private async entities(object: ObjectName): Promise<string[]> {
		const { hub } = this;
		const crmId = { contact: 'w1', note: 'n1', task: 't1' }[String(object)] ?? '';
		const links = await hub.tx((tx) => tx.identity.links([{ system: 'wealthbox', object, crmId }]));
		return [...links.values()].map(({ entityId }) => entityId);
	}
}

export const ADA = {
	...{ firstName: 'Ada', lastName: 'Hollis', jobTitle: null },
	emails: [{ address: 'ada@hollis.example', primary: true }],
};

function nameOf({ system, object, operation }: DeliveryJob): string {
	return `${system} ${object} ${operation}`;
}
