/** The people who use the CRMs: they make clients, edit and delete records, and tell the oracle. */
import { listItemKey } from '../../../lib/model/canonical';
import type { EmailItem, ScalarValue } from '../../../lib/model/fields';
import type { Chance } from './chance';
import { apply, differences, SCALARS, type MemoryCrm, type MemoryRecord } from './memory-crm';
import type { Bounds, Oracle } from './oracle';

export class People {
	/** Client -> CRMs in which somebody deleted it. */
	readonly deleted = new Map<number, Set<string>>();
	clients = 0;
	private serial = 0;
	private readonly doubtful = new Map<string, Bounds[]>();
	/**
	 * Fields that somebody cleared. Once each, and not on top of a write of ours that is still out:
	 * an edit to what that write sent, or found, cannot be told from it.
	 */
	private readonly cleared = new Set<string>();

	constructor(
		private readonly chance: Chance,
		private readonly oracle: Oracle,
	) {}

	/** A client that some of the CRMs know already, each with data of its own. */
	makeKnown(crms: readonly MemoryCrm[], now: number): void {
		const client = this.nextClient();
		const first = this.chance.pick(crms);
		for (const crm of crms) {
			if (crm === first || this.chance.happens(0.5)) {
				this.enter(crm, client, now - this.chance.between(0, 900_000));
			}
		}
	}

	/** Somebody enters a new client in one CRM. */
	makeNew(crm: MemoryCrm, now: number): void {
		this.enter(crm, this.nextClient(), now);
	}

	edit(crm: MemoryCrm, now: number): void {
		const record = this.chance.pick([...crm.records.values()]);
		if (record === undefined) return;
		if (this.chance.happens(0.35)) this.editEmails(crm, record, now);
		else this.editScalar(crm, record, now);
	}

	delete(crm: MemoryCrm, now: number): void {
		const own = [...crm.records.values()].filter(({ fabricId }) => fabricId === undefined);
		const record = this.chance.pick(own);
		if (record === undefined) return;
		crm.delete(record, now);
		const { client } = record;
		this.deleted.set(client, (this.deleted.get(client) ?? new Set()).add(crm.name));
	}

	/** A poll that began at `began` has shown this record to the hub, and the hub took it in. */
	noteSeen(crm: MemoryCrm, shown: MemoryRecord, began: number): void {
		const record = crm.records.get(shown.id) ?? shown;
		for (const when of this.doubtful.get(shown.id) ?? []) when.latest = shown.editedAt;
		this.doubtful.delete(shown.id);
		crm.settle(shown, shown.fields);
		crm.settle(record, shown.fields);
		const { scalars, list } = differences(shown);
		for (const { field, value } of scalars) {
			// A look that was taken before our write shows nothing that the write did not check.
			if (record.fabricAt[field] !== shown.fabricAt[field]) continue;
			this.noteScalar(record, field, value, this.bounds(crm, shown, field, began));
			record.seen = { ...record.seen, [field]: value };
		}
		this.noteList(record, list, this.bounds(crm, shown, 'emails', began));
		record.seen = { ...record.seen, emails: apply(seenEmails(record), list) };
	}

	/**
	 * A polled record has one edit time for all its fields, in the vendor's resolution. If we wrote
	 * the field while the poll was under way, the hub may have to wait for the next look.
	 */
	private bounds(crm: MemoryCrm, shown: MemoryRecord, field: string, began: number): Bounds {
		const earliest = crm.floor(shown.personAt[field] ?? 0);
		const when = { earliest, latest: shown.editedAt };
		if ((shown.fabricAt[field] ?? 0) < began) return when;
		this.doubtful.set(shown.id, [...(this.doubtful.get(shown.id) ?? []), when]);
		return when;
	}

	private nextClient(): number {
		this.clients += 1;
		return this.clients;
	}

	private enter(crm: MemoryCrm, client: number, now: number): void {
		const fields = {
			firstName: 'Pat',
			lastName: `Client${client}`,
			jobTitle: this.value(crm),
			emails: [{ address: `client-${client}@x.io` }],
		};
		const record = crm.create(client, fields, now);
		this.noteIfStreamed(crm, record, now);
	}

	private editScalar(crm: MemoryCrm, record: MemoryRecord, now: number): void {
		const field = this.chance.pick(SCALARS) ?? 'status';
		const name = `${record.client}/${field}`;
		const isOurs = field in record.unanswered.scalars;
		const clears = this.chance.happens(0.1) && !this.cleared.has(name) && !isOurs;
		if (clears) this.cleared.add(name);
		const value = clears ? null : this.value(crm);
		if (value === record.fields[field]) return;
		crm.change(record, { [field]: value }, now, false);
		this.noteIfStreamed(crm, record, now);
	}

	/**
	 * Everybody keeps the client's own address, by which it is known. An entry of a write of ours
	 * that was never answered is left alone: edited at once, it could not be told from a new one.
	 */
	private editEmails(crm: MemoryCrm, record: MemoryRecord, now: number): void {
		const items = crm.emails(record);
		const isOurs = ({ ref }: EmailItem) => record.unconfirmed.some((item) => item.ref === ref);
		const free = items.filter((item) => !item.address.startsWith('client-') && !isOurs(item));
		const chosen = this.chance.pick(free);
		const what = chosen === undefined ? 'add' : this.chance.pick(['add', 'remove', 'replace']);
		this.serial += 1;
		const address = `new-${this.serial}@x.io`;
		const next =
			what === 'add'
				? [...items, { address }]
				: items.flatMap((item) => {
						if (item !== chosen) return [item];
						return what === 'remove' ? [] : [{ ...item, address }];
					});
		crm.change(record, { emails: next }, now, false);
		this.noteIfStreamed(crm, record, now);
	}

	private value(crm: MemoryCrm): string {
		this.serial += 1;
		const value = `value ${this.serial}`;
		return crm.settings.shouts ? value.toUpperCase() : value;
	}

	/** A stream tells every edit, with its exact time. */
	private noteIfStreamed(crm: MemoryCrm, record: MemoryRecord, now: number): void {
		if (crm.settings.source !== 'stream') return;
		const { scalars, list } = differences(record);
		const exact = { earliest: now, latest: now };
		for (const { field, value } of scalars) this.noteScalar(record, field, value, exact);
		this.noteList(record, list, exact);
		record.seen = structuredClone(record.fields);
	}

	private noteScalar(record: MemoryRecord, field: string, value: ScalarValue, when: Bounds): void {
		this.oracle.note({ client: record.client, record: record.id, field, value, when });
	}

	private noteList(
		{ client, id: record }: MemoryRecord,
		list: ReturnType<typeof differences>['list'],
		when: Bounds,
	): void {
		const keyOf = (item: EmailItem) => listItemKey('emails', item);
		for (const item of list.added) this.oracle.noteAdded(client, keyOf(item));
		for (const item of list.removed) {
			this.oracle.noteEdited(client, keyOf(item), { record, address: null, when });
		}
		for (const { from, to } of list.changed) {
			this.oracle.noteEdited(client, keyOf(from), { record, address: keyOf(to), when });
		}
	}
}

function seenEmails(record: MemoryRecord): EmailItem[] {
	return (record.seen['emails'] ?? []) as EmailItem[];
}
