/**
 * Keeps records to be found again: their external keys, and the hashed keys under which they meet as
 * candidates. Only what changed is written.
 */
import { recordKey, type RecordAddress } from '../model/event';
import { knownFields } from '../merge/shadow';
import { numberOf } from '../store/identity';
import type { StoreTransaction } from '../store/store';
import { blocksOf, changedBlocks, recordHash, type BlockChange } from './blocks';
import { externalKeys } from './keys';

export interface IndexedRecord extends BlockChange {
	/** Issuer -> key; absent: those that it has stay. */
	externalKeys?: Record<string, string>;
	/** External keys that are not named here stay. */
	keepExternal?: boolean;
}

export async function indexRecords(
	tx: StoreTransaction,
	records: readonly IndexedRecord[],
): Promise<void> {
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
	await tx.identity.replaceKeys(
		records
			.filter((record) => record.externalKeys !== undefined)
			.map(({ system, object, crmId, entityId, externalKeys: keys = {}, keepExternal }) => {
				return { system, object, crmId, entityId, keys: externalKeys(keys), keepExternal };
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
