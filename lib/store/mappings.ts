/** Mappings by system and object with all their versions, the CRMs' own fields, and what is held. */
import type { Kysely, Selectable } from 'kysely';
import { bare, mergePanel, replacedSentence } from '../mapping/panel';
import { mapOfObject, type FieldMap } from '../model/field-map';
import type { CrmSchema, Drift, FieldHold, MappingOrigin, MappingVersion } from '../model/mapping';
import type { CanonicalFields } from '../model/fields';
import { OBJECTS, type ObjectName } from '../model/objects';
import type { Shadow } from '../merge/shadow';
import { knownFields } from '../merge/shadow';
import { parseJson } from './rows';
import type { Database, MappingVersionsTable } from './schema';
import { shadowText } from './shadow-text';

/** Shadows gone through at a time. */
const PAGE = 500;

export type NewVersion = Pick<MappingVersion, 'system' | 'object' | 'map' | 'origin'> &
	Partial<Pick<MappingVersion, 'note' | 'savedBy'>>;

export interface SchemaRow {
	system: string;
	object: ObjectName;
	schema: CrmSchema;
	/** What stands. */
	drifts: Drift[];
	pending: Pending;
}

/** What is still to be done since a mapping changed or a hold ended. Canonical fields without slots. */
export interface Pending {
	/** Records are to be compared anew in these. */
	compare: string[];
	/** Nobody knows what records hold in these: the CRM is to be read once. */
	read: string[];
}

const NOTHING_PENDING: Pending = { compare: [], read: [] };

function toVersion(row: Selectable<MappingVersionsTable>): MappingVersion {
	return {
		system: row.system,
		object: row.object as ObjectName,
		version: row.version,
		map: parseJson<FieldMap>(row.map),
		origin: row.origin as MappingOrigin,
		note: row.note,
		savedBy: row.saved_by,
		savedAt: row.saved_at,
	};
}

function isNothing({ compare, read }: Pending): boolean {
	return compare.length + read.length === 0;
}

export class MappingStore {
	constructor(private readonly db: Kysely<Database>) {}

	/**
	 * Takes what a trigger's panel says anew (see lib/mapping/panel); answers the mappings in force, of all
	 * objects, and sentences for people about versions that had to give way.
	 */
	async given(
		system: string,
		panel: FieldMap,
		now: number,
	): Promise<{ map: FieldMap; replaced: string[] }> {
		const map: FieldMap = [];
		const told: string[] = [];
		for (const object of OBJECTS) {
			const last = await this.panelMap(system, object);
			const version = await this.newest(system, object);
			const newest = version?.map ?? [];
			const asked = { last, panel: mapOfObject(panel, object), newest };
			const merged = version === undefined ? { map: asked.panel, replaced: [] } : mergePanel(asked);
			map.push(...merged.map);
			if (JSON.stringify(merged.map) === JSON.stringify(newest)) continue;
			const hasReplaced = version !== undefined && merged.replaced.length > 0;
			const note = hasReplaced ? replacedSentence(merged.replaced, version) : null;
			await this.add({ system, object, map: merged.map, origin: 'panel', note }, now);
			if (note !== null) told.push(note);
		}
		return { map, replaced: told };
	}

	/** What the trigger's panel said when it was last published. */
	async panelMap(system: string, object: ObjectName): Promise<FieldMap> {
		const row = await this.db
			.selectFrom('systems')
			.select('panel_map')
			.where('name', '=', system)
			.executeTakeFirst();
		if (typeof row?.panel_map === 'string')
			return mapOfObject(parseJson<FieldMap>(row.panel_map), object);
		// A store of before that was kept: panels knew no transforms then, versions may have got some.
		return bare((await this.newest(system, object, 'panel'))?.map);
	}

	/** Adds a version, which is in force from now on. */
	async add(version: NewVersion, now: number): Promise<MappingVersion> {
		const { system, object, map, origin, note = null, savedBy = null } = version;
		const newest = await this.newest(system, object);
		const number = (newest?.version ?? 0) + 1;
		await this.db
			.insertInto('mapping_versions')
			.values({
				...{ system, object, version: number, origin, note },
				map: JSON.stringify(map),
				saved_by: savedBy,
				saved_at: now,
			})
			.execute();
		return { system, object, version: number, map, origin, note, savedBy, savedAt: now };
	}

	/** The version in force; with `origin`, the last one that came from there. */
	async newest(
		system: string,
		object: ObjectName,
		origin?: MappingOrigin,
	): Promise<MappingVersion | undefined> {
		let query = this.db
			.selectFrom('mapping_versions')
			.selectAll()
			.where('system', '=', system)
			.where('object', '=', object)
			.orderBy('version', 'desc')
			.limit(1);
		if (origin !== undefined) query = query.where('origin', '=', origin);
		const row = await query.executeTakeFirst();
		return row && toVersion(row);
	}

