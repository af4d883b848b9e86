/** Connected systems, their field maps (every version kept) and cursors. */
import type { Kysely } from 'kysely';
import type { Json } from '../model/json';
import { DEFAULT_LIMITS } from '../model/delivery';
import type { SystemRow } from '../model/rows';
import { MappingStore } from './mappings';
import { AWAITS, parseJson, toSystem } from './rows';
import { runStatement } from './statement';
import type { Database } from './schema';

/** What a trigger says of its system when it starts. */
export type SystemRegistration = Omit<
	SystemRow,
	| 'readyAt'
	| 'readyAfter'
	| 'fieldMapVersion'
	| 'deletePolicy'
	| 'limits'
	| 'awaitsLoad'
	| 'storedMap'
	| 'holds'
> &
	Partial<Pick<SystemRow, 'deletePolicy' | 'limits' | 'awaitsLoad'>>;

export class SystemStore {
	constructor(private readonly db: Kysely<Database>) {}

	async all(): Promise<SystemRow[]> {
		const { rows } = await runStatement(this.db, 'systems', [], () =>
			this.db.selectFrom('systems').selectAll().orderBy('name'),
		);
		return rows.map(toSystem);
	}

	async get(name: string): Promise<SystemRow | undefined> {
		const { rows } = await runStatement(this.db, 'system', [name], (slot) =>
			this.db.selectFrom('systems').selectAll().where('name', '=', slot<string>()),
		);
		return rows[0] && toSystem(rows[0]);
	}

	/**
	 * Registers or updates. What the trigger's panel says anew of the field map becomes a new version;
	 * otherwise the version in force stays, whoever made it. `replaced`: see {@link MappingStore.given}.
	 */
	async register(
		system: SystemRegistration,
		now: number,
	): Promise<{ row: SystemRow; replaced: string[] }> {
		const known = await this.get(system.name);
		const given = await new MappingStore(this.db).given(system.name, system.fieldMap, now);
		const fieldMap = JSON.stringify(given.map);
		const stored = known?.storedMap ?? known?.fieldMap;
		const isSame = JSON.stringify(stored) === fieldMap;
		const version = (known?.fieldMapVersion ?? 0) + (isSame ? 0 : 1);
		const { deletePolicy = 'ignore', limits = DEFAULT_LIMITS, awaitsLoad = false } = system;
		const values = {
			connector: system.connector,
			priority: system.priority,
			field_map: fieldMap,
			field_map_version: version,
			panel_map: JSON.stringify(system.fieldMap),
			settings: JSON.stringify(system.settings),
			creates: system.creates ? 1 : 0,
			gone_policy: system.gonePolicy,
			delete_policy: deletePolicy,
			limits: JSON.stringify(limits),
			drift: system.drift === undefined ? null : JSON.stringify(system.drift),
		};
		await this.db
			.insertInto('systems')
			.values({
				name: system.name,
				...values,
				...{ ready_at: null, ready_after: null, joined_at: now },
				awaits_load: awaitsLoad ? AWAITS.load : AWAITS.nothing,
			})
			.onConflict((conflict) => conflict.column('name').doUpdateSet(values))
			.execute();
		if (!awaitsLoad) await this.setAwaits([system.name], AWAITS.nothing, AWAITS.load);
		const registered = await this.get(system.name);
		if (registered === undefined) throw new Error(`The system ${system.name} was not saved.`);
		return { row: registered, replaced: given.replaced };
	}

	/** A backfill begins to load these systems, or has loaded them. */
	async setLoading(names: readonly string[], isLoading: boolean): Promise<void> {
		await this.setAwaits(names, isLoading ? AWAITS.loading : AWAITS.nothing);
	}

	/** `only`: where it is this now. */
	private async setAwaits(names: readonly string[], to: number, only?: number): Promise<void> {
		for (const name of names) {
			let query = this.db.updateTable('systems').set({ awaits_load: to }).where('name', '=', name);
			if (only !== undefined) query = query.where('awaits_load', '=', only);
			await query.execute();
		}
	}

	async setReadyAfter(name: string, seq: number): Promise<void> {
		await this.db
			.updateTable('systems')
			.set({ ready_after: seq })
			.where('name', '=', name)
			.execute();
	}

	async setReady(name: string, now: number): Promise<void> {
		await this.db.updateTable('systems').set({ ready_at: now }).where('name', '=', name).execute();
	}

	async cursor(system: string): Promise<Json> {
		const row = await this.db
			.selectFrom('cursors')
			.select('cursor')
			.where('system', '=', system)
			.executeTakeFirst();
		return row === undefined ? null : parseJson<Json>(row.cursor);
	}

	async moveCursor(system: string, cursor: Json, now: number): Promise<void> {
		const values = [system, JSON.stringify(cursor), now];
		await runStatement(this.db, 'move cursor', values, (slot) =>
			this.db
				.insertInto('cursors')
				.values({ system: slot(), cursor: slot(), moved_at: slot() })
				.onConflict((conflict) =>
					conflict.column('system').doUpdateSet((set) => ({
						cursor: set.ref('excluded.cursor'),
						moved_at: set.ref('excluded.moved_at'),
					})),
				),
		);
	}
}
