/** Connected systems, their field maps (every version kept) and cursors. */
import type { Kysely } from 'kysely';
import type { Json } from '../connectors/connector';
import { DEFAULT_LIMITS } from '../model/delivery';
import type { SystemRow } from '../model/rows';
import { parseJson, toSystem } from './rows';
import { runStatement } from './statement';
import type { Database } from './schema';

/** What a trigger says of its system when it starts. */
export type SystemRegistration = Omit<
	SystemRow,
	'readyAt' | 'readyAfter' | 'fieldMapVersion' | 'deletePolicy' | 'limits'
> &
	Partial<Pick<SystemRow, 'deletePolicy' | 'limits'>>;

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

	/** Registers or updates; a changed field map becomes a new version. */
	async register(system: SystemRegistration, now: number): Promise<SystemRow> {
		const known = await this.get(system.name);
		const fieldMap = JSON.stringify(system.fieldMap);
		const sameMap = known !== undefined && JSON.stringify(known.fieldMap) === fieldMap;
		const version =
			known === undefined ? 1 : sameMap ? known.fieldMapVersion : known.fieldMapVersion + 1;
		if (!sameMap) {
			await this.db
				.insertInto('field_maps')
				.values({ system: system.name, version, field_map: fieldMap, saved_at: now })
				.execute();
		}
		const { deletePolicy = 'ignore', limits = DEFAULT_LIMITS } = system;
		const values = {
			connector: system.connector,
			priority: system.priority,
			field_map: fieldMap,
			field_map_version: version,
			settings: JSON.stringify(system.settings),
			creates: system.creates ? 1 : 0,
			gone_policy: system.gonePolicy,
			delete_policy: deletePolicy,
			limits: JSON.stringify(limits),
		};
		await this.db
			.insertInto('systems')
			.values({ name: system.name, ...values, ready_at: null, ready_after: null, joined_at: now })
			.onConflict((conflict) => conflict.column('name').doUpdateSet(values))
			.execute();
		return {
			...system,
			deletePolicy,
			limits,
			fieldMapVersion: version,
			readyAt: known?.readyAt ?? null,
			readyAfter: known?.readyAfter ?? null,
		};
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
