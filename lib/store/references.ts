/**
 * References between entities, and records that wait for the one they name: of a field, what the CRM
 * said of a record that the fabric does not know yet; of a whole event, one that cannot be told apart
 * without it.
 */
import type { Kysely } from 'kysely';
import type { ObjectName } from '../model/objects';
import type { RecordAddress } from '../model/event';
import { chunks, inChunks } from './batch';
import type { Database } from './schema';
import { runStatement } from './statement';

export interface ReferenceChange {
	entityId: string;
	field: string;
	/** Unified id; null: it names nobody. */
	target: string | null;
}

/** One record names another one that had no entity when it was read. */
export interface MissingReference extends RecordAddress {
	/** Empty: the event as a whole waits in the inbox. */
	field: string;
	refObject: ObjectName;
	refCrmId: string;
	eventId: string;
	/** Times of the event, ISO. */
	editedAt: string;
	readAt: string;
	receivedAt: string;
	/** Of a waiting event. */
	inboxSeq: number | null;
}

/** Keeps which entity names which; one row a reference field. */
export async function keepReferences(
	db: Kysely<Database>,
	changes: readonly ReferenceChange[],
): Promise<void> {
	for (const { entityId, field, target } of changes) {
		if (target === null) {
			await db
				.deleteFrom('entity_references')
				.where('entity_id', '=', entityId)
				.where('field', '=', field)
				.execute();
			continue;
		}
		await db
			.insertInto('entity_references')
			.values({ entity_id: entityId, field, target })
			.onConflict((conflict) =>
				conflict
					.columns(['entity_id', 'field'])
					.doUpdateSet((set) => ({ target: set.ref('excluded.target') })),
			)
			.execute();
	}
}

export class ReferenceStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Entities that name one of these, `limit` at most. */
	async referrers(targets: readonly string[], limit: number): Promise<string[]> {
		const rows = await inChunks(targets, (chunk) =>
			this.db
				.selectFrom('entity_references')
				.select('entity_id')
				.distinct()
				.where('target', 'in', chunk)
				.orderBy('entity_id')
				.limit(limit)
				.execute(),
		);
		return rows.map(({ entity_id: id }) => id).slice(0, limit);
	}

	/** Entities that these name. */
	async targets(entityIds: readonly string[]): Promise<string[]> {
		const rows = await inChunks(entityIds, (chunk) =>
			this.db
				.selectFrom('entity_references')
				.select('target')
				.distinct()
				.where('entity_id', 'in', chunk)
				.orderBy('target')
				.execute(),
		);
		return [...new Set(rows.map(({ target }) => target))];
	}

	/** Which entities name these in the field, `limit` at most. */
	async naming(
		field: string,
		targets: readonly string[],
		limit: number,
	): Promise<Array<{ entityId: string; target: string }>> {
		const rows = await inChunks(targets, (chunk) =>
			this.db
				.selectFrom('entity_references')
				.select(['entity_id', 'target'])
				.where('field', '=', field)
				.where('target', 'in', chunk)
				.orderBy('target')
				.orderBy('entity_id')
				.limit(limit)
				.execute(),
		);
		return rows.slice(0, limit).map(({ entity_id: entityId, target }) => ({ entityId, target }));
	}

	/** What named `from` names `into` from now on. */
	async becomePart(from: string, into: string): Promise<void> {
		const { db } = this;
		await db.deleteFrom('entity_references').where('entity_id', '=', from).execute();
		await db
			.updateTable('entity_references')
			.set({ target: into })
			.where('target', '=', from)
			.execute();
	}

	/** A later word of the same field takes the place of an earlier one. */
	async await(missing: readonly MissingReference[]): Promise<void> {
		await this.forget(missing.filter(({ field }) => field !== ''));
		for (const chunk of chunks(missing)) {
			const rows = chunk.map((one) => ({
				system: one.system,
				object: one.object,
				crm_id: one.crmId,
				field: one.field,
				event_id: one.eventId,
				ref_object: one.refObject,
				ref_crm_id: one.refCrmId,
				edited_at: one.editedAt,
				read_at: one.readAt,
				received_at: one.receivedAt,
				inbox_seq: one.inboxSeq,
			}));
			await this.db
				.insertInto('missing_references')
				.values(rows)
				.onConflict((conflict) =>
					conflict
						.columns(['system', 'object', 'crm_id', 'field', 'event_id'])
						.doUpdateSet((set) => ({
							ref_object: set.ref('excluded.ref_object'),
							ref_crm_id: set.ref('excluded.ref_crm_id'),
						})),
				)
				.execute();
		}
	}

	/** These fields of these records are known, or waited for anew. */
	async forget(fields: ReadonlyArray<RecordAddress & { field: string }>): Promise<void> {
		for (const { system, object, crmId, field } of fields) {
			await this.db
				.deleteFrom('missing_references')
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', '=', crmId)
				.where('field', '=', field)
				.execute();
		}
	}

	/** Takes out those whose record is known by now, oldest first, with its entity; `limit` at most. */
	async found(limit: number): Promise<Array<MissingReference & { unifiedId: string }>> {
		const { rows } = await runStatement(this.db, 'found references', [limit], (slot) =>
			this.db
				.selectFrom('missing_references as missing')
				.innerJoin('links', (join) =>
					join
						.onRef('links.system', '=', 'missing.system')
						.onRef('links.object', '=', 'missing.ref_object')
						.onRef('links.crm_id', '=', 'missing.ref_crm_id'),
				)
				.selectAll('missing')
				.select('links.entity_id')
				.orderBy('missing.read_at')
				.orderBy('missing.event_id')
				.orderBy('missing.field')
				.limit(slot<number>()),
		);
		for (const row of rows) {
			await this.db
				.deleteFrom('missing_references')
				.where('system', '=', row.system)
				.where('object', '=', row.object)
				.where('crm_id', '=', row.crm_id)
				.where('field', '=', row.field)
				.where('event_id', '=', row.event_id)
				.execute();
		}
		return rows.map((row) => ({
			system: row.system,
			object: row.object,
			crmId: row.crm_id,
			field: row.field,
			refObject: row.ref_object as ObjectName,
			refCrmId: row.ref_crm_id,
			eventId: row.event_id,
			editedAt: row.edited_at,
			readAt: row.read_at,
			receivedAt: row.received_at,
			inboxSeq: row.inbox_seq,
			unifiedId: row.entity_id,
		}));
	}
}
