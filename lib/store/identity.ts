/** Entities, and the links from records to them. */
import type { Kysely } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import type { Link } from '../model/rows';
import { unifiedIdOf } from '../model/unified-id';
import { bySystem, inChunks } from './batch';
import type { LinkCache, OrderedLink } from './link-cache';
import { recordsByEntity, type LinkedRecord } from './linked-records';
import { toLink } from './rows';
import type { Database } from './schema';
import { runForList, runInsert } from './statement';

function byAge(
	{ link: a, linkedAt }: OrderedLink,
	{ link: b, linkedAt: other }: OrderedLink,
): number {
	return (
		linkedAt - other ||
		bytewise(a.system, b.system) ||
		bytewise(a.object, b.object) ||
		bytewise(a.crmId, b.crmId)
	);
}

/** As the database sorts text. */
function bytewise(a: string, b: string): number {
	return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export class IdentityStore {
	constructor(
		private readonly db: Kysely<Database>,
		/** What is known from earlier transactions. */
		private readonly cache?: LinkCache,
	) {}

	async links(addresses: readonly RecordAddress[]): Promise<Map<string, Link>> {
		const known = new Map<string, Link | null>();
		const missing: RecordAddress[] = [];
		for (const address of addresses) {
			const key = recordKey(address);
			const link = this.cache?.ofRecord(key);
			if (link === undefined) missing.push(address);
			else known.set(key, link);
		}
		for (const link of await this.readLinks(missing)) known.set(recordKey(link), link);
		const result = new Map<string, Link>();
		for (const address of addresses) {
			const key = recordKey(address);
			const link = known.get(key);
			if (link) result.set(key, link);
		}
		for (const key of missing.map(recordKey)) this.cache?.noteRecord(key, result.get(key) ?? null);
		return result;
	}

	private async readLinks(addresses: readonly RecordAddress[]): Promise<Link[]> {
		const found: Link[] = [];
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'links',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('links')
						.selectAll()
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>()),
			});
			found.push(...rows.map(toLink));
		}
		return found;
	}

	/** All links of the given entities, the unlinked ones too; the oldest first. */
	async linksOf(entityIds: readonly string[]): Promise<Link[]> {
		const known = new Map<string, readonly OrderedLink[]>();
		const missing: string[] = [];
		for (const id of new Set(entityIds)) {
			const links = this.cache?.ofEntity(id);
			if (links === undefined) missing.push(id);
			else known.set(id, links);
		}
		const read = await this.readLinksOf(missing);
		if (this.cache === undefined) return read.map(({ link }) => link);
		const grouped = new Map<string, OrderedLink[]>(missing.map((id) => [id, []]));
		for (const one of read) grouped.get(one.link.entityId)?.push(one);
		for (const [id, links] of grouped) this.cache.noteEntity(id, links);
		return [...[...known.values()].flat(), ...read].sort(byAge).map(({ link }) => link);
	}

	private async readLinksOf(entityIds: readonly string[]): Promise<OrderedLink[]> {
		const rows = await runForList(this.db, entityIds, {
			name: 'links of entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('links')
					.selectAll()
					.where('entity_id', 'in', list<string>())
					.orderBy('linked_at')
					.orderBy('system')
					.orderBy('object')
					.orderBy('crm_id'),
		});
		return rows.map((row) => ({ link: toLink(row), linkedAt: row.linked_at }));
	}

	/** As {@link linksOf}, by entity, and without what made the links, which is most of a row. */
	async recordsOf(entityIds: readonly string[]): Promise<Map<string, LinkedRecord[]>> {
		const rows = await runForList(this.db, entityIds, {
			name: 'records of entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('links')
					.select(['system', 'object', 'crm_id', 'entity_id', 'state', 'linked_at'])
					.where('entity_id', 'in', list<string>()),
		});
		return recordsByEntity(entityIds, rows);
	}

	async saveLinks(links: readonly Link[], now: number): Promise<void> {
		const rows = links.map((link) => ({
			system: link.system,
			object: link.object,
			crm_id: link.crmId,
			entity_id: link.entityId,
			state: link.state,
			evidence: JSON.stringify(link.evidence),
			linked_at: now,
			recreated: link.recreated,
		}));
		await runInsert(
			this.db,
			'save links',
			rows,
			(slots) =>
				this.db
					.insertInto('links')
					.values(slots)
					.onConflict((conflict) =>
						conflict.columns(['system', 'object', 'crm_id']).doUpdateSet((set) => ({
							entity_id: set.ref('excluded.entity_id'),
							state: set.ref('excluded.state'),
							evidence: set.ref('excluded.evidence'),
							recreated: set.ref('excluded.recreated'),
						})),
					),
			{ isNoted: true },
		);
		for (const link of links) this.cache?.written(link);
	}

	/** Records of this system that are linked or have a shadow. */
	async known(system: string, object: string, crmIds: readonly string[]): Promise<Set<string>> {
		const rows = await inChunks(crmIds, (chunk) =>
			this.db
				.selectFrom('shadows')
				.select('crm_id')
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', 'in', chunk)
				.execute(),
		);
		return new Set(rows.map((row) => row.crm_id));
	}

	/** Number of the newest entity; 0 if there is none. The next one is its successor, in this transaction. */
	async lastNumber(): Promise<number> {
		const last = await this.db
			.selectFrom('entities')
			.select((select) => select.fn.max('seq').as('seq'))
			.executeTakeFirst();
		return Number(last?.seq ?? 0);
	}

	/** `createdBy`: the event, or what else made it. */
	async addEntities(
		entities: ReadonlyArray<{ number: number; createdBy: string }>,
		now: number,
	): Promise<void> {
		const rows = entities.map(({ number, createdBy }) => ({
			seq: number,
			id: unifiedIdOf(number),
			created_at: now,
			created_by: createdBy,
		}));
		await runInsert(this.db, 'add entities', rows, (slots) =>
			this.db.insertInto('entities').values(slots),
		);
	}

	async existing(entityIds: readonly string[]): Promise<Set<string>> {
		const rows = await inChunks(entityIds, (chunk) =>
			this.db.selectFrom('entities').select('id').where('id', 'in', chunk).execute(),
		);
		return new Set(rows.map(({ id }) => id));
	}

	/** All entity ids after `after` in creation order, `limit` at most. */
	async page(after: string | null, limit: number): Promise<string[]> {
		let query = this.db.selectFrom('entities').select('id').orderBy('seq').limit(limit);
		if (after !== null) {
			query = query.where('seq', '>', (sub) =>
				sub.selectFrom('entities').select('seq').where('id', '=', after),
			);
		}
		return (await query.execute()).map(({ id }) => id);
	}
}
