/** Runs that a person may ask about: reconciles and undos, each with its state and its report. */
import type { Kysely, Selectable } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import { chunks, inChunks } from './batch';
import { jsonOrNull, parseJson } from './rows';
import type { Database, RunsTable } from './schema';

/** `closed`: given up before its end. */
export type RunState = 'running' | 'finished' | 'closed';

export interface RunRow {
	/** `reconcile/7`, `undo/3`. */
	id: string;
	kind: string;
	system: string | null;
	state: RunState;
	startedAt: number;
	endedAt: number | null;
	/** Any JSON, after its kind. */
	report: unknown;
}

const ENTITY = 'entity';

function toRun(row: Selectable<RunsTable>): RunRow {
	return {
		id: row.id,
		kind: row.kind,
		system: row.system,
		state: row.state as RunState,
		startedAt: row.started_at,
		endedAt: row.ended_at,
		report: row.report === null ? null : parseJson(row.report),
	};
}

export class RunStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Answers its id, `<kind>/<n>`. */
	async start(kind: string, system: string | null, report: unknown, now: number): Promise<string> {
		const last = await this.db
			.selectFrom('runs')
			.select('id')
			.where('kind', '=', kind)
			.orderBy((by) => by.fn<number>('length', ['id']), 'desc')
			.orderBy('id', 'desc')
			.limit(1)
			.executeTakeFirst();
		const number = Number(last?.id.split('/')[1] ?? 0) + 1;
		const id = `${kind}/${number}`;
		const values = { id, kind, system, state: 'running', started_at: now, ended_at: null };
		await this.db
			.insertInto('runs')
			.values({ ...values, report: jsonOrNull(report) })
			.execute();
		return id;
	}

	async get(id: string): Promise<RunRow | undefined> {
		const row = await this.db
			.selectFrom('runs')
			.selectAll()
			.where('id', '=', id)
			.executeTakeFirst();
		return row && toRun(row);
	}

	async running(kind: string, system: string): Promise<RunRow[]> {
		const rows = await this.db
			.selectFrom('runs')
			.selectAll()
			.where('kind', '=', kind)
			.where('system', '=', system)
			.where('state', '=', 'running')
			.execute();
		return rows.map(toRun);
	}

	/** Newest first. */
	async list(kind: string, limit: number): Promise<RunRow[]> {
		const rows = await this.db
			.selectFrom('runs')
			.selectAll()
			.where('kind', '=', kind)
			.orderBy('started_at', 'desc')
			.orderBy((by) => by.fn<number>('length', ['id']), 'desc')
			.orderBy('id', 'desc')
			.limit(limit)
			.execute();
		return rows.map(toRun);
	}

	async saveReport(id: string, report: unknown): Promise<void> {
		await this.db
			.updateTable('runs')
			.set({ report: jsonOrNull(report) })
			.where('id', '=', id)
			.execute();
	}

	async end(id: string, state: 'finished' | 'closed', report: unknown, now: number): Promise<void> {
		await this.db
			.updateTable('runs')
			.set({ state, ended_at: now, report: jsonOrNull(report) })
			.where('id', '=', id)
			.execute();
		await this.db.deleteFrom('run_records').where('run', '=', id).execute();
	}

	/** Notes records that the run has seen; one noted before stays. */
	async see(run: string, records: readonly RecordAddress[]): Promise<void> {
		for (const { system, object, ids } of bySystemAndObject(records))
			await this.note(run, system, object, ids);
	}

	/** Keys of those that it has seen. */
	async seen(run: string, records: readonly RecordAddress[]): Promise<Set<string>> {
		const keys: string[] = [];
		for (const { system, object, ids } of bySystemAndObject(records))
			for (const crmId of await this.noted(run, system, object, ids))
				keys.push(recordKey({ system, object, crmId }));
		return new Set(keys);
	}

	/** Notes entities that the run has compared. */
	async seeEntities(run: string, entityIds: readonly string[]): Promise<void> {
		await this.note(run, '', ENTITY, entityIds);
	}

	async seenEntities(run: string, entityIds: readonly string[]): Promise<Set<string>> {
		return this.noted(run, '', ENTITY, entityIds);
	}

	private async note(run: string, system: string, object: string, ids: readonly string[]) {
		for (const chunk of chunks([...new Set(ids)])) {
			await this.db
				.insertInto('run_records')
				.values(chunk.map((crm_id) => ({ run, system, object, crm_id })))
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		}
	}

	private async noted(run: string, system: string, object: string, ids: readonly string[]) {
		const rows = await inChunks(ids, (chunk) =>
			this.db
				.selectFrom('run_records')
				.select('crm_id')
				.where('run', '=', run)
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', 'in', chunk)
				.execute(),
		);
		return new Set(rows.map((row) => row.crm_id));
	}
}

function bySystemAndObject(records: readonly RecordAddress[]) {
	const groups = new Map<string, { system: string; object: string; ids: string[] }>();
	for (const { system, object, crmId } of records) {
		const key = `${system}/${object}`;
		const group = groups.get(key) ?? { system, object, ids: [] };
		groups.set(key, group);
		group.ids.push(crmId);
	}
	return groups.values();
}
