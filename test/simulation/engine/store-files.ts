/** Stores for runs: an empty one is made once, and every run begins with a copy of it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store } from '../../../lib/store/store';

/** What keeps a store between the crashes of a run. */
export interface StoreSource {
	/** Opens the store as the last run or process left it. */
	open(): Promise<Store>;
	/** Empties it for the next run. */
	reset(): Promise<void>;
	/** Everything is given back. */
	end(): Promise<void>;
}

/** In memory where the system offers a file system there: the runs do nothing but write. */
const MEMORY = '/dev/shm';

export class SqliteFiles implements StoreSource {
	private readonly folder = mkdtempSync(
		join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'crm-fabric-'),
	);
	private readonly template = join(this.folder, 'empty.db');
	private readonly path = join(this.folder, 'run.db');

	open(): Promise<Store> {
		return Store.open(openSqlite(this.path));
	}

	async reset(): Promise<void> {
		if (!existsSync(this.template)) await (await Store.open(openSqlite(this.template))).close();
		for (const suffix of ['-wal', '-shm']) rmSync(this.path + suffix, { force: true });
		copyFileSync(this.template, this.path);
	}

	async end(): Promise<void> {
		rmSync(this.folder, { recursive: true, force: true });
	}
}
