/** One of the two clients that a split makes of one. */
import { DESK_SYSTEM, type Memory } from '../../merge/clock';
import { recordKey, type RecordAddress } from '../../model/event';
import type { Link } from '../../model/rows';

export interface Part {
	/** The client's id after the split. */
	unifiedId: string;
	links: readonly Link[];
	/** Entities whose past at the desk is this client's: its own id and those that become part of it. */
	ids: ReadonlySet<string>;
}

/** Is this part the one that said so: one of its records, or a person at the desk of one of its ids? */
export function ownership({ links, ids }: Part): (source: Partial<RecordAddress>) => boolean {
	const keys = new Set(links.map(recordKey));
	return ({ system = '', object = '', crmId = '' }) =>
		system === DESK_SYSTEM ? ids.has(crmId) : keys.has(recordKey({ system, object, crmId }));
}

export type Owns = (source: Partial<RecordAddress> | Memory) => boolean;
