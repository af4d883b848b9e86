/** Three systems that hold clients with households and notes in memory, staged for a backfill on a test hub. */
import type { BackfillProgress, DeliveryJob } from '../../../lib';
import type { Approval } from '../../../lib/backfill/approval';
import type { Filter } from '../../../lib/backfill/report';
import type { Connector } from '../../../lib/connectors/connector';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, type ObjectName } from '../../../lib/model/objects';
import { memoryConnector, memoryFieldMap } from '../support/memory-connector';
import { snapshot, TestHub } from '../support/hub';
import { person, SYSTEMS, TERMS } from './three-crms';

type Loaded = 'contact' | 'household' | 'note';

const mapOf = (object: ObjectName, fields: string[]): FieldMap =>
	fields.map((field) => ({ object, field, crmField: field, direction: 'both' as const }));
const FIELD_MAP: FieldMap = [
	...memoryFieldMap,
	...mapOf('contact', ['household', 'householdRole']),
	...mapOf('household', ['name']),
	...mapOf('note', ['client', 'text', 'notedAt']),
];

function office(): Connector {
	const connector = memoryConnector('memory');
	const can = { create: true, change: true, archive: false, delete: true };
	connector.capabilities.objects = { household: can, note: { ...can, needs: ['client'] } };
	return connector;
}

interface Held {
	fields: CanonicalFields;
	members?: string[];
}

export class FamilyCrms {
	/** `wealthbox/note/n1` -> what it holds. */
	readonly held = new Map<string, Held>();
	/** In the order in which they were written. */
	readonly written: DeliveryJob[] = [];
	/** A write of these is refused for good. */
	refuses: (job: DeliveryJob) => boolean = () => false;

	private constructor(readonly hub: TestHub) {}

	static async open(): Promise<FamilyCrms> {
		return new FamilyCrms(await TestHub.open(SYSTEMS, { fieldMap: FIELD_MAP }, office()));
	}

	contact(system: string, n: number, more: CanonicalFields = {}): string {
		this.held.set(`${system}/contact/c${n}`, { fields: person(n, { household: null, ...more }) });
		return localReference('contact', `c${n}`);
	}

	note(system: string, id: string, client: string, text: string, more: CanonicalFields = {}): void {
		this.held.set(`${system}/note/${id}`, { fields: { client, text, ...more } });
	}

	/** With its members, who are told of it. */
	household(system: string, id: string, name: string, people: readonly number[]): void {
		const members = people.map((n) => localReference('contact', `c${n}`));
		this.held.set(`${system}/household/${id}`, { fields: { name }, members });
		for (const n of people) {
			const { fields } = this.of(system, 'contact', `c${n}`);
			fields['household'] = localReference('household', id);
		}
	}

	of(system: string, object: string, crmId: string): Held {
		const held = this.held.get(`${system}/${object}/${crmId}`);
		if (held === undefined) throw new Error(`${system} holds no ${object} ${crmId}.`);
		return held;
	}

	/** Texts of the notes of a system. */
	notes(system: string): string[] {
		return this.count(system, 'note').map(({ fields }) => String(fields['text']));
	}

	count(system: string, object: Loaded): Held[] {
		return [...this.held].flatMap(([key, one]) =>
			key.startsWith(`${system}/${object}/`) ? [one] : [],
		);
	}

	async plan(filters: Filter[] = []): Promise<BackfillProgress> {
		const { backfill } = this.hub.fabric;
		const { run } = await backfill.begin();
		this.hub.now += 60_000;
		for (const system of SYSTEMS) {
			const { lists } = await backfill.beginReading(run, system);
			for (const { pass, objects } of lists) {
				const [list = 'contact'] = objects;
				const place = { run, system, list, pass };
				const events = this.events(system, list);
				await backfill.stage({ ...place, position: null, events });
				await backfill.endList(place);
			}
		}
		return backfill.plan(run, { terms: TERMS, filters });
	}

	async load(approval: Approval = {}, filters: Filter[] = []): Promise<BackfillProgress> {
		const { run } = await this.plan(filters);
		await this.hub.fabric.backfill.start(run, approval);
		await this.runOut();
		return this.hub.fabric.backfill.progress(run);
	}

	/** Until nothing moves, even after some time. */
	async runOut(): Promise<void> {
		for (let idle = 0; idle < 3; ) {
			const moved = await this.hub.fabric.backfill.advance();
			const count = await this.deliverRound();
			idle = moved || count > 0 ? 0 : idle + 1;
			if (idle > 0) this.hub.now += 6_000;
		}
	}

	async deliverRound(): Promise<number> {
		let count = 0;
		for (const system of SYSTEMS)
			for (const job of await this.hub.claim(system)) {
				await this.answer(job);
				count += 1;
			}
		return count;
	}

	private async answer(job: DeliveryJob): Promise<void> {
		const { system, object, changes } = job;
		if (this.refuses(job)) {
			await this.hub.report(job, { status: 'rejected', reason: 'No such people.', code: 'no' });
			return;
		}
		const crmId = job.crmId ?? `${system}-${job.unifiedId}`;
		const key = `${system}/${object}/${crmId}`;
		this.held.set(key, { fields: { ...this.held.get(key)?.fields, ...changes } });
		this.written.push(job);
		await this.hub.confirm(job, crmId);
	}

	private events(system: string, object: Loaded | ObjectName): ChangeEventInput[] {
		const prefix = `${system}/${object}/`;
		return [...this.held]
			.filter(([key]) => key.startsWith(prefix))
			.map(([key, { fields, members }]) => {
				const rest = members === undefined ? {} : { members };
				const at = this.hub.now;
				return snapshot(system, key.slice(prefix.length), fields, { object, at, ...rest } as never);
			});
	}
}
