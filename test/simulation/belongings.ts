/**
 * What people do with households, opportunities, notes and tasks. What belongs together is told by the
 * fabric from names, texts and members: nobody edits these while it could not be told any more (see
 * docs/simulation.md).
 */
import type { CanonicalFields } from '../../lib/model/fields';
import type { ObjectName } from '../../lib/model/objects';
import type { MemoryCrm } from './crm/memory-crm';
import { referenceTo, type MemoryRecord } from './crm/record';
import { said } from './people';
import type { World } from './world';

const ITEMS = { household: 2, opportunity: 1, note: 2, task: 1.5 } as const;
type Item = keyof typeof ITEMS;
/** What people edit, beside whom it is about. */
const EDITED: Record<Item, readonly string[]> = {
	household: ['category', 'name'],
	opportunity: ['stage'],
	note: ['text'],
	task: ['text'],
};
/** Far from the numbers of the clients. */
const FIRST_THING = 1_001;

export class Belongings {
	readonly things: number[] = [];
	/** Things that several CRMs knew at the start. */
	private readonly shared = new Set<number>();
	private serial = 0;
	/**
	 * Whom something was said to name, once each: an edit to what a write of ours is about to make, or finds,
	 * cannot be told from it.
	 */
	private readonly named = new Set<string>();

	constructor(private readonly world: World) {}

	/** Something that one or several CRMs know already. */
	makeKnown(): void {
		const { chance, crms, now } = this.world;
		const object = chance.pick(['household', 'opportunity', 'task'] as const) ?? 'task';
		const client = chance.between(1, Math.max(1, this.world.people.clients));
		const thing = this.nextThing();
		const fields = this.fieldsOf(object, thing);
		const holders = crms.filter((crm) => object === 'household' || find(crm, client) !== undefined);
		const first = chance.pick(holders);
		for (const crm of holders) {
			if (crm !== first && chance.happens(0.5)) continue;
			if (crm !== first) this.shared.add(thing);
			const own = this.shouted(crm, { ...fields, ...this.ofClient(crm, object, client) });
			this.enter(crm, object, thing, own, now - chance.between(0, 900_000));
		}
	}

	/** Somebody enters something new in one CRM. */
	add(crm: MemoryCrm): void {
		const { chance, now } = this.world;
		const object = chance.weighed(ITEMS);
		const thing = this.nextThing();
		const fields = this.shouted(crm, this.fieldsOf(object, thing));
		if (object === 'household') return this.found(crm, thing, fields);
		const isNobodys = object !== 'note' && chance.happens(0.1);
		const about = isNobodys ? undefined : this.someClient(crm);
		if (about === undefined && !isNobodys) return;
		const client = about === undefined ? null : referenceTo(about.id);
		this.enter(crm, object, thing, { ...fields, client }, now);
	}

	change(crm: MemoryCrm): void {
		const { chance } = this.world;
		const told = this.items(crm).filter((one) => this.isTold(one));
		const record = chance.happens(0.3) ? told[0] : chance.pick(told);
		if (record === undefined) return;
		const field = chance.pick(EDITED[record.object as Item]) ?? 'text';
		const isTelling = record.object === 'household' && field === 'name';
		if (isTelling && this.shared.has(record.client)) return;
		const value = field === 'name' ? this.name() : this.value();
		this.edit(crm, record, this.shouted(crm, { [field]: value }));
	}

	/** A client joins or leaves a household, or something is about another client. */
	move(crm: MemoryCrm): void {
		const { chance } = this.world;
		if (chance.happens(0.6)) return this.moveClient(crm);
		const items = this.items(crm).filter(
			(one) => one.object !== 'household' && !this.shared.has(one.client) && this.isTold(one),
		);
		const [item, to] = [chance.pick(items), this.someClient(crm)];
		if (item === undefined || to === undefined || item.client === to.client) return;
		const client = referenceTo(to.id);
		if (this.isNews(crm, item, 'client', client)) this.edit(crm, item, { client });
	}

	/** Something is deleted, but no household that has members. */
	discard(crm: MemoryCrm): void {
		const { chance, now, trace, taken, people } = this.world;
		const own = this.items(crm).filter(
			({ id, fabricId }) => fabricId === undefined && taken.has(id),
		);
		const record = chance.pick(own);
		if (record === undefined) return;
		if (crm.referrers(record.id).length > 0) return;
		crm.delete(record, now);
		trace.note(`  a person deletes ${record.id}`);
		people.noteDeleted(crm, record);
	}

	/** Nobody belongs to the household any more: that is what the CRM does when it is deleted. */
	empty(crm: MemoryCrm, household: string): void {
		for (const { record, field } of crm.referrers(household))
			this.edit(crm, record, { [field]: null });
	}

