/** Registers of entities and shadows of records. */
import { sql, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Register, Registers } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import { recordKey, type RecordAddress } from '../model/event';
import { bySystem } from './batch';
import { registerValue } from '../merge/register';
import { isReferenceField, isUnifiedId } from '../model/objects';
import { keepReferences } from './references';
import type { RecordCache } from './record-cache';
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

	constructor(
		private readonly db: Kysely<Database>,
		/** What is known from earlier transactions. */
		private readonly cache?: RecordCache,
	) {}

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
			for (const name of names) {
				if (known.has(name)) continue;
				const cached = this.cache?.register(id, name);
				if (cached === undefined) missing.push([id, name]);
				else known.set(name, cached);
			}
		}
		await this.loadFields(missing);
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

	private async loadFields(pairs: ReadonlyArray<[entityId: string, field: string]>): Promise<void> {
		const absent = new Map(pairs.map((pair) => [pair.join('/'), pair]));
		for (const { entity_id: id, field, register: text } of await this.readFields(pairs)) {
			const register = parseJson<Register>(text);
			absent.delete(`${id}/${field}`);
			this.knownFields.get(id)?.set(field, register);
			this.cache?.noteRegister(id, field, register, text.length);
		}
		for (const [id, field] of absent.values()) {
			this.knownFields.get(id)?.set(field, null);
			this.cache?.noteRegister(id, field, null, 0);
		}
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
		await runInsert(
			this.db,
			'save registers',
			rows,
			(slots) =>
				this.db
					.insertInto('registers')
					.values(slots)
					.onConflict((conflict) =>
						conflict
							.columns(['entity_id', 'field'])
							.doUpdateSet((set) => ({ register: set.ref('excluded.register') })),
					),
			{ isNoted: true },
		);
		for (const [index, { entityId, field, register }] of changes.entries()) {
			this.cache?.noteRegister(entityId, field, register, rows[index]?.register.length ?? 0);
			const known = this.knownRegisters.get(entityId);
			if (known !== undefined) this.knownRegisters.set(entityId, { ...known, [field]: register });
			this.knownFields.get(entityId)?.set(field, register);
		}
		await this.keepNamed(changes);
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
		const missing = addresses.filter(
			(address) => this.knownShadow(recordKey(address)) === undefined,
		);
		for (const { system, object, ids } of bySystem(missing)) {
			const absent = new Set(ids);
			for (const { crm_id: crmId, shadow: text } of await this.readShadows(system, object, ids)) {
				const key = recordKey({ system, object, crmId });
				const shadow = this.parsed(key, text);
				absent.delete(crmId);
				this.knownShadows.set(key, shadow);
				this.cache?.noteShadow(key, shadow, text.length);
			}
			for (const crmId of absent) {
				const key = recordKey({ system, object, crmId });
				this.knownShadows.set(key, null);
				this.cache?.noteShadow(key, null, 0);
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
			const known = this.knownShadow(key);
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

	/** What the cache has not, nobody else remembers where there is one. */
	private parsed(key: string, text: string): Shadow {
		return this.cache === undefined ? wholeShadow(key, text) : parseJson<Shadow>(text);
	}

	/** Undefined: it is not known. */
	private knownShadow(key: string): Shadow | null | undefined {
		const known = this.knownShadows.get(key);
		if (known !== undefined) return known;
		const cached = this.cache?.shadow(key);
		if (cached !== undefined) this.knownShadows.set(key, cached);
		return cached;
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
		await runInsert(
			this.db,
			'save shadows',
			rows,
			(slots) =>
				this.db
					.insertInto('shadows')
					.values(slots)
					.onConflict((conflict) =>
						conflict.columns(['system', 'object', 'crm_id']).doUpdateSet((set) => ({
							shadow: set.ref('excluded.shadow'),
							updated_at: set.ref('excluded.updated_at'),
						})),
					),
			{ isNoted: true },
		);
		for (const [index, record] of shadows.entries()) {
			const key = recordKey(record);
			const text = rows[index]?.shadow ?? '';
			this.knownShadows.set(key, record.shadow);
			if (this.cache === undefined) rememberShadow(key, text, record.shadow);
			else this.cache.noteShadow(key, record.shadow, text.length);
		}
	}
}
