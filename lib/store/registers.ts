/** Registers of entities and shadows of records. */
import { sql, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Register, Registers } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import { recordKey, type RecordAddress } from '../model/event';
import { bySystem } from './batch';
import { registerValue } from '../merge/register';
import { isReferenceField, isUnifiedId } from '../model/objects';
import { keepReferences } from './references';
import { parseJson, registerText } from './rows';
import type { Database, RegistersTable } from './schema';
import { partOfShadow, rememberShadow, shadowText, wholeShadow } from './shadow-text';
import { filledUp, MAX_LENGTH, runForList, runInsert, runStatement } from './statement';

export interface RegisterChange {
	entityId: string;
	field: string;
	register: Register;
}

/** What was read or written in this transaction is known: nobody else writes meanwhile. */
export class RegisterStore {
	private readonly knownRegisters = new Map<string, Registers>();
	/** Entity -> field; null: there is none. */
	private readonly knownFields = new Map<string, Map<string, Register | null>>();
	/** null: there is none. */
	private readonly knownShadows = new Map<string, Shadow | null>();

	constructor(private readonly db: Kysely<Database>) {}

	/** Not to be changed in place. */
	async registers(entityIds: readonly string[]): Promise<Map<string, Registers>> {
		const missing = [...new Set(entityIds)].filter((id) => !this.knownRegisters.has(id));
		const rows = await runForList(this.db, missing, {
			name: 'registers',
			build: (_slot, list) =>
				this.db.selectFrom('registers').selectAll().where('entity_id', 'in', list<string>()),
		});
		const found = new Map<string, Registers>(missing.map((id) => [id, {}]));
		for (const row of rows) {
			const registers = found.get(row.entity_id);
			if (registers !== undefined) registers[row.field] = parseJson<Register>(row.register);
		}
		for (const [id, registers] of found) this.knownRegisters.set(id, registers);
		return new Map(entityIds.map((id) => [id, this.knownRegisters.get(id) ?? {}]));
	}

	/** As {@link registers}, but the named fields alone: what else an entity has is not there. */
	async registersOf(
		fields: ReadonlyMap<string, ReadonlySet<string>>,
	): Promise<Map<string, Registers>> {
		const missing: Array<[entityId: string, field: string]> = [];
		for (const [id, names] of fields) {
			if (this.knownRegisters.has(id)) continue;
			const known = this.knownFields.get(id) ?? new Map<string, Register | null>();
			this.knownFields.set(id, known);
			for (const name of names) if (!known.has(name)) missing.push([id, name]);
		}
		for (const [id, name] of missing) this.knownFields.get(id)?.set(name, null);
		for (const { entity_id: id, field, register } of await this.readFields(missing))
			this.knownFields.get(id)?.set(field, parseJson<Register>(register));
		const result = new Map<string, Registers>();
		for (const [id, names] of fields) {
			const registers: Registers = {};
			for (const name of names) {
				const register = this.knownRegisters.get(id)?.[name] ?? this.knownFields.get(id)?.get(name);
				if (register) registers[name] = register;
			}
			result.set(id, registers);
		}
		return result;
	}

	private async readFields(
		pairs: ReadonlyArray<[entityId: string, field: string]>,
	): Promise<Array<Selectable<RegistersTable>>> {
		const rows: Array<Selectable<RegistersTable>> = [];
		for (let start = 0; start < pairs.length; start += MAX_LENGTH) {
			const part = filledUp(pairs.slice(start, start + MAX_LENGTH));
			const name = `registers of fields/${part.length}`;
			const result = await runStatement(this.db, name, part.flat(), (slot) => {
				const tuples = part.map(() => sql`(${slot<string>()}, ${slot<string>()})`);
				return this.db
					.selectFrom('registers')
					.selectAll()
					.where(sql<SqlBool>`(entity_id, field) in (values ${sql.join(tuples)})`);
			});
			rows.push(...result.rows);
		}
		return rows;
	}

	async saveRegisters(changes: readonly RegisterChange[]): Promise<void> {
		const rows = changes.map(({ entityId, field, register }) => ({
			entity_id: entityId,
			field,
			register: registerText(register),
		}));
		await runInsert(this.db, 'save registers', rows, (slots) =>
			this.db
				.insertInto('registers')
				.values(slots)
				.onConflict((conflict) =>
					conflict
						.columns(['entity_id', 'field'])
						.doUpdateSet((set) => ({ register: set.ref('excluded.register') })),
				),
		);
		await this.keepNamed(changes);
		for (const { entityId, field, register } of changes) {
			const known = this.knownRegisters.get(entityId);
			if (known !== undefined) this.knownRegisters.set(entityId, { ...known, [field]: register });
			this.knownFields.get(entityId)?.set(field, register);
		}
	}

