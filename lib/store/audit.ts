/** The audit trail: append-only. */
import type { Kysely } from 'kysely';
import type { AuditRow, StoredAuditRow } from '../model/rows';
import { chunks } from './batch';
import { fromAudit, toAudit } from './rows';
import type { Database } from './schema';

export interface AuditQuery {
	entityId?: string;
	field?: string;
	kinds?: string[];
	eventId?: string;
	/** Rows before this one. */
	before?: number;
	limit: number;
}

export class AuditStore {
	constructor(private readonly db: Kysely<Database>) {}

	async append(rows: readonly AuditRow[]): Promise<void> {
		for (const chunk of chunks(rows, 200)) {
			await this.db.insertInto('audit').values(chunk.map(fromAudit)).execute();
		}
	}

	/** Newest first. */
	async find(query: AuditQuery): Promise<StoredAuditRow[]> {
		let select = this.db.selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(query.limit);
		if (query.entityId !== undefined) select = select.where('entity_id', '=', query.entityId);
		if (query.field !== undefined) select = select.where('field', '=', query.field);
		if (query.kinds !== undefined) select = select.where('kind', 'in', query.kinds);
		if (query.eventId !== undefined) select = select.where('event_id', '=', query.eventId);
		if (query.before !== undefined) select = select.where('seq', '<', query.before);
		return (await select.execute()).map(toAudit);
	}
}
