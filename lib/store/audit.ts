/** The audit trail: append-only. */
import type { Kysely, Selectable } from 'kysely';
import type { AuditRow, StoredAuditRow } from '../model/rows';
import { GENESIS, hashRow, type ChainHead } from './audit-chain';
import { fromAudit, toAudit } from './rows';
import type { AuditTable, Database } from './schema';
import { runInsert, runStatement } from './statement';

export interface AuditQuery {
	entityId?: string;
	field?: string;
	kinds?: string[];
	eventId?: string;
	/** Rows before this one. */
	before?: number;
	limit: number;
}

/** Rows in the order they were written, for those who walk the trail. */
export interface AuditWalk {
	entityId?: string;
	run?: string;
	kinds?: string[];
	/** ms: rows written then or before. */
	until?: number;
	/** Rows after this one. */
	after: number;
	limit: number;
}

export class AuditStore {
	/** The trail's end as this transaction left it: read once, since nobody else writes meanwhile. */
	private head: ChainHead | undefined;

	constructor(private readonly db: Kysely<Database>) {}

	async append(rows: readonly AuditRow[]): Promise<void> {
		if (rows.length === 0) return;
		let head = this.head ?? (await this.readHead());
		const chained = rows.map((row) => {
			const numbered = { ...fromAudit(row), seq: head.seq + 1 };
			head = { seq: numbered.seq, hash: hashRow(head.hash, numbered) };
			return { ...numbered, hash: head.hash };
		});
		await runInsert(this.db, 'append audit', chained, (slots) =>
			this.db.insertInto('audit').values(slots),
		);
		this.head = head;
	}

	private async readHead(): Promise<ChainHead> {
		const { rows } = await runStatement(this.db, 'end of the trail', [1], (slot) =>
			this.db
				.selectFrom('audit')
				.select(['seq', 'hash'])
				.orderBy('seq', 'desc')
				.limit(slot<number>()),
		);
		return { seq: rows[0]?.seq ?? 0, hash: rows[0]?.hash ?? GENESIS };
	}

	async get(seq: number): Promise<StoredAuditRow | undefined> {
		const row = await this.db
			.selectFrom('audit')
			.selectAll()
			.where('seq', '=', seq)
			.executeTakeFirst();
		return row && toAudit(row);
	}

	/** Oldest first. */
	async walk(query: AuditWalk): Promise<StoredAuditRow[]> {
		let select = this.db
			.selectFrom('audit')
			.selectAll()
			.where('seq', '>', query.after)
			.orderBy('seq')
			.limit(query.limit);
		if (query.entityId !== undefined) select = select.where('entity_id', '=', query.entityId);
		if (query.run !== undefined) select = select.where('run', '=', query.run);
		if (query.kinds !== undefined) select = select.where('kind', 'in', query.kinds);
		if (query.until !== undefined) select = select.where('at', '<=', query.until);
		return (await select.execute()).map(toAudit);
	}

	/** The rows as they stand in the table, oldest first, for the chain's sake. */
	async rawPage(after: number, limit: number): Promise<Array<Selectable<AuditTable>>> {
		return this.db
			.selectFrom('audit')
			.selectAll()
			.where('seq', '>', after)
			.orderBy('seq')
			.limit(limit)
			.execute();
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
