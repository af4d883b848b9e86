/** Stores for runs on PostgreSQL: a schema of its own a process, emptied between the runs. */
import { Client } from 'pg';
import { openPostgres } from '../../../lib/store/postgres/dialect';
import { Store } from '../../../lib/store/store';
import { freshSchema, type FreshSchema } from '../../support/postgres';
import type { StoreSource } from './store-files';

export class PostgresSchema implements StoreSource {
	private constructor(
		private readonly schema: FreshSchema,
		private readonly client: Client,
		private readonly tables: string,
	) {}

	/** `server`: of a superuser; the audit trail is emptied past its own guard. */
	static async create(server: string): Promise<PostgresSchema> {
		const schema = await freshSchema(server);
		await (await Store.open(await openPostgres(schema.location))).close();
		const client = new Client({ connectionString: server });
		await client.connect();
		await client.query(`set search_path to "${schema.schema}"`);
		await client.query('set session_replication_role = replica');
		const { rows } = await client.query<{ name: string }>(
			`select tablename as name from pg_tables where schemaname = $1 and tablename not like 'kysely%'`,
			[schema.schema],
		);
		return new PostgresSchema(schema, client, rows.map(({ name }) => `"${name}"`).join(', '));
	}

	async open(): Promise<Store> {
		return Store.open(await openPostgres(this.schema.location));
	}

	async reset(): Promise<void> {
		await this.client.query(`truncate ${this.tables} restart identity cascade`);
	}

	async end(): Promise<void> {
		await this.client.end();
		await this.schema.drop();
	}
}