	/** Two records of a client are about to be merged: what names the one names the other then. */
	hand(crm: MemoryCrm, from: MemoryRecord, to: MemoryRecord): void {
		for (const { record, field } of crm.referrers(from.id))
			this.edit(crm, record, { [field]: referenceTo(to.id) });
	}

	/** A new household, and maybe a client who belongs to none anywhere. */
	private found(crm: MemoryCrm, thing: number, fields: CanonicalFields): void {
		const { chance, now } = this.world;
		const household = this.enter(crm, 'household', thing, fields, now);
		const free = crm
			.of('contact')
			.filter(({ archived, client }) => !archived && this.isFree(client));
		const founder = chance.pick(free);
		if (founder === undefined || chance.happens(0.2)) return;
		const reference = referenceTo(household.id);
		if (this.isNews(crm, founder, 'household', reference))
			this.edit(crm, founder, { household: reference });
	}

	private moveClient(crm: MemoryCrm): void {
		const { chance } = this.world;
		const contact = chance.pick(crm.of('contact').filter(({ archived }) => !archived));
		const open = crm
			.of('household')
			.filter(({ id, fabricId }) => fabricId !== undefined || this.world.taken.has(id));
		const to = chance.happens(0.2) ? null : chance.pick(open);
		if (contact === undefined || to === undefined) return;
		const household = to === null ? null : referenceTo(to.id);
		if (this.isNews(crm, contact, 'household', household)) this.edit(crm, contact, { household });
	}

	private isNews(
		crm: MemoryCrm,
		record: MemoryRecord,
		field: string,
		reference: string | null,
	): boolean {
		const name = `${record.client}/${field}/${String(crm.truly(field, reference))}`;
		const isOther = crm.truly(field, record.fields[field]) !== crm.truly(field, reference);
		// As it was before a write of ours whose answer is out: nobody could tell.
		const isTakenBack = reference === null && field in record.unanswered.scalars;
		if (!isOther || isTakenBack || this.named.has(name)) return false;
		this.named.add(name);
		return true;
	}

	private isFree(client: number): boolean {
		const records = this.world.recordsOf(client);
		return records.every(({ record }) => (record.fields['household'] ?? null) === null);
	}

	/** Could it be found again by what it says? Of what the fabric made, only once the fabric knows it. */
	private isTold({ id, fabricId, client }: MemoryRecord): boolean {
		const isLinked = this.world.linked.has(id);
		return isLinked || (fabricId === undefined && !this.shared.has(client));
	}

	private items(crm: MemoryCrm): MemoryRecord[] {
		return [...crm.records.values()].filter(({ object }) => object !== 'contact');
	}

	private someClient(crm: MemoryCrm): MemoryRecord | undefined {
		const { chance } = this.world;
		const object = chance.happens(0.15) ? 'household' : 'contact';
		return chance.pick(crm.of(object).filter(({ archived }) => !archived));
	}

	private ofClient(crm: MemoryCrm, object: Item, client: number): CanonicalFields {
		const record = object === 'household' ? undefined : find(crm, client);
		return record === undefined ? {} : { client: referenceTo(record.id) };
	}

	private nextThing(): number {
		const thing = FIRST_THING + this.things.length;
		this.things.push(thing);
		return thing;
	}

	private fieldsOf(object: Item, thing: number): CanonicalFields {
		switch (object) {
			case 'household':
				return { name: this.name(), category: this.value() };
			case 'opportunity':
				return { name: `Plan ${thing}`, stage: this.value() };
			case 'note':
				return { text: this.value() };
			case 'task':
				return { subject: `To do ${thing}`, text: this.value() };
		}
	}

	private enter(
		crm: MemoryCrm,
		object: ObjectName,
		thing: number,
		fields: CanonicalFields,
		now: number,
	): MemoryRecord {
		const record = crm.create(thing, fields, now, undefined, object);
		this.named.add(`${thing}/client/${String(crm.truly('client', fields['client']))}`);
		this.world.trace.note(`  a person enters thing ${thing} as ${record.id}: ${said(fields)}`);
		return record;
	}

	private edit(crm: MemoryCrm, record: MemoryRecord, fields: CanonicalFields): void {
		this.world.people.change(crm, record, fields);
	}

	/** No word of it is in another name. */
	private name(): string {
		this.serial += 1;
		return `Villa${this.serial}`;
	}

	private value(): string {
		this.serial += 1;
		return `said ${this.serial}`;
	}

	private shouted(crm: MemoryCrm, fields: CanonicalFields): CanonicalFields {
		if (!crm.settings.shouts) return fields;
		const isText = (field: string, value: unknown): value is string =>
			typeof value === 'string' && field !== 'client';
		return Object.fromEntries(
			Object.entries(fields).map(([field, value]) => [
				field,
				isText(field, value) ? value.toUpperCase() : value,
			]),
		);
	}
}

function find(crm: MemoryCrm, client: number): MemoryRecord | undefined {
	return crm.of('contact').find((record) => record.client === client);
}
