/** The records of one system, as the hub knows them, for a search of duplicates. */
import { OWN_ISSUER } from '../../identity/own-creates';
import { knownFields, type Shadow } from '../../merge/shadow';
import { recordKey } from '../../model/event';
import type { Store, StoreTransaction } from '../../store/store';
import type { KnownRecord } from '../../store/quality';
import type { QualityItem } from '../duplicates/item';

const PAGE = 500;

/** The client that each record is linked to is its `sameAs`. */
export interface SystemRecords {
	items: QualityItem[];
	/** What a person has said to be two clients. */
	isApart: (a: QualityItem, b: QualityItem) => boolean;
}

/** One short read a page, so that no writer waits. Stops after `limit` records. */
export async function readRecords(
	store: Store,
	system: string,
	limit: number,
): Promise<SystemRecords> {
	const items: QualityItem[] = [];
	const never = new Map<string, ReadonlySet<string>>();
	let after = '';
	while (items.length < limit) {
		const page = await store.read((tx) => readPage(tx, system, after, never));
		items.push(...page);
		const last = page.at(-1);
		if (last === undefined) break;
		after = last.id;
	}
	const says = (one: QualityItem, other: QualityItem) =>
		never.get(one.id)?.has(other.sameAs ?? '') === true;
	return { items: items.slice(0, limit), isApart: (a, b) => says(a, b) || says(b, a) };
}

async function readPage(
	tx: StoreTransaction,
	system: string,
	after: string,
	never: Map<string, ReadonlySet<string>>,
): Promise<QualityItem[]> {
	const records = await tx.quality.records(system, after, PAGE);
	const keys = await tx.identityKeys.externalKeysOf(records.map(({ entityId }) => entityId));
	const addresses = records.map(({ crmId }) => ({ system, object: 'contact', crmId }));
	const apart = await tx.decisions.neverAgain(addresses);
	for (const address of addresses) {
		const entities = apart.get(recordKey(address));
		if (entities !== undefined) never.set(address.crmId, entities);
	}
	return records.map((record) => itemOf(record, keys.get(record.entityId) ?? {}));
}

function itemOf(
	{ crmId, entityId, shadow }: KnownRecord,
	keys: Record<string, string>,
): QualityItem {
	// The ids that our own creates leave in the CRMs tell nothing of who somebody is.
	const issued = Object.entries(keys).filter(([issuer]) => issuer !== OWN_ISSUER);
	const fieldChangedAt = editTimes(shadow);
	const times = Object.values(fieldChangedAt);
	return {
		id: crmId,
		fields: knownFields(shadow),
		externalKeys: Object.fromEntries(issued),
		fieldChangedAt,
		sameAs: entityId,
		...(times.length > 0 && { changedAt: Math.max(...times) }),
	};
}

function editTimes({ fields }: Shadow): Record<string, number> {
	return Object.fromEntries(
		Object.entries(fields).flatMap(([field, { editedAt }]) =>
			editedAt === undefined ? [] : [[field, editedAt]],
		),
	);
}
