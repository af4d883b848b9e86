/** The people who use the CRMs: they make clients, edit and delete records, and tell the oracle. */
import type { EmailItem } from '../../lib/model/fields';
import { REFERENCE_FIELDS } from '../../lib/model/objects';
import { SCALARS, type MemoryRecord } from './crm/record';
import type { MemoryCrm } from './crm/memory-crm';
import { nameOf } from './names';
import type { World } from './world';

export class People {
	/** Clients of which a person removed a record anywhere. */
	readonly removed = new Set<number>();
	/** Client -> CRMs in which somebody deleted it. */
	readonly deleted = new Map<number, Set<string>>();
	clients = 0;
	/** Records that were put away. */
	archives = 0;
	/** Records that were entered a second time, and what they are twins of. */
	private twins: Array<{ crm: MemoryCrm; twin: string; of: string }> = [];
	private serial = 0;
	/**
	 * Fields that somebody cleared. Once each, and not on top of a write of ours that is still out:
	 * an edit to what that write sent, or found, cannot be told from it.
	 */
	private readonly cleared = new Set<string>();

	constructor(private readonly world: World) {}

	/** A client that some of the CRMs know already, each with data of its own. */
	makeKnown(): void {
		const { chance, crms, now } = this.world;
		const client = this.nextClient();
		const first = chance.pick(crms);
		for (const crm of crms) {
			if (crm !== first && chance.happens(0.5)) continue;
			// Without its address it can only be guessed who this is: a person is asked.
			const isKnown = crm === first || chance.happens(0.75);
			this.enter(crm, client, now - chance.between(0, 900_000), isKnown);
		}
	}

	/** Somebody enters a new client in one CRM. */
	makeNew(crm: MemoryCrm): void {
		this.enter(crm, this.nextClient(), this.world.now);
	}

	edit(crm: MemoryCrm): void {
		const live = crm.of('contact').filter(({ archived }) => !archived);
		const record = this.world.chance.pick(live);
		if (record === undefined) return;
		const isFocused = this.world.parts.scenario.mood === 'focused';
		if (!isFocused && this.world.chance.happens(0.35)) this.editEmails(crm, record);
		else this.editScalar(crm, record);
	}

	/** Of a record that was deleted before the fabric ever read it nobody could know. */
	delete(crm: MemoryCrm): void {
		const { chance, now, trace } = this.world;
		const own = crm
			.of('contact')
			.filter(({ id, fabricId }) => fabricId === undefined && this.world.taken.has(id));
		const record = chance.pick(own);
		if (record === undefined) return;
		crm.delete(record, now);
		trace.note(`  a person deletes ${record.id}`);
		this.noteDeleted(crm, record);
	}

	noteDeleted(crm: MemoryCrm, { client }: MemoryRecord): void {
		this.removed.add(client);
		this.deleted.set(client, (this.deleted.get(client) ?? new Set()).add(crm.name));
	}

	/** A record is put away, or taken out again. */
	archive(crm: MemoryCrm): void {
		const { chance, now, trace, taken } = this.world;
		const record = chance.pick(crm.of('contact').filter(({ id }) => taken.has(id)));
		if (record === undefined) return;
		this.removed.add(record.client);
		this.archives += 1;
		crm.archive(record, !record.archived, now);
		trace.note(`  a person ${record.archived ? 'puts away' : 'takes out'} ${record.id}`);
	}

	/** A client is entered once more in the same CRM; or such a pair is merged there, this way or that. */
	twin(crm: MemoryCrm): void {
		const { chance, now, taken } = this.world;
		if (this.twins.some((pair) => pair.crm === crm)) return this.mergeTwins(crm);
		const known = crm.of('contact').filter(({ id }) => taken.has(id));
		const of = chance.pick(known);
		if (of === undefined) return;
		this.removed.add(of.client);
		// What names the one may name the other, for the same client.
		for (const field of REFERENCE_FIELDS) this.world.ruled.add(field);
		const twin = this.enter(crm, of.client, now);
		this.twins.push({ crm, twin: twin.id, of: of.id });
	}

