/**
 * Places records that are no contacts: a note, task, event or opportunity belongs to the one of the same
 * client that says the same, a household to the one whose members are the same people; else it is new.
 * Nobody is asked: what seems the same and is not costs a duplicate, never a client's data.
 */
import type { ChangeEvent } from '../../model/event';
import { OBJECTS, parseLocalReference, type ObjectName } from '../../model/objects';
import { byEntity, type Evidence, type Link } from '../../model/rows';
import { numberOf } from '../../model/unified-id';
import type { StoreTransaction } from '../../store/store';
import { householdKeys, itemKeys, memberKey, nameKeys, wordKeys } from './item-keys';

/** An item whose client is not known yet waits for it so long. Then it is synced without a client. */
const ITEM_PATIENCE_MS = 30 * 24 * 60 * 60 * 1_000;
/** Members may be in review: then the household goes on with those that are known. */
const HOUSEHOLD_PATIENCE_MS = 15 * 60 * 1_000;

export type ItemPlacement =
	| { kind: 'link'; unifiedId: string; evidence: Evidence }
	| { kind: 'new' }
	| { kind: 'waits'; named: { object: ObjectName; crmId: string } };

type NamedRecord = NonNullable<ReturnType<typeof parseLocalReference>>;

export class ItemPlacing {
	private constructor(
		/** Key -> entities whose records bear it, oldest first. */
		private readonly owners: Map<string, Set<string>>,
		private readonly links: Map<string, Link[]>,
		private readonly isRejected: (event: ChangeEvent, unifiedId: string) => boolean,
		private readonly now: number,
	) {}

	/** `events`: first sights of their records, with references as far as they are known. */
	static async load(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		isRejected: (event: ChangeEvent, unifiedId: string) => boolean,
		/** Made in this transaction, not stored yet. */
		fresh: Iterable<Link>,
		now: number,
	): Promise<ItemPlacing> {
		const found = await tx.identityKeys.ownersOf([...new Set(events.flatMap(keysOfEvent))]);
		found.sort((a, b) => numberOf(a.entityId) - numberOf(b.entityId));
		const owners = new Map<string, Set<string>>();
		for (const { key, entityId } of found)
			owners.set(key, (owners.get(key) ?? new Set()).add(entityId));
		const ids = [...new Set(found.map(({ entityId }) => entityId))];
		const links = byEntity([...(await tx.identity.linksOf(ids)), ...fresh]);
		return new ItemPlacing(owners, links, isRejected, now);
	}

	place(event: ChangeEvent): ItemPlacement {
		const named = this.awaited(event);
		if (named !== undefined) return { kind: 'waits', named };
		return event.object === 'household' ? this.placeHousehold(event) : this.placeItem(event);
	}

	/** The record belongs to that entity: others of the batch may, too. */
	note(event: ChangeEvent, link: Link): void {
		for (const key of keysOfEvent(event))
			this.owners.set(key, (this.owners.get(key) ?? new Set()).add(link.entityId));
		this.links.set(link.entityId, [...(this.links.get(link.entityId) ?? []), link]);
	}

	private awaited(event: ChangeEvent): NamedRecord | undefined {
		const age = this.now - Date.parse(event.receivedAt);
		if (event.object === 'household') {
			if (age > HOUSEHOLD_PATIENCE_MS) return undefined;
			return (event.members ?? []).map((one) => parseLocalReference(one)).find((one) => one);
		}
		const { client } = event.fields;
		if (age > ITEM_PATIENCE_MS || typeof client !== 'string') return undefined;
		return parseLocalReference(client);
	}

	private placeItem(event: ChangeEvent): ItemPlacement {
		const [same] = this.free(event, keysOfEvent(event));
		if (same === undefined) return { kind: 'new' };
		return {
			kind: 'link',
			unifiedId: same,
			evidence: evidence('content', 1, 'same client, same content'),
		};
	}

	private placeHousehold(event: ChangeEvent): ItemPlacement {
		const members = (event.members ?? []).filter((one) => parseLocalReference(one) === undefined);
		const votes = new Map<string, number>();
		for (const member of members)
			for (const id of this.free(event, [memberKey(member)]))
				votes.set(id, (votes.get(id) ?? 0) + 1);
		const [best] = [...votes].sort(([, a], [, b]) => b - a);
		if (best !== undefined && this.isSame(event, best[0], best[1], members.length)) {
			const [unifiedId, count] = best;
			const told = `${count} of ${members.length} members are the same`;
			return {
				kind: 'link',
				unifiedId,
				evidence: evidence('members', count / members.length, told),
			};
		}
		if (members.length > 0) return { kind: 'new' };
		const named = this.free(event, nameKeys(event.fields));
		const [only] = named;
		if (only === undefined || named.length > 1) return { kind: 'new' };
		return {
			kind: 'link',
			unifiedId: only,
			evidence: evidence('name', 0.9, 'same name, no members'),
		};
	}

	/** One person alone may as well have moved: then the names must have something in common. */
	private isSame(event: ChangeEvent, id: string, shared: number, all: number): boolean {
		if (shared * 2 < all) return false;
		if (shared > 1) return true;
		const { fields } = event;
		return [...nameKeys(fields), ...wordKeys(fields)].some((key) => this.owners.get(key)?.has(id));
	}

	/** Entities under these keys that have no record in the event's system. */
	private free(event: ChangeEvent, keys: readonly string[]): string[] {
		const ids = new Set(keys.flatMap((key) => [...(this.owners.get(key) ?? [])]));
		return [...ids].filter((id) => {
			const own = this.links.get(id) ?? [];
			const isHere = ({ system, state }: Link) => system === event.system && state !== 'unlinked';
			const isAlike = own.every(({ object }) => object === event.object);
			return isAlike && !own.some(isHere) && !this.isRejected(event, id);
		});
	}
}

/** In the order in which others may refer to them. */
export function inOrder(events: readonly ChangeEvent[]): ChangeEvent[] {
	const rank = ({ object }: ChangeEvent) => OBJECTS.indexOf(object);
	return [...events].sort((a, b) => rank(a) - rank(b));
}

function keysOfEvent({ object, fields, members = [] }: ChangeEvent): string[] {
	if (object === 'contact') return [];
	return object === 'household' ? householdKeys(fields, members) : itemKeys(object, fields);
}

function evidence(by: string, score: number, agreement: string): Evidence {
	return { by, score, fields: [{ field: by, agreement, weight: 0 }] };
}
