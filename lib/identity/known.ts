/** What identity resolution must know of a batch before it decides: read in a fixed number of store calls. */
import { recordKey, type ChangeEvent } from '../model/event';
import type { DeliveryRow, Link, ReviewRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';

/** What the store knows of a batch's records before anything is decided. */
export interface Known {
	links: Map<string, Link>;
	/** System -> creates tried there that are not known to be done. */
	creates: Map<string, DeliveryRow[]>;
	/** Record -> its open review. */
	reviews: Map<string, ReviewRow>;
	inbox: Map<string, { seq: number; batch: string | null }>;
	/** Record -> entities that a person said it is not. */
	neverAgain: Map<string, Set<string>>;
	/** Number of the newest entity. */
	lastNumber: number;
}

export async function loadKnown(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
): Promise<Known> {
	const links = await tx.identity.links(events);
	const unknown = events.filter((event) => !links.has(recordKey(event)));
	const creates = new Map<string, DeliveryRow[]>();
	const nothing = { reviews: new Map(), inbox: new Map(), neverAgain: new Map(), lastNumber: 0 };
	if (unknown.length === 0) return { links, creates, ...nothing };
	for (const system of new Set(unknown.map((event) => event.system))) {
		creates.set(system, await tx.deliveries.createsTried(system));
	}
	return {
		links,
		creates,
		reviews: await tx.reviews.openFor(unknown),
		inbox: await tx.inbox.statesOf(unknown.map(({ eventId }) => eventId)),
		neverAgain: await tx.decisions.neverAgain(unknown),
		lastNumber: await tx.identity.lastNumber(),
	};
}
