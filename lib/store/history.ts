/** What point-in-time views, undo and what-if ask of the store beside the audit trail itself. */
import type { Kysely } from 'kysely';
import type { ChangeEvent, RecordAddress } from '../model/event';
import { bySystem, inChunks } from './batch';
import { parseJson } from './rows';
import type { Database, InboxState } from './schema';

export interface PastEvent {
	seq: number;
	event: ChangeEvent;
	state: InboxState;
	/** ms; null while it waits. */
	settledAt: number | null;
}

export class HistoryStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** The kept events of these records, in the order they were read. */
	async eventsOf(addresses: readonly RecordAddress[], limit: number): Promise<PastEvent[]> {
		const found: PastEvent[] = [];
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await inChunks(ids, (chunk) =>
				this.db
					.selectFrom('inbox')
					.select(['seq', 'event', 'state', 'settled_at'])
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', 'in', chunk)
					.orderBy('seq')
					.limit(limit)
					.execute(),
			);
			found.push(
				...rows.map((row) => ({
					seq: row.seq,
					event: parseJson<ChangeEvent>(row.event),
					state: row.state,
					settledAt: row.settled_at,
				})),
			);
		}
		return found.sort((a, b) => a.seq - b.seq).slice(0, limit);
	}

	/** The entities that are part of this one by now. */
	async mergedInto(unifiedId: string): Promise<string[]> {
		const rows = await this.db
			.selectFrom('entities')
			.select('id')
			.where('merged_into', '=', unifiedId)
			.execute();
		return rows.map(({ id }) => id);
	}
}
