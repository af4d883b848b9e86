/** Known clients as candidates: their records, each as it is known to be. */
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import { knownFields } from '../merge/shadow';
import type { LinkedRecord } from '../store/linked-records';
import type { StoreTransaction } from '../store/store';
import type { FoldedProfile } from './compare/profile';
import { foldProfile } from './compare/fold-profile';

export interface Candidate {
	unifiedId: string;
	/** Issuer -> key, told by the records of the client. */
	externalKeys: Record<string, string>;
	links: LinkedRecord[];
	/** What its records hold; of one that nobody knows yet, what its own events say. */
	records: CanonicalFields[];
	profiles: FoldedProfile[];
}

/** Records of one client that a record is compared with. */
const MOST_RECORDS = 12;

/** By every id asked for: that of a client which became part of another one finds the other one. */
export async function loadCandidates(
	tx: StoreTransaction,
	ids: readonly string[],
): Promise<Map<string, Candidate>> {
	const { aliases, current, links } = await linksOf(tx, [...new Set(ids)]);
	const used = new Map([...links].map(([id, all]) => [id, inUse(all)]));
	const fields = await fieldsOf(tx, [...used.values()].flat());
	const keys = await tx.identityKeys.externalKeysOf(current);
	const found = new Map<string, Candidate>();
	for (const [unifiedId, own] of used) {
		const records = own
			.map((link) => fields.get(recordKey(link)))
			.filter((one) => one !== undefined);
		const externalKeys = keys.get(unifiedId) ?? {};
		const profiles = records.map((one) => foldProfile({ fields: one, externalKeys }));
		const all = links.get(unifiedId) ?? [];
		found.set(unifiedId, { unifiedId, externalKeys, links: all, records, profiles });
	}
	for (const [alias, id] of aliases) {
		const candidate = found.get(id);
		if (candidate !== undefined) found.set(alias, candidate);
	}
	return found;
}

/** What became part of another client has no records of its own: only where there are none need one look. */
async function linksOf(tx: StoreTransaction, ids: readonly string[]) {
	const links = await tx.identity.recordsOf(ids);
	const aliases = await tx.entities.aliases(ids.filter((id) => !links.has(id)));
	const others = [...new Set(aliases.values())].filter((id) => !links.has(id));
	for (const [id, own] of await tx.identity.recordsOf(others)) links.set(id, own);
	return { aliases, current: [...links.keys()], links };
}

/** Those that are gone tell who the client is only while nothing else does. */
function inUse(links: readonly LinkedRecord[]): LinkedRecord[] {
	const there = links.filter(({ state }) => state !== 'unlinked');
	return (there.length > 0 ? there : links).slice(0, MOST_RECORDS);
}

/**
 * A record that was resolved a moment ago, by another execution, and is not merged yet: its own events
 * say what it holds, the first one wholly, and later ones of a stream what changed.
 */
async function fieldsOf(
	tx: StoreTransaction,
	links: readonly RecordAddress[],
): Promise<Map<string, CanonicalFields>> {
	const shadows = await tx.registers.shadows(links);
	const fields = new Map<string, CanonicalFields>();
	for (const [key, shadow] of shadows) {
		if (Object.keys(shadow.fields).length > 0) fields.set(key, knownFields(shadow));
	}
	const unmerged = links.filter((link) => !fields.has(recordKey(link)));
	for (const event of await tx.recordEvents.waiting(unmerged))
		fields.set(recordKey(event), { ...fields.get(recordKey(event)), ...event.fields });
	return fields;
}

/** A client that these events make. */
export function newCandidate(
	unifiedId: string,
	{ fields, externalKeys }: Pick<ChangeEvent, 'fields' | 'externalKeys'>,
): Candidate {
	const profiles = [foldProfile({ fields, externalKeys })];
	return { unifiedId, externalKeys, links: [], records: [fields], profiles };
}