	/** Who names whom is kept beside. */
	private async keepNamed(changes: readonly RegisterChange[]): Promise<void> {
		const named = changes.filter(({ field }) => isReferenceField(field));
		if (named.length === 0) return;
		await keepReferences(
			this.db,
			named.map(({ entityId, field, register }) => {
				const value = registerValue(field, register);
				return { entityId, field, target: isUnifiedId(value) ? value : null };
			}),
		);
	}

	/** Nothing stands in these fields any more. */
	async dropRegisters(entityId: string, fields: readonly string[]): Promise<void> {
		for (const field of fields) {
			if (isReferenceField(field))
				await keepReferences(this.db, [{ entityId, field, target: null }]);
			await this.db
				.deleteFrom('registers')
				.where('entity_id', '=', entityId)
				.where('field', '=', field)
				.execute();
			const known = Object.entries(this.knownRegisters.get(entityId) ?? {});
			const others = Object.fromEntries(known.filter(([name]) => name !== field));
			if (this.knownRegisters.has(entityId)) this.knownRegisters.set(entityId, others);
			this.knownFields.get(entityId)?.set(field, null);
		}
	}

	/** Not to be changed in place. */
	async shadows(addresses: readonly RecordAddress[]): Promise<Map<string, Shadow>> {
		const missing = addresses.filter((address) => !this.knownShadows.has(recordKey(address)));
		for (const { system, object, ids } of bySystem(missing)) {
			const rows = await this.readShadows(system, object, ids);
			for (const crmId of ids) this.knownShadows.set(recordKey({ system, object, crmId }), null);
			for (const { crm_id: crmId, shadow } of rows) {
				const key = recordKey({ system, object, crmId });
				this.knownShadows.set(key, wholeShadow(key, shadow));
			}
		}
		const result = new Map<string, Shadow>();
		for (const address of addresses) {
			const key = recordKey(address);
			const shadow = this.knownShadows.get(key);
			if (shadow) result.set(key, shadow);
		}
		return result;
	}

	/**
	 * As {@link shadows}, but only the named fields of each: what else is known of a record may be missing.
	 * For comparing; never to be saved.
	 */
	async partsOfShadows(
		records: ReadonlyArray<RecordAddress & { fields: Iterable<string> }>,
	): Promise<Map<string, Shadow>> {
		const result = new Map<string, Shadow>();
		const missing = new Map<string, RecordAddress & { fields: Iterable<string> }>();
		for (const record of records) {
			const key = recordKey(record);
			const known = this.knownShadows.get(key);
			if (known) result.set(key, known);
			else if (known === undefined) missing.set(key, record);
		}
		for (const { system, object, ids } of bySystem([...missing.values()])) {
			for (const { crm_id: crmId, shadow } of await this.readShadows(system, object, ids)) {
				const key = recordKey({ system, object, crmId });
				result.set(key, partOfShadow(shadow, missing.get(key)?.fields ?? []));
			}
		}
		return result;
	}

	private readShadows(system: string, object: string, ids: readonly string[]) {
		return runForList(this.db, ids, {
			name: 'shadows',
			values: [system, object],
			build: (slot, list) =>
				this.db
					.selectFrom('shadows')
					.select(['crm_id', 'shadow'])
					.where('system', '=', slot<string>())
					.where('object', '=', slot<string>())
					.where('crm_id', 'in', list<string>()),
		});
	}

	async saveShadows(
		shadows: ReadonlyArray<RecordAddress & { shadow: Shadow }>,
		now: number,
	): Promise<void> {
		const rows = shadows.map(({ system, object, crmId, shadow }) => ({
			system,
			object,
			crm_id: crmId,
			shadow: shadowText(shadow),
			updated_at: now,
		}));
		await runInsert(this.db, 'save shadows', rows, (slots) =>
			this.db
				.insertInto('shadows')
				.values(slots)
				.onConflict((conflict) =>
					conflict.columns(['system', 'object', 'crm_id']).doUpdateSet((set) => ({
						shadow: set.ref('excluded.shadow'),
						updated_at: set.ref('excluded.updated_at'),
					})),
				),
		);
		for (const [index, record] of shadows.entries()) {
			const key = recordKey(record);
			this.knownShadows.set(key, record.shadow);
			rememberShadow(key, rows[index]?.shadow ?? '', record.shadow);
		}
	}
}