	async get(
		system: string,
		object: ObjectName,
		version: number,
	): Promise<MappingVersion | undefined> {
		const row = await this.db
			.selectFrom('mapping_versions')
			.selectAll()
			.where('system', '=', system)
			.where('object', '=', object)
			.where('version', '=', version)
			.executeTakeFirst();
		return row && toVersion(row);
	}

	/** Newest first. */
	async list(system: string, object: ObjectName, limit: number): Promise<MappingVersion[]> {
		const rows = await this.db
			.selectFrom('mapping_versions')
			.selectAll()
			.where('system', '=', system)
			.where('object', '=', object)
			.orderBy('version', 'desc')
			.limit(limit)
			.execute();
		return rows.map(toVersion);
	}

	/** Puts the mappings of all its objects in force. Answers false if they were already. */
	async putInForce(system: string, map: FieldMap): Promise<boolean> {
		const text = JSON.stringify(map);
		const result = await this.db
			.updateTable('systems')
			.set((set) => ({
				field_map: text,
				field_map_version: set('field_map_version', '+', 1),
			}))
			.where('name', '=', system)
			.where('field_map', '!=', text)
			.executeTakeFirst();
		return Number(result.numUpdatedRows) > 0;
	}

	async saveHolds(system: string, holds: readonly FieldHold[]): Promise<void> {
		await this.db
			.updateTable('systems')
			.set({ holds: holds.length === 0 ? null : JSON.stringify(holds) })
			.where('name', '=', system)
			.execute();
	}

	/** Of one system, or of all. */
	async schemas(system?: string): Promise<SchemaRow[]> {
		let query = this.db.selectFrom('crm_schemas').selectAll().orderBy('system').orderBy('object');
		if (system !== undefined) query = query.where('system', '=', system);
		const rows = await query.execute();
		return rows.map((row) => ({
			system: row.system,
			object: row.object as ObjectName,
			schema: parseJson<CrmSchema>(row.crm_schema),
			drifts: parseJson<Drift[]>(row.drifts),
			pending: row.pending === null ? NOTHING_PENDING : parseJson<Pending>(row.pending),
		}));
	}

	async saveSchema({ system, object, schema, drifts, pending }: SchemaRow): Promise<void> {
		const values = {
			crm_schema: JSON.stringify(schema),
			seen_at: schema.seenAt,
			drifts: JSON.stringify(drifts),
			pending: isNothing(pending) ? null : JSON.stringify(pending),
		};
		await this.db
			.insertInto('crm_schemas')
			.values({ system, object, ...values })
			.onConflict((conflict) => conflict.columns(['system', 'object']).doUpdateSet(values))
			.execute();
	}

	/** What some records of the system are known to hold, by CRM id: the ones last seen. */
	async samples(
		system: string,
		object: ObjectName,
		limit: number,
	): Promise<Map<string, CanonicalFields>> {
		const rows = await this.db
			.selectFrom('shadows')
			.select(['crm_id', 'shadow'])
			.where('system', '=', system)
			.where('object', '=', object)
			.orderBy('updated_at', 'desc')
			.orderBy('crm_id')
			.limit(limit)
			.execute();
		return new Map(
			rows.map(({ crm_id: crmId, shadow }) => [crmId, knownFields(parseJson<Shadow>(shadow))]),
		);
	}

	/**
	 * Forgets what records are known to hold in these fields, since they stand in other fields of the CRM
	 * now: what was read from the old ones says nothing about them. Answers how many records that were.
	 */
	async forget(system: string, object: ObjectName, fields: readonly string[]): Promise<number> {
		let count = 0;
		for (let after = ''; ; ) {
			const rows = await this.db
				.selectFrom('shadows')
				.select(['crm_id', 'shadow'])
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', '>', after)
				.orderBy('crm_id')
				.limit(PAGE)
				.execute();
			const last = rows.at(-1);
			if (last === undefined) return count;
			after = last.crm_id;
			for (const { crm_id: crmId, shadow: text } of rows) {
				const shadow = parseJson<Shadow>(text);
				const known = fields.filter((field) => field in shadow.fields);
				if (known.length === 0) continue;
				for (const field of known) delete shadow.fields[field];
				count += 1;
				await this.db
					.updateTable('shadows')
					.set({ shadow: shadowText(shadow) })
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', '=', crmId)
					.execute();
			}
		}
	}
}
