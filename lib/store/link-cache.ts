/** Links as the store remembers them: by record, and all links of an entity (record-cache.ts). */
import { recordKey } from '../model/event';
import type { Link } from '../model/rows';
import { Lru, OWN_WEIGHT } from './lru';

/** A link in the order in which links are told. */
export interface OrderedLink {
	link: Link;
	linkedAt: number;
}

/** In characters: a link's evidence is shared with others. */
const LINK_WEIGHT = 150;
/** 40,000 links by record, and as many by entity. */
const MAX_WEIGHT = 40_000 * (LINK_WEIGHT + OWN_WEIGHT);

export class LinkCache {
	/** null: there is none. */
	private readonly records = new Lru<Link | null>(MAX_WEIGHT);
	private readonly entities = new Lru<readonly OrderedLink[]>(MAX_WEIGHT);

	ofRecord(key: string): Link | null | undefined {
		return this.records.get(key);
	}

	ofEntity(entityId: string): readonly OrderedLink[] | undefined {
		return this.entities.get(entityId);
	}

	noteRecord(key: string, link: Link | null): void {
		this.records.set(key, link, LINK_WEIGHT);
	}

	noteEntity(entityId: string, links: readonly OrderedLink[]): void {
		this.entities.set(entityId, links, links.length * LINK_WEIGHT);
	}

	/** The link was written: the lists of the entity that it had, and of the one that it has, are not what they were. */
	written(link: Link): void {
		const key = recordKey(link);
		const before = this.records.get(key);
		if (before === undefined) this.entities.clear();
		else if (before !== null) this.entities.delete(before.entityId);
		this.entities.delete(link.entityId);
		this.records.set(key, link, LINK_WEIGHT);
	}

	clear(): void {
		this.records.clear();
		this.entities.clear();
	}
}
