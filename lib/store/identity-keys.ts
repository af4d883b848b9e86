/** The keys by which records are found again: external keys, and what items are recognised by. */
import type { Insertable, Kysely } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import { bySystem } from './batch';
import type { Database, IdentityKeysTable } from './schema';
import { runForList, runInsert, runStatement } from './statement';

const EXTERNAL = 'external:';

interface KeyOwner extends RecordAddress {
	key: string;
	entityId: string;
}

/** The keys under which a record is found. */
interface RecordKeys extends RecordAddress {
	entityId: string;
	keys: string[];
	/** External keys that it had stay. */
	keepExternal?: boolean;
}

export class IdentityKeyStore {
	constructor(private readonly db: Kysely<Database>) {}

	async ownersOf(keys: readonly string[]): Promise<KeyOwner[]> {
		const rows = await runForList(this.db, keys, {
			name: 'owners of keys',
			build: (_slot, list) =>
				this.db
					.selectFrom('identity_keys')
					.selectAll()
					.where('key', 'in', list<string>())
					.orderBy('key')
					.orderBy('system')
					.orderBy('object')
					.orderBy('crm_id'),
		});
		return rows.map((row) => ({
			key: row.key,
			entityId: row.entity_id,
			system: row.system,
			object: row.object,
			crmId: row.crm_id,
		}));
	}

	/** Issuer -> key of each entity, as its records told them. */
	async externalKeysOf(entityIds: readonly string[]): Promise<Map<string, Record<string, string>>> {
		const rows = await runForList(this.db, entityIds, {
			name: 'external keys of entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('identity_keys')
					.select(['entity_id', 'key'])
					.where('entity_id', 'in', list<string>())
					.where('key', 'like', `${EXTERNAL}%`)
					.orderBy('key'),
		});
		const result = new Map<string, Record<string, string>>();
		for (const row of rows) {
			const [, issuer = '', ...key] = row.key.split(':');
			result.set(row.entity_id, { ...result.get(row.entity_id), [issuer]: key.join(':') });
		}
		return result;
	}

	/** Replaces the keys of the given records; what is right already is not written again. */
	async replaceKeys(records: readonly RecordKeys[]): Promise<void> {
		const stored = await this.keysOf(records);
		const gone: Array<RecordAddress & { key: string }> = [];
		const rows: Array<Insertable<IdentityKeysTable>> = [];
		for (const { system, object, crmId, entityId, keys, keepExternal } of records) {
			const address = { system, object, crmId };
			const wanted = new Set(keys);
			for (const { key, owner } of stored.get(recordKey(address)) ?? []) {
				const stays = keepExternal === true && key.startsWith(EXTERNAL);
				if (owner === entityId && wanted.delete(key)) continue;
				if (!stays) gone.push({ ...address, key });
			}
			for (const key of wanted)
				rows.push({ key, entity_id: entityId, system, object, crm_id: crmId });
		}
		await this.deleteKeys(gone);
		await runInsert(this.db, 'add keys', rows, (slots) =>
			this.db
				.insertInto('identity_keys')
				.values(slots)
				.onConflict((conflict) => conflict.doNothing()),
		);
	}

	private async keysOf(
		records: readonly RecordAddress[],
	): Promise<Map<string, Array<{ key: string; owner: string }>>> {
		const result = new Map<string, Array<{ key: string; owner: string }>>();
		for (const { system, object, ids } of bySystem(records)) {
			const rows = await runForList(this.db, ids, {
				name: 'keys of records',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('identity_keys')
						.select(['crm_id', 'key', 'entity_id'])
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>()),
			});
			for (const { crm_id: crmId, key, entity_id: owner } of rows) {
				const name = recordKey({ system, object, crmId });
				const keys = result.get(name);
				if (keys === undefined) result.set(name, [{ key, owner }]);
				else keys.push({ key, owner });
			}
		}
		return result;
	}

	private async deleteKeys(gone: ReadonlyArray<RecordAddress & { key: string }>): Promise<void> {
		for (const { key, system, object, crmId } of gone) {
			await runStatement(this.db, 'delete key', [key, system, object, crmId], (slot) =>
				this.db
					.deleteFrom('identity_keys')
					.where('key', '=', slot<string>())
					.where('system', '=', slot<string>())
					.where('object', '=', slot<string>())
					.where('crm_id', '=', slot<string>()),
			);
		}
	}
}
