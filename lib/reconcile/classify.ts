/** What does a record, as the CRM holds it, say against what the hub knows of it? Pure. */
import { isNews } from '../inbox/intake';
import { look } from '../merge/sight';
import type { Shadow } from '../merge/shadow';
import type { ChangeEvent } from '../model/event';
import type { Link } from '../model/rows';
import type { LastEvent } from '../store/last-event';
import type { Finding } from './report';

export interface KnownOfRecord {
	link: Link | undefined;
	shadow: Shadow | undefined;
	last: LastEvent | undefined;
}

export type Verdict =
	| { kind: 'fine' }
	| { kind: 'waiting' }
	| { kind: 'differs'; finding: Finding; fields: string[] };

const UNDER_WAY = ['pending', 'emitted', 'review'];
const SETTLED = ['applied', 'noop', 'superseded'];

/**
 * A read that began before our last write to a field was confirmed says nothing of that field; a
 * record with an event on its way is left to that one.
 */
export function classify(event: ChangeEvent, known: KnownOfRecord): Verdict {
	const { link, shadow, last } = known;
	if (last !== undefined && UNDER_WAY.includes(last.state)) return { kind: 'waiting' };
	// What a person filtered or let die is not brought up again, unless the record says something else.
	const isLeft = last !== undefined && !SETTLED.includes(last.state);
	if (isLeft && !isNews(event, shadow, last)) return { kind: 'waiting' };
	const standing = ofStanding(event, known);
	if (standing !== undefined) return standing;
	if (shadow === undefined || link === undefined) {
		const finding = shadow ? 'shadowWithoutLink' : link ? 'linkWithoutShadow' : 'newRecord';
		return { kind: 'differs', finding, fields: Object.keys(event.fields) };
	}
	const fields = Object.entries(event.fields)
		.filter(([field, value]) => {
			const sight = look(event, field, value, shadow.fields[field], { emptyNeverOverwrites: true });
			return sight.kind === 'changed' && !sight.late;
		})
		.map(([field]) => field);
	return fields.length === 0
		? { kind: 'fine' }
		: { kind: 'differs', finding: 'missedEdit', fields };
}

/** Gone, put away, or back: undefined if the record is where it was known to be. */
function ofStanding(event: ChangeEvent, { link, shadow }: KnownOfRecord): Verdict | undefined {
	const readAt = Date.parse(event.readAt);
	const goneAt = shadow?.goneAt;
	if (event.change === 'delete' || event.change === 'merge') {
		if (link === undefined || link.state === 'unlinked') return { kind: 'fine' };
		return { kind: 'differs', finding: 'gone', fields: [] };
	}
	if (goneAt !== undefined) {
		return readAt > goneAt
			? { kind: 'differs', finding: 'returned', fields: [] }
			: { kind: 'fine' };
	}
	if (event.change === 'archive') {
		const isActive = link?.state === 'active';
		return isActive ? { kind: 'differs', finding: 'putAway', fields: [] } : undefined;
	}
	return undefined;
}
