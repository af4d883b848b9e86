/**
 * What reconcile asks of the whole store: records that a run has not seen, and rows that contradict
 * each other. Each answer comes in pages by record id, one system at a time.
 */
import { sql, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import type { Shadow } from '../merge/shadow';
import type { RecordAddress } from '../model/event';
import type { Link } from '../model/rows';
import { chunks, inChunks } from './batch';
import { parseJson, toLink } from './rows';
import type { Database } from './schema';

export interface Scope {
	run: string;
	system: string;
	object: string;
	/** False: only the records that the run has seen. */
	whole: boolean;
}

export interface Page {
	/** Record ids after this one. */
	after: string;
	limit: number;
}

type RecordTable = 'links' | 'shadows' | 'deliveries' | 'identity_keys';

export class ReconcileStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Linked records that the run has not seen in the CRM. */
	async unseen(
		{ run, system, object }: Pick<Scope, 'run' | 'system' | 'object'>,
		{ after, limit }: Page,
	): Promise<Link[]> {
		const rows = await this.db
			.selectFrom('links')
			.selectAll()
			.where('system', '=', system)
			.where('object', '=', object)
			.where('state', '!=', 'unlinked')
			.where('crm_id', '>', after)
			.where(({ not, exists }) => not(exists(this.sightOf(run, 'links'))))
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return rows.map(toLink);
	}

	/** Of records that the run has not seen: active links of which nothing is known, although no event waits. */
	async linksWithoutShadow(scope: Scope, { after, limit }: Page): Promise<Link[]> {
		const rows = await this.db
			.selectFrom('links')
			.selectAll()
			.where('system', '=', scope.system)
			.where('object', '=', scope.object)
			.where('state', '=', 'active')
			.where('crm_id', '>', after)
			.where(({ not, exists, selectFrom }) =>
				not(
					exists(
						selectFrom('shadows')
							.select('shadows.crm_id')
							.whereRef('shadows.system', '=', 'links.system')
							.whereRef('shadows.object', '=', 'links.object')
							.whereRef('shadows.crm_id', '=', 'links.crm_id'),
					),
				),
			)
			.where(({ not, exists }) => not(exists(this.waiting('links'))))
			.where(({ not, exists }) => not(exists(this.sightOf(scope.run, 'links'))))
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return rows.map(toLink);
	}

	/** Of records that the run has not seen: those of which something is known, but not whose they are. */
	async shadowsWithoutLink(scope: Scope, { after, limit }: Page): Promise<RecordAddress[]> {
		const rows = await this.db
			.selectFrom('shadows')
			.select(['system', 'object', 'crm_id'])
			.where('system', '=', scope.system)
			.where('object', '=', scope.object)
			.where('crm_id', '>', after)
			.where(({ not, exists }) => not(exists(this.linkOf('shadows'))))
			.where(({ not, exists }) => not(exists(this.waiting('shadows'))))
			.where(({ not, exists }) => not(exists(this.sightOf(scope.run, 'shadows'))))
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return rows.map(toAddress);
	}

	/** Shadows that tell of a write under way while no delivery of the record is open. */
	async unclaimedFlights(
		scope: Scope,
		{ after, limit }: Page,
	): Promise<Array<RecordAddress & { shadow: Shadow }>> {
		const rows = await this.db
			.selectFrom('shadows')
			.select(['system', 'object', 'crm_id', 'shadow'])
			.where('system', '=', scope.system)
			.where('object', '=', scope.object)
			.where('crm_id', '>', after)
			.where('shadow', 'like', '%"inFlight":%')
			.where(({ not, exists, selectFrom }) =>
				not(
					exists(
						selectFrom('deliveries')
							.select('deliveries.id')
							.whereRef('deliveries.system', '=', 'shadows.system')
							.whereRef('deliveries.object', '=', 'shadows.object')
							.whereRef('deliveries.target', '=', 'shadows.crm_id')
							.where(sql<SqlBool>`deliveries.state in ('open', 'held', 'claimed')`)
							// One that this very run opened does not make it right.
							.where(sql<SqlBool>`coalesce(deliveries.run, '') <> ${scope.run}`),
					),
				),
			)
			.where((where) => this.inScope(where, scope, 'shadows'))
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return rows.map((row) => ({ ...toAddress(row), shadow: parseJson<Shadow>(row.shadow) }));
	}

	/** Open updates of records that belong to nobody, of entities that the run has not compared. */
	async strayUpdates(
		scope: Scope,
		{ after, limit }: Page,
	): Promise<Array<RecordAddress & { id: number; entityId: string }>> {
		const rows = await this.db
			.selectFrom('deliveries')
			.select(['id', 'system', 'object', 'target as crm_id', 'entity_id'])
			.where('system', '=', scope.system)
			.where('object', '=', scope.object)
			.where('operation', '=', 'update')
			.where('target', '>', after)
			.where(sql<SqlBool>`deliveries.state in ('open', 'held', 'claimed')`)
			.where('state', '=', 'open')
			.where(({ not, exists, selectFrom }) =>
				not(
					exists(
						selectFrom('links')
							.select('links.crm_id')
							.whereRef('links.system', '=', 'deliveries.system')
							.whereRef('links.object', '=', 'deliveries.object')
							.whereRef('links.crm_id', '=', 'deliveries.target')
							.where('links.state', '!=', 'unlinked'),
					),
				),
			)
			.where(({ not, exists }) => not(exists(this.comparison(scope.run))))
			.where((where) => this.inScope(where, scope, 'deliveries'))
			.orderBy('target')
			.limit(limit)
			.execute();
		return rows.map((row) => ({ ...toAddress(row), id: row.id, entityId: row.entity_id }));
	}

	/** Records with keys by which they would be found although they, or their entity, are not known. */
	async strayKeys(scope: Scope, { after, limit }: Page): Promise<RecordAddress[]> {
		const rows = await this.db
			.selectFrom('identity_keys')
			.select(['system', 'object', 'crm_id'])
			.distinct()
			.where('system', '=', scope.system)
			.where('object', '=', scope.object)
			.where('crm_id', '>', after)
			.where(({ not, exists, or, selectFrom }) =>
				or([
					not(exists(this.linkOf('identity_keys'))),
					not(
						exists(
							selectFrom('entities')
								.select('entities.id')
								.whereRef('entities.id', '=', 'identity_keys.entity_id'),
						),
					),
				]),
			)
			.where((where) => this.inScope(where, scope, 'identity_keys'))
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return rows.map(toAddress);
	}

	/** Entities with a delivery that became a dead letter nobody has decided upon yet, and its record. */
	async buried(
		entityIds: readonly string[],
	): Promise<Map<string, { system: string; object: string; crmId: string | null }>> {
		const rows = await inChunks(entityIds, (chunk) =>
			this.db
				.selectFrom('dead_letters')
				.select(['entity_id', 'system', 'object', 'crm_id'])
				.where('state', '=', 'open')
				.where('kind', '=', 'delivery')
				.where('entity_id', 'in', chunk)
				.orderBy('id')
				.execute(),
		);
		return new Map(
			rows.map(({ entity_id: id, system, object, crm_id: crmId }) => [
				id ?? '',
				{ system, object, crmId },
			]),
		);
	}

	async deleteShadows(addresses: readonly RecordAddress[]): Promise<void> {
		for (const { system, object, crmId } of addresses) {
			await this.db
				.deleteFrom('shadows')
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', '=', crmId)
				.execute();
		}
	}

	/** The keys of these records go; those of a linked one are made anew by its next event. */
	async deleteKeys(system: string, object: string, crmIds: readonly string[]): Promise<void> {
		for (const chunk of chunks(crmIds)) {
			await this.db
				.deleteFrom('identity_keys')
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', 'in', chunk)
				.execute();
		}
	}

	private linkOf(table: 'shadows' | 'identity_keys') {
		return this.db
			.selectFrom('links')
			.select('links.crm_id')
			.where(sql<SqlBool>`links.system = ${sql.ref(`${table}.system`)}`)
			.where(sql<SqlBool>`links.object = ${sql.ref(`${table}.object`)}`)
			.where(sql<SqlBool>`links.crm_id = ${sql.ref(`${table}.crm_id`)}`);
	}

	/** In the very words of the partial index: only then does SQLite use it. */
	private waiting(table: 'links' | 'shadows') {
		return this.db
			.selectFrom('inbox')
			.select('inbox.seq')
			.where(sql<SqlBool>`inbox.system = ${sql.ref(`${table}.system`)}`)
			.where(sql<SqlBool>`inbox.object = ${sql.ref(`${table}.object`)}`)
			.where(sql<SqlBool>`inbox.crm_id = ${sql.ref(`${table}.crm_id`)}`)
			.where(sql<SqlBool>`inbox.state in ('pending', 'emitted')`);
	}

	private sightOf(run: string, table: RecordTable) {
		const id = table === 'deliveries' ? 'deliveries.target' : `${table}.crm_id`;
		return this.db
			.selectFrom('run_records')
			.select('run_records.crm_id')
			.where('run_records.run', '=', run)
			.where(sql<SqlBool>`run_records.system = ${sql.ref(`${table}.system`)}`)
			.where(sql<SqlBool>`run_records.object = ${sql.ref(`${table}.object`)}`)
			.where(sql<SqlBool>`run_records.crm_id = ${sql.ref(id)}`);
	}

	/** That the run has compared the delivery's entity. */
	private comparison(run: string) {
		return this.db
			.selectFrom('run_records')
			.select('run_records.crm_id')
			.where('run_records.run', '=', run)
			.where('run_records.object', '=', 'entity')
			.where(sql<SqlBool>`run_records.crm_id = ${sql.ref('deliveries.entity_id')}`);
	}

	private inScope<Table extends RecordTable>(
		where: ExpressionBuilder<Database, Table>,
		{ run, whole }: Scope,
		table: Table,
	) {
		return whole ? where.lit(true) : where.exists(this.sightOf(run, table));
	}
}

function toAddress(row: { system: string; object: string; crm_id: string }): RecordAddress {
	return { system: row.system, object: row.object, crmId: row.crm_id };
}
