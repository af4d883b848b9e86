/**
 * Writes a batch's rows as plain as can be: one prepared statement a row, in transactions like the
 * hub's. What to bind is laid out beforehand, so that only the database's own work is timed, and the
 * JSON of what the hub holds as objects: whoever writes these rows must make it, each once.
 */
import { randomUUID } from 'node:crypto';
import { TABLES, type TableName } from '../lib/store/tables';
import type { PlainDatabase, Row, Run, Value } from './database';
import type { DeliveredRows, WrittenRows } from './rows';

/** What an event's row holds before it was emitted and settled. */
const AS_ACCEPTED = { state: 'pending', attempts: 0, settled_at: null, reason: null, batch: null };

interface Statement {
	table: TableName;
	sql: string;
	/** Whose values are bound, in this order. */
	columns: string[];
}

const EMIT: Statement = {
	table: 'inbox',
	sql: `update inbox set state = 'emitted', batch = ?, attempts = attempts + 1 where seq = ?`,
	columns: ['batch', 'seq'],
};
const SETTLE: Statement = {
	table: 'inbox',
	sql: 'update inbox set state = ?, settled_at = ?, reason = ?, batch = null where seq = ?',
	columns: ['state', 'settled_at', 'reason', 'seq'],
};
const REGISTER: Statement = {
	table: 'registers',
	sql: `insert into registers (entity_id, field, register) values (?, ?, ?)
		on conflict (entity_id, field) do update set register = excluded.register`,
	columns: ['entity_id', 'field', 'register'],
};
const BLOCK_GONE: Statement = {
	table: 'identity_blocks',
	sql: 'delete from identity_blocks where hash = ? and record = ?',
	columns: ['hash', 'record'],
};
const KEY_GONE: Statement = {
	table: 'identity_keys',
	sql: 'delete from identity_keys where key = ? and system = ? and object = ? and crm_id = ?',
	columns: ['key', 'system', 'object', 'crm_id'],
};

function insert(table: TableName, columns: string[]): Statement {
	const marks = columns.map(() => '?').join(', ');
	return { table, sql: `insert into ${table} (${columns.join(', ')}) values (${marks})`, columns };
}

function upsert(table: TableName, columns: string[]): Statement {
	const { key } = TABLES[table];
	const others = columns.filter((column) => !key.includes(column));
	const set = others.map((column) => `${column} = excluded.${column}`).join(', ');
	const { sql } = insert(table, columns);
	return { table, sql: `${sql} on conflict (${key.join(', ')}) do update set ${set}`, columns };
}

/** Columns whose text the hub makes of objects within the timed part. */
const JSON_COLUMNS: Partial<Record<TableName, readonly string[]>> = {
	inbox: ['event'],
	cursors: ['cursor'],
	registers: ['register'],
	shadows: ['shadow'],
	audit: ['before', 'after', 'register', 'detail'],
	breakers: ['counts'],
};

/** A value that becomes text when it is first bound; the register in its table and in the trail is the same. */
class Json {
	private text: string | undefined;

	constructor(private readonly value: unknown) {}

	toText(): string {
		return (this.text ??= JSON.stringify(this.value));
	}
}

type Bound = Value | Json;

/** Statements ready to run, transaction by transaction. */
export type PlainBatch = Array<Array<{ run: Run; values: Bound[] }>>;

export class PlainWriter {
	private readonly prepared = new Map<string, Run>();
	/** By row and column. */
	private readonly texts = new WeakMap<Row, Map<string, Json>>();

	constructor(private readonly database: PlainDatabase) {}

	/** The transactions of accept, nextEvents and merge; the others of the hub write nothing. */
	layOut(rows: WrittenRows): PlainBatch {
		const batch = randomUUID();
		const accepted = rows.inbox.map((row) => ({ ...row, ...AS_ACCEPTED }));
		const emitted = rows.inbox.map((row) => ({ ...row, batch }));
		return [
			[...this.inserts('inbox', accepted), ...this.upserts('cursors', rows.cursor)],
			this.each(EMIT, emitted),
			[
				...this.each(REGISTER, rows.registers),
				...this.upserts('shadows', rows.shadows),
				...this.each(BLOCK_GONE, rows.blocksGone),
				...this.inserts('identity_blocks', rows.blocksNew),
				...this.each(KEY_GONE, rows.keysGone),
				...this.inserts('identity_keys', rows.keysNew),
				...this.inserts('audit', rows.audit),
				...this.each(SETTLE, rows.inbox),
				...this.upserts('breakers', rows.breakers),
				...this.inserts('deliveries', rows.opened),
			],
		];
	}

	/** Rows of several tables, new ones and changed ones, in one transaction. */
	layOutDelivered({ tables, blocksGone }: DeliveredRows): PlainBatch {
		const names = Object.keys(tables) as TableName[];
		const upserts = names.flatMap((name) => this.upserts(name, tables[name] ?? []));
		return [[...this.each(BLOCK_GONE, blocksGone), ...upserts]];
	}

	async write(batch: PlainBatch): Promise<void> {
		for (const transaction of batch) {
			await this.database.execute('begin');
			for (const { run, values } of transaction) {
				const running = run(
					values.map((value) => (value instanceof Json ? value.toText() : value)),
				);
				if (running !== undefined) await running;
			}
			await this.database.execute('commit');
		}
	}

	private inserts(table: TableName, rows: readonly Row[]): PlainBatch[number] {
		return this.each(insert(table, Object.keys(rows[0] ?? {})), rows);
	}

	private upserts(table: TableName, rows: readonly Row[]): PlainBatch[number] {
		return this.each(upsert(table, Object.keys(rows[0] ?? {})), rows);
	}

	private each({ table, sql, columns }: Statement, rows: readonly Row[]): PlainBatch[number] {
		if (rows.length === 0) return [];
		const run = this.prepared.get(sql) ?? this.database.prepare(sql);
		this.prepared.set(sql, run);
		return rows.map((row) => ({
			run,
			values: columns.map((column) => this.bound(table, row, column)),
		}));
	}

	private bound(table: TableName, row: Row, column: string): Bound {
		const value = row[column] ?? null;
		if (typeof value !== 'string' || !JSON_COLUMNS[table]?.includes(column)) return value;
		const texts = this.texts.get(row) ?? new Map<string, Json>();
		this.texts.set(row, texts);
		const json = texts.get(column) ?? new Json(JSON.parse(value));
		texts.set(column, json);
		return json;
	}
}
