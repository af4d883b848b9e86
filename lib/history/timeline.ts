/**
 * Puts a client's past in order: the decisions that the audit trail tells of, the writes that were
 * confirmed, and the kept events, those that decided nothing included. Pure.
 */
import { recordKey, type ChangeEvent } from '../model/event';
import type { StoredAuditRow } from '../model/rows';
import type { PastEvent } from '../store/history';
import { MERGED, SPLIT } from './fold';

export type Moment =
	/** What one event decided. `event`: undefined if it was purged, or is a person's word. */
	| { kind: 'decisions'; at: number; event: ChangeEvent | undefined; rows: StoredAuditRow[] }
	/** An event that decided nothing: it only shows what a record held. */
	| { kind: 'sight'; at: number; event: ChangeEvent }
	| { kind: 'write'; at: number; row: StoredAuditRow }
	/** Registers that came from another client, or went to one. */
	| { kind: 'taken'; at: number; row: StoredAuditRow };

export const DECISIONS = ['change', 'agree', 'lost', 'asked'];

export function timeline(rows: readonly StoredAuditRow[], events: readonly PastEvent[]): Moment[] {
	const kept = new Map(events.map(({ event }) => [event.eventId, event]));
	const moments: Array<{ order: number; moment: Moment }> = [];
	const decided = new Map<string, Extract<Moment, { kind: 'decisions' }>>();
	for (const row of rows) {
		const { eventId, kind, at, seq: order } = row;
		const isMoved = row.rule === MERGED || row.rule === SPLIT;
		const isDecision = DECISIONS.includes(kind) && eventId !== undefined && !isMoved;
		if (isDecision) {
			const known = decided.get(eventId);
			if (known !== undefined) known.rows.push(row);
			else {
				const moment = { kind: 'decisions' as const, at, event: kept.get(eventId), rows: [row] };
				decided.set(eventId, moment);
				moments.push({ order, moment });
			}
		} else if (kind === 'write') moments.push({ order, moment: { kind, at, row } });
		else if (row.register !== undefined || (row.rule === SPLIT && row.field !== undefined))
			moments.push({ order, moment: { kind: 'taken', at, row } });
	}
	const sights = placeSights(events, moments, decided);
	return [...moments, ...sights].sort((a, b) => a.order - b.order).map(({ moment }) => moment);
}

/** After what was known of the record when it was settled, and after the record's event before it. */
function placeSights(
	events: readonly PastEvent[],
	moments: ReadonlyArray<{ order: number; moment: Moment }>,
	decided: ReadonlyMap<string, Moment>,
) {
	const orders = new Map(moments.map(({ order, moment }) => [moment, order]));
	const last = new Map<string, number>();
	const placed: Array<{ order: number; moment: Moment }> = [];
	for (const { seq, event, settledAt } of events) {
		const key = recordKey(event);
		const own = decided.get(event.eventId);
		const at = settledAt ?? 0;
		const before = moments.filter(({ moment }) => moment.at <= at && isOf(moment, key));
		const earliest = Math.max(last.get(key) ?? 0, before.at(-1)?.order ?? 0);
		// Between two whole numbers, in the order of reading.
		const order = own === undefined ? earliest + seq * 1e-9 : (orders.get(own) ?? 0);
		last.set(key, Math.max(last.get(key) ?? 0, Math.floor(order)));
		if (own === undefined) placed.push({ order, moment: { kind: 'sight', at, event } });
	}
	return placed;
}

function isOf(moment: Moment, key: string): boolean {
	if (moment.kind !== 'write') return false;
	const { system = '', object = '', crmId = '' } = moment.row;
	return recordKey({ system, object, crmId }) === key;
}