	/** Before it is quiet nobody leaves a pair behind. */
	mergeAllTwins(): void {
		for (const crm of this.world.crms) this.mergeTwins(crm);
	}

	private mergeTwins(crm: MemoryCrm): void {
		const { chance, now, trace } = this.world;
		for (const pair of this.twins.filter((one) => one.crm === crm)) {
			const both = [pair.of, pair.twin].flatMap((id) => crm.records.get(id) ?? []);
			const [winner, loser] = chance.happens(0.5) ? both : both.reverse();
			if (winner === undefined || loser === undefined) continue;
			this.world.belongings.hand(crm, loser, winner);
			crm.merge(loser, winner, now);
			trace.note(`  a person merges ${loser.id} into ${winner.id}`);
		}
		this.twins = this.twins.filter((one) => one.crm !== crm);
	}

	private nextClient(): number {
		this.clients += 1;
		return this.clients;
	}

	private enter(crm: MemoryCrm, client: number, now: number, isKnown = true): MemoryRecord {
		const { firstName, lastName, address } = nameOf(client);
		const fields = {
			firstName,
			lastName,
			jobTitle: this.value(crm),
			emails: isKnown ? [{ address }] : [],
		};
		const record = crm.create(client, fields, now);
		this.world.trace.note(`  a person enters client ${client} as ${record.id}: ${said(fields)}`);
		this.world.sightings.edited(crm, record, now);
		return record;
	}

	private editScalar(crm: MemoryCrm, record: MemoryRecord): void {
		const { chance, parts } = this.world;
		const field = parts.scenario.mood === 'focused' ? 'status' : (chance.pick(SCALARS) ?? 'status');
		const name = `${record.client}/${field}`;
		const isOurs = field in record.unanswered.scalars;
		const clears = chance.happens(0.1) && !this.cleared.has(name) && !isOurs;
		if (clears) this.cleared.add(name);
		const value = clears ? null : this.value(crm);
		if (value === record.fields[field]) return;
		this.change(crm, record, { [field]: value });
	}

	/**
	 * Everybody keeps the client's own address, by which it is known. An entry of a write of ours
	 * that was never answered is left alone: edited at once, it could not be told from a new one.
	 */
	private editEmails(crm: MemoryCrm, record: MemoryRecord): void {
		const { chance } = this.world;
		const items = crm.emails(record);
		const { address: own, domain } = nameOf(record.client);
		const isOurs = ({ ref }: EmailItem) => record.unconfirmed.some((item) => item.ref === ref);
		const free = items.filter((item) => item.address !== own && !isOurs(item));
		const chosen = chance.pick(free);
		const what = chosen === undefined ? 'add' : chance.pick(['add', 'remove', 'replace']);
		this.serial += 1;
		const address = `new-${this.serial}@${domain}`;
		const next =
			what === 'add'
				? [...items, { address }]
				: items.flatMap((item) => {
						if (item !== chosen) return [item];
						return what === 'remove' ? [] : [{ ...item, address }];
					});
		this.change(crm, record, { emails: next });
	}

	change(crm: MemoryCrm, record: MemoryRecord, fields: MemoryRecord['fields']): void {
		const { now, trace, sightings } = this.world;
		crm.change(record, fields, now, false);
		trace.note(`  a person edits ${record.id}: ${said(fields)}`);
		sightings.edited(crm, record, now);
	}

	private value(crm: MemoryCrm): string {
		this.serial += 1;
		const value = `value ${this.serial}`;
		return crm.settings.shouts ? value.toUpperCase() : value;
	}
}

/** Fields in a few words, for the trace. */
export function said(fields: MemoryRecord['fields']): string {
	return Object.entries(fields)
		.filter(([field]) => field !== 'firstName' && field !== 'lastName')
		.map(([field, value]) => {
			if (!Array.isArray(value)) return `${field}=${String(value ?? 'nothing')}`;
			return `${field}=[${value.map((item) => ('address' in item ? item.address : '?')).join(', ')}]`;
		})
		.join(', ');
}
