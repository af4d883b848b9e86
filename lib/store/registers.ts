/** Registers of entities and shadows of records. */
import type { Kysely } from 'kysely';
import type { Register, Registers } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import { recordKey, type RecordAddress } from '../model/event';
import { bySystem, chunks, inChunks } from './batch';
import { parseJson } from './rows';
import type { Database } from './schema';

export interface RegisterChange {
	entityId: string;
	field: string;
	register: Register;
}

export class RegisterStore {
	constructor(private readonly db: Kysely<Database>) {}

	async registers(entityIds: readonly string[]): Promise<Map<string, Registers>> {
		const rows = await inChunks(entityIds, (chunk) =>
			this.db.selectFrom('registers').selectAll().where('entity_id', 'in', chunk).execute(),
		);
		const result = new Map<string, Registers>(entityIds.map((id) => [id, {}]));
		for (const row of rows) {
			const registers = result.get(row.entity_id);
			if (registers !== undefined) registers[row.field] = parseJson<Register>(row.register);
		}
		return result;
	}

	async saveRegisters(changes: readonly RegisterChange[]): Promise<void> {
		for (const chunk of chunks(changes)) {
			await this.db
				.insertInto('registers')
				.values(
					chunk.map(({ entityId, field, register }) => ({
						entity_id: entityId,
						field,
						register: JSON.stringify(register),
					})),
				)
				.onConflict((conflict) =>
					conflict
						.columns(['entity_id', 'field'])
						.doUpdateSet((set) => ({ register: set.ref('excluded.register') })),
				)
				.execute();
		}
	}

	async shadows(addresses: readonly RecordAddress[]): Promise<Map<string, Shadow>> {
		const result = new Map<string, Shadow>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await inChunks(ids, (chunk) =>
				this.db
					.selectFrom('shadows')
					.select(['crm_id', 'shadow'])
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', 'in', chunk)
					.execute(),
			);
			for (const row of rows) {
				result.set(recordKey({ system, object, crmId: row.crm_id }), parseJson<Shadow>(row.shadow));
			}
		}
		return result;
	}

	async saveShadows(
		shadows: ReadonlyArray<RecordAddress & { shadow: Shadow }>,
		now: number,
	): Promise<void> {
		for (const chunk of chunks(shadows)) {
			await this.db
				.insertInto('shadows')
				.values(
					chunk.map(({ system, object, crmId, shadow }) => ({
						system,
						object,
						crm_id: crmId,
						shadow: JSON.stringify(shadow),
						updated_at: now,
					})),
				)
				.onConflict((conflict) =>
					conflict.columns(['system', 'object', 'crm_id']).doUpdateSet((set) => ({
						shadow: set.ref('excluded.shadow'),
						updated_at: set.ref('excluded.updated_at'),
					})),
				)
				.execute();
		}
	}
}
