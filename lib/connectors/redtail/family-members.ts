/**
 * Who belongs to which family, as the list of families shows it: who joined, left or got another place there is
 * told as a change of the contact, since Redtail may leave the contact's edit time as it was.
 */
import type { ChangeEventInput } from '../../model/event';
import { mapOfObject, type FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import type { ChangeBatch, ConnectorContext, CrmRecord, KnowsRecord } from '../connector';
import { snapshotEvent } from '../poll-events';
import { isObject } from '../rest';
import type { Page } from './envelopes';
import { toCanonical } from './fields';
import { isMembership } from './membership';

interface Place {
	familyId: string | null;
	relationship: unknown;
	/** Name of the relationship. */
	role: unknown;
	/** ms, by the vendor's clock as far as it tells. */
	since: number;
	/** When the list was read that showed it. */
	readAt: number;
	/** How often it was told: a batch may come to nothing. */
	told: number;
	/** Who left their family was read since, and is there. */
	isThere: boolean;
}

function isToTell({ familyId, isThere, told }: Place): boolean {
	return told < MAX_TOLD && (familyId !== null || isThere);
}

type Walk = 'all' | 'poll';

const MAX_TOLD = 3;
/** Contacts read one by one for one batch. */
const MAX_READ = 50;
const MAX_CONTACTS = 100_000;

export class FamilyMembers {
	private readonly places = new Map<string, Place>();
	private readonly met: Record<Walk, Set<string>> = { all: new Set(), poll: new Set() };
	private readonly families: Record<Walk, Set<string>> = { all: new Set(), poll: new Set() };
	private isWarm = false;
	private readonly fieldMap: FieldMap;

	/** `silent`: the contacts have just been read with their families, so that the first reading tells nothing. */
	constructor(
		private readonly context: ConnectorContext,
		fieldMap: FieldMap,
		private readonly silent: boolean,
	) {
		this.fieldMap = mapOfObject(fieldMap, 'contact').filter(({ crmField }) =>
			isMembership(crmField),
		);
	}

	/** One page of a reading of all families. */
	told(walk: Walk, { rows, more, total, page }: Page & { page: number }, now: number): void {
		const { met, families } = this;
		if (page === 1) {
			met[walk].clear();
			families[walk].clear();
		}
		for (const row of rows) {
			families[walk].add(String(row.id));
			if (row.deleted !== true) this.takeFamily(walk, row, now);
		}
		if (more) return;
		// Only a whole reading tells who belongs to none.
		if (total === undefined || families[walk].size >= total) this.takeLeft(met[walk], now);
		this.isWarm = true;
	}

	/**
	 * A batch with what is to be told, too; `done` once it is stored. `isGone`: reads a contact; one that was
	 * deleted stands in no family any more, but has left none.
	 */
	async added(
		batch: ChangeBatch,
		knowsRecord: KnowsRecord,
		isGone: (contactId: string) => Promise<boolean>,
	): Promise<{ batch: ChangeBatch; done: () => void }> {
		await this.forgetGone(isGone);
		const pending = [...this.places].filter(([, place]) => isToTell(place));
		const done = () => pending.forEach(([, place]) => (place.told += 1));
		if (pending.length === 0 || this.fieldMap.length === 0) return { batch, done };
		const ids = pending.map(([contactId]) => contactId);
		const known = await knowsRecord(ids, 'contact');
		const events = pending
			.filter(([contactId]) => known.has(contactId))
			.map(([contactId, place]) => this.event(contactId, place));
		return { batch: { ...batch, events: [...events, ...batch.events] }, done };
	}

	/** One read each; the others wait for the next batch. */
	private async forgetGone(isGone: (contactId: string) => Promise<boolean>): Promise<void> {
		const left = [...this.places].filter(([, { familyId, isThere, told }]) => {
			return familyId === null && !isThere && told < MAX_TOLD;
		});
		for (const [contactId, place] of left.slice(0, MAX_READ)) {
			if (await isGone(contactId)) this.places.delete(contactId);
			else place.isThere = true;
		}
	}

	private takeFamily(walk: Walk, row: CrmRecord, now: number): void {
		const members = Array.isArray(row.members) ? row.members.filter(isObject) : [];
		for (const member of members) {
			if (member.deleted === true) continue;
			const contactId = String(member.contact_id);
			this.met[walk].add(contactId);
			const edited = Date.parse(String(member.updated_at));
			this.put(contactId, {
				familyId: String(row.id),
				relationship: member.relationship,
				role: member.relationship_name,
				since: Number.isNaN(edited) ? now : edited,
			});
		}
	}

	private takeLeft(met: ReadonlySet<string>, now: number): void {
		for (const [contactId, { familyId }] of [...this.places]) {
			if (familyId === null || met.has(contactId)) continue;
			this.put(contactId, { familyId: null, relationship: null, role: null, since: now });
		}
	}

	private put(contactId: string, place: Omit<Place, 'readAt' | 'told' | 'isThere'>): void {
		const before = this.places.get(contactId);
		const isSame = before?.familyId === place.familyId && before.role === place.role;
		if (isSame) return;
		// A later sighting is of a later change, whatever the member's own edit time says.
		const since = before === undefined ? place.since : Math.max(place.since, before.since + 1);
		const told = this.silent && !this.isWarm ? MAX_TOLD : 0;
		if (this.places.size >= MAX_CONTACTS && before === undefined) return;
		this.places.set(contactId, {
			...place,
			since,
			readAt: this.context.now(),
			told,
			isThere: false,
		});
	}

	private event(contactId: string, place: Place): ChangeEventInput {
		const { system, now, settings } = this.context;
		const { familyId, role, relationship, since, readAt } = place;
		const member = { contact_id: contactId, relationship, relationship_name: role };
		const family = familyId === null ? null : { id: familyId, members: [member] };
		const fields: CanonicalFields = toCanonical({ id: contactId, family }, this.fieldMap, settings);
		const record = { crmId: contactId, updatedAt: since, deleted: false, fields };
		const sighting = { system, readAt, receivedAt: now(), unchangedUntil: null };
		return { ...snapshotEvent(record, sighting, false), kind: 'delta' };
	}
}
