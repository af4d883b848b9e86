/** What identity resolution must know of a batch before it decides: read in a fixed number of store calls. */
import { recordKey, type ChangeEvent } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { DeliveryRow, Link, ReviewRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { StoreTransaction } from '../store/store';
import { allKeys } from './keys';

export interface Candidate {
	unifiedId: string;
	fields: CanonicalFields;
	/** Issuer -> key, told by the records of the entity. */
	externalKeys: Record<string, string>;
	links: Link[];
}

const MAX_CANDIDATES_A_KEY = 50;
/** Issuer of the unified ids that our own creates leave in a CRM's external-id field. */
export const OWN_ISSUER = 'fabric';

/** What the store knows of a batch's records before anything is decided. */
export interface Known {
	links: Map<string, Link>;
	/** Key -> entities that have it. */
	owners: Map<string, Set<string>>;
	candidates: Map<string, Candidate>;
	/** System -> creates tried there that are not known to be done. */
	creates: Map<string, DeliveryRow[]>;
	/** Record -> its open review. */
	reviews: Map<string, ReviewRow>;
	inbox: Map<string, { seq: number; batch: string | null }>;
	/** Number of the newest entity. */
	lastNumber: number;
}

export async function loadKnown(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
): Promise<Known> {
	const links = await tx.identity.links(events);
	const unknown = events.filter((event) => !links.has(recordKey(event)));
	const keys = unknown.flatMap((event) => allKeys(event.fields, event.externalKeys));
	const owners = new Map<string, Set<string>>();
	for (const owner of await tx.identity.ownersOf(keys)) {
		const ids = owners.get(owner.key) ?? new Set<string>();
		if (ids.size < MAX_CANDIDATES_A_KEY) owners.set(owner.key, ids.add(owner.entityId));
	}
	const creates = new Map<string, DeliveryRow[]>();
	for (const system of new Set(unknown.map((event) => event.system))) {
		creates.set(system, await tx.deliveries.createsTried(system));
	}
	const ids = new Set([...owners.values()].flatMap((set) => [...set]));
	for (const { externalKeys } of unknown) {
		if (externalKeys[OWN_ISSUER]) ids.add(externalKeys[OWN_ISSUER]);
	}
	for (const delivery of [...creates.values()].flat()) ids.add(delivery.entityId);
	const aliases = await tx.entities.aliases([...ids]);
	return {
		links,
		owners,
		creates,
		candidates: withAliases(await loadCandidates(tx, current(ids, aliases)), aliases),
		reviews: await tx.reviews.openFor(unknown),
		inbox: await tx.inbox.statesOf(unknown.map(({ eventId }) => eventId)),
		lastNumber: await tx.identity.lastNumber(),
	};
}

export function hasLinkIn(candidate: Candidate, event: ChangeEvent): boolean {
	return candidate.links.some(
		(link) =>
			link.state === 'active' && link.system === event.system && link.object === event.object,
	);
}

function current(ids: ReadonlySet<string>, aliases: ReadonlyMap<string, string>): string[] {
	return [...new Set([...ids].map((id) => aliases.get(id) ?? id))];
}

/** A record may still bear the id of an entity that has become part of another one. */
function withAliases(
	candidates: Map<string, Candidate>,
	aliases: ReadonlyMap<string, string>,
): Map<string, Candidate> {
	for (const [alias, id] of aliases) {
		const candidate = candidates.get(id);
		if (candidate !== undefined) candidates.set(alias, candidate);
	}
	return candidates;
}

async function loadCandidates(
	tx: StoreTransaction,
	ids: string[],
): Promise<Map<string, Candidate>> {
	const existing = [...(await tx.identity.existing(ids))];
	const registers = await tx.registers.registers(existing);
	const links = await tx.identity.linksOf(existing);
	const keys = await tx.identity.externalKeysOf(existing);
	const merged = new Map(existing.map((id) => [id, desiredFields(registers.get(id) ?? {})]));
	const unmerged = links.filter(
		(link) => Object.keys(merged.get(link.entityId) ?? {}).length === 0,
	);
	// Resolved a moment ago by another execution and not merged yet: its own events say who it is, the
	// first one wholly, and later ones of a stream what changed.
	const owners = new Map(unmerged.map((link) => [recordKey(link), link.entityId]));
	for (const event of await tx.inbox.waiting(unmerged)) {
		const id = owners.get(recordKey(event)) ?? '';
		merged.set(id, { ...merged.get(id), ...event.fields });
	}
	return new Map(
		existing.map((unifiedId) => [
			unifiedId,
			{
				unifiedId,
				fields: merged.get(unifiedId) ?? {},
				externalKeys: keys.get(unifiedId) ?? {},
				links: links.filter((link) => link.entityId === unifiedId),
			},
		]),
	);
}
