/** What an event tells of whether its record is there: the link and the shadow after it. Pure. */
import type { ChangeEvent } from '../model/event';
import type { Link } from '../model/rows';
import type { Shadow } from '../merge/shadow';
import { lastSight } from './departure';
import { archived, back, gone, isOwnRemoval } from './flight';

export interface Told {
	link: Link;
	shadow: Shadow;
	/** Kind of the audit row. */
	kind: 'unlink' | 'archive' | 'link';
	reason: string;
	/** `departs`: a person removed it. `returns`: it is back, and not by our own doing. */
	meaning: 'departs' | 'returns' | 'none';
}

/** Origin of a removal that nobody told: a complete listing did not hold the record, and a read found none. */
export const LISTED = 'listing';

/**
 * A delete, or a merge into a record that nobody names. `stale`: the record was there later than that.
 * `isCascade`: it went with its client, which the fabric removed.
 */
export function tellGone(
	event: ChangeEvent,
	link: Link,
	known: Shadow,
	isCascade = false,
): Told | 'stale' | undefined {
	const readAt = Date.parse(event.readAt);
	const isOld = readAt < (known.backAt ?? 0);
	if (isOld || (event.origin === LISTED && lastSight(known) > readAt)) return 'stale';
	if (link.state === 'unlinked') return isCascade ? undefined : tellWhy(event, link, known, readAt);
	const isOwn = isCascade || isOwnRemoval(known, event);
	const by = isCascade ? 'went with its client' : 'deleted by the fabric';
	return {
		link: { ...link, state: 'unlinked' },
		shadow: gone(known, readAt, isOwn ? 'fabric' : 'person'),
		kind: 'unlink',
		reason: isOwn ? by : `deleted in ${event.system}`,
		meaning: isOwn ? 'none' : 'departs',
	};
}

/** The record was let go before: by a write that found it gone, or by our own delete, whose time is known now. */
function tellWhy(event: ChangeEvent, link: Link, known: Shadow, readAt: number): Told | undefined {
	if (known.removedBy === 'fabric' && event.kind === 'delta') {
		const shadow = gone(known, Math.min(readAt, known.goneAt ?? readAt), 'fabric');
		return { link, shadow, kind: 'unlink', reason: 'deleted by the fabric', meaning: 'none' };
	}
	if (known.goneAt === undefined || known.removedBy !== undefined) return undefined;
	const shadow = gone(known, readAt, 'person');
	return { link, shadow, kind: 'unlink', reason: `deleted in ${event.system}`, meaning: 'departs' };
}

export function tellArchived(event: ChangeEvent, link: Link, known: Shadow): Told | undefined {
	const readAt = Date.parse(event.readAt);
	if (link.state === 'archived' || readAt < (known.backAt ?? 0)) return undefined;
	if (link.state === 'unlinked' && readAt <= (known.goneAt ?? 0)) return undefined;
	const isOwn = link.state === 'active' && isOwnRemoval(known, event);
	return {
		link: { ...link, state: 'archived' },
		shadow: archived(known, readAt, isOwn ? 'fabric' : 'person'),
		kind: 'archive',
		reason: isOwn ? 'archived by the fabric' : `archived in ${event.system}`,
		meaning: isOwn || link.state === 'unlinked' ? 'none' : 'departs',
	};
}

/**
 * A record that was read, or told to be back. One that was gone is back as soon as it is seen again; one
 * that was put away only if it is told (undelete), or if its archive field says so (`isTakenOut`): an edit of
 * an archived record does not bring it back.
 */
export function tellThere(
	event: ChangeEvent,
	link: Link,
	known: Shadow,
	isTakenOut: boolean,
): Told | undefined {
	const readAt = Date.parse(event.readAt);
	const isTold = event.change === 'undelete';
	if (link.state === 'active' && !isTold) return undefined;
	if (link.state === 'archived' && !isTold && !isTakenOut) return undefined;
	const away = link.state === 'archived' ? known.archivedAt : known.goneAt;
	if (link.state !== 'active' && readAt <= (away ?? -Infinity)) return undefined;
	const isOwn = link.state === 'archived' && isOwnRemoval(known, event);
	return {
		link: { ...link, state: 'active' },
		shadow: back(known, readAt),
		kind: 'link',
		reason: isOwn ? 'taken out of the archive by the fabric' : `back in ${event.system}`,
		meaning: isOwn ? 'none' : 'returns',
	};
}
