/** The stores that runs can be made on. */
import { SqliteFiles, type StoreSource } from './engine/store-files';
import { PostgresSchema } from './engine/store-postgres';

export type StoreName = 'sqlite' | 'postgres';

/** `server`: of PostgreSQL, a superuser's connection string. */
export async function openSource(kind: StoreName, server?: string): Promise<StoreSource> {
	if (kind === 'sqlite') return new SqliteFiles();
	if (server === undefined) throw new Error('Say which PostgreSQL server the runs are made on.');
	return PostgresSchema.create(server);
}
