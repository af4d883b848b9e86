/** The events of given records, as far as the inbox still has them. */
import type { Kysely } from 'kysely';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import { bySystem } from './batch';
import { unsettled } from './inbox';
import { storedEvent, type LastEvent } from './last-event';
import { parseJson } from './rows';
import { UNSETTLED, type Database } from './schema';
import { runForList } from './statement';

export class RecordEventStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** The newest event of each record, whatever became of it. */
	async lastEvents(addresses: readonly RecordAddress[]): Promise<Map<string, LastEvent>> {
		const result = new Map<string, LastEvent>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'last events',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('inbox')
						.select(['crm_id', 'event', 'state'])
						.where('seq', 'in', (query) =>
							query
								.selectFrom('inbox')
								.select((select) => select.fn.max('seq').as('seq'))
								.where('system', '=', slot<string>())
								.where('object', '=', slot<string>())
								.where('crm_id', 'in', list<string>())
								.groupBy('crm_id'),
						),
			});
			for (const row of rows) {
				const key = recordKey({ system, object, crmId: row.crm_id });
				result.set(key, storedEvent(row.event, row.state));
			}
		}
		return result;
	}

	/** Events of these records that may still be merged: as {@link waiting}, and those in review. */
	async underWay(addresses: readonly RecordAddress[]): Promise<ChangeEvent[]> {
		const events: ChangeEvent[] = [];
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'events under way',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('inbox')
						.select('event')
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>())
						.where('state', 'in', [...UNSETTLED, 'review']),
			});
			events.push(...rows.map(({ event }) => parseJson<ChangeEvent>(event)));
		}
		return events;
	}

	/** Events of these records that are not settled yet, in the order they were read. */
	async waiting(addresses: readonly RecordAddress[]): Promise<ChangeEvent[]> {
		const events: Array<{ seq: number; event: string }> = [];
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'waiting events',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('inbox')
						.select(['seq', 'event'])
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>())
						.where(unsettled('inbox')),
			});
			events.push(...rows);
		}
		return events.sort((a, b) => a.seq - b.seq).map(({ event }) => parseJson<ChangeEvent>(event));
	}

	/** Numbers of the record's events that wait for a person's answer. */
	async inReview(address: RecordAddress): Promise<number[]> {
		const rows = await this.db
			.selectFrom('inbox')
			.select('seq')
			.where('system', '=', address.system)
			.where('object', '=', address.object)
			.where('crm_id', '=', address.crmId)
			.where('state', '=', 'review')
			.orderBy('seq')
			.execute();
		return rows.map(({ seq }) => seq);
	}
}
