/**
 * Keeps records to be found again: their external keys, and the hashed keys under which they meet as
 * candidates. Only what changed is written.
 */
import { recordKey, type RecordAddress } from '../model/event';
import { knownFields, type Shadow } from '../merge/shadow';
import { objectName } from '../model/objects';
import { numberOf } from '../model/unified-id';
import type { StoreTransaction } from '../store/store';
import { blocksOf, changedBlocks, recordHash, sameInBlocks, type BlockChange } from './blocks';
import { householdKeys, itemKeys } from './items/item-keys';
import { externalKeys } from './keys';

export interface IndexedRecord extends BlockChange {
	/** Issuer -> key; absent: those that it has stay. */
	externalKeys?: Record<string, string>;
	/** Of a household: who is known to belong to it, unified ids; absent: nobody says. */
	members?: readonly string[];
	/** External keys that are not named here stay. */
	keepExternal?: boolean;
}

/** What is known of a record before and after, as far as its keys may change by it. */
export function changeOf(
	object: string,
	before: Shadow | undefined,
	after: Shadow,
): Pick<BlockChange, 'before' | 'after'> {
	if (object === 'contact' && sameInBlocks(before, after)) return { before: {}, after: {} };
	return { before: knownFields(before), after: knownFields(after) };
}

export async function indexRecords(
	tx: StoreTransaction,
	all: readonly IndexedRecord[],
): Promise<void> {
	const items = all.filter(({ object }) => object !== 'contact');
	const records = items.length === 0 ? all : all.filter(({ object }) => object === 'contact');
	if (items.length > 0) await indexItems(tx, items);
	const changes = records.map((record) => ({
		record: recordHash(record),
		entity: numberOf(record.entityId),
		...changedBlocks(record),
	}));
	await tx.blocks.remove(
		changes.flatMap(({ gone, record }) => gone.map((hash) => ({ hash, record }))),
	);
	await tx.blocks.add(
		changes.flatMap(({ fresh, record, entity }) => fresh.map((hash) => ({ hash, record, entity }))),
	);
	await tx.identityKeys.replaceKeys(
		records
			.filter((record) => record.externalKeys !== undefined)
			.map(({ system, object, crmId, entityId, externalKeys: keys = {}, keepExternal }) => {
				return { system, object, crmId, entityId, keys: externalKeys(keys), keepExternal };
			}),
	);
}

/** Of a household nothing is known anew unless its members are told. */
async function indexItems(tx: StoreTransaction, items: readonly IndexedRecord[]): Promise<void> {
	await tx.identityKeys.replaceKeys(
		items.flatMap(({ system, object: name, crmId, entityId, after, members, ...rest }) => {
			const object = objectName(name);
			if (object === 'contact' || (object === 'household' && members === undefined)) return [];
			const own =
				object === 'household' ? householdKeys(after, members ?? []) : itemKeys(object, after);
			const keys = [...own, ...externalKeys(rest.externalKeys ?? {})];
			const keepExternal = rest.keepExternal ?? rest.externalKeys === undefined;
			return [{ system, object, crmId, entityId, keys, keepExternal }];
		}),
	);
}

/** These records belong to another entity now. */
export async function reindexRecords(
	tx: StoreTransaction,
	addresses: readonly RecordAddress[],
	entityId: string,
): Promise<void> {
	const shadows = await tx.registers.shadows(addresses);
	const entity = numberOf(entityId);
	const rows = addresses.flatMap((address) => {
		const shadow = shadows.get(recordKey(address));
		const record = recordHash(address);
		return blocksOf(knownFields(shadow)).map((hash) => ({ hash, record, entity }));
	});
	await tx.blocks.add(rows);
}
