/**
 * node:sqlite behind the interface that kysely expects of better-sqlite3. Every statement of the
 * store's connection passes here: it is where the store hears what is written past its cache.
 */
import type { DatabaseSync, StatementSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { ChangeWatch, WriteListener } from '../backend';
import { RowSets } from '../row-sets';

const MAX_STATEMENTS = 500;

export class NodeSqlite implements SqliteDatabase, ChangeWatch {
	private readonly statements = new Map<string, SqliteStatement>();
	private readonly dataVersion: StatementSync;
	private listener: WriteListener = () => {};

	constructor(private readonly database: DatabaseSync) {
		this.dataVersion = database.prepare('pragma data_version');
	}

	prepare(sql: string): SqliteStatement {
		const known = this.statements.get(sql);
		if (known !== undefined) return known;
		if (this.statements.size >= MAX_STATEMENTS) this.statements.clear();
		const prepared = this.wrap(sql, this.database.prepare(sql));
		this.statements.set(sql, prepared);
		return prepared;
	}

	/** SQLite's own count: it moves when any other connection, of whatever process, has committed. */
	version(): number {
		return Number(this.dataVersion.get()?.['data_version']);
	}

	listen(listener: WriteListener): void {
		this.listener = listener;
	}

	close(): void {
		this.statements.clear();
		this.database.close();
	}

	private runForEach(statement: StatementSync, rows: RowSets) {
		let changes = 0;
		try {
			for (const row of rows) changes += Number(statement.run(...(row as SQLInputValue[])).changes);
		} catch (error) {
			// Nobody notes how far it came.
			this.listener(undefined);
			throw error;
		}
		return { changes, lastInsertRowid: 0 };
	}

	private wrap(sql: string, statement: StatementSync): SqliteStatement {
		const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
		const written = writtenBy(sql);
		const tell = (parameters: readonly unknown[]) => {
			const isNoted = parameters instanceof RowSets && parameters.isNoted;
			if (written !== NOTHING && !isNoted) this.listener(written);
		};
		return {
			reader: statement.columns().length > 0,
			all: (parameters) => {
				tell(parameters);
				return statement.all(...values(parameters));
			},
			run: (parameters) => {
				tell(parameters);
				if (!(parameters instanceof RowSets)) return statement.run(...values(parameters));
				return this.runForEach(statement, parameters);
			},
			iterate: (parameters) => {
				tell(parameters);
				return statement.iterate(...values(parameters)) as IterableIterator<unknown>;
			},
		};
	}
}

const NOTHING = '';
/** Statements that change no row, whatever follows. `rollback` is not one of them. */
const READS = /^\s*(select|values|pragma|explain|begin|commit|savepoint|release)\b/i;
const WRITES = /^\s*(?:insert\s+into|update|delete\s+from)\s+(?:"(\w+)"|(\w+))/i;

/** The table that the statement writes to, {@link NOTHING}, or undefined: it may be any. */
function writtenBy(sql: string): string | undefined {
	if (READS.test(sql)) return NOTHING;
	const [, quoted, plain] = WRITES.exec(sql) ?? [];
	return quoted ?? plain;
}
