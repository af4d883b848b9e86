/** Brings a store's tables to this version, from whatever version they are of. */
import { Migrator, type Kysely } from 'kysely';
import { ConfigurationFailure } from '../model/failures';
import type { StoreBackend } from './backend';
import { migrations } from './migrations';
import type { Database } from './schema';

export interface MigrationState {
	/** Names, oldest first. */
	done: string[];
	pending: string[];
}

type Place = Pick<StoreBackend, 'kind' | 'schema'>;

function migratorOf(db: Kysely<Database>, { kind, schema }: Place): Migrator {
	return new Migrator({ db, provider: migrations(kind), migrationTableSchema: schema });
}

/**
 * To the newest version, or to that of `target`. Several processes may do it at once: one works, the
 * others wait. A migration that fails leaves the store as it was.
 */
export async function migrate(db: Kysely<Database>, place: Place, target?: string): Promise<void> {
	const migrator = migratorOf(db, place);
	const { error } =
		target === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(target);
	if (error === undefined) return;
	if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
		throw new ConfigurationFailure(
			'The store was used by a newer version of CRM Fabric; this version does not know its tables.',
			'Update the package n8n-nodes-crm-fabric in this n8n, or restore a backup from before the update.',
		);
	}
	throw error instanceof Error ? error : new Error(String(error));
}

/** Writes nothing. */
export async function migrationState(db: Kysely<Database>, place: Place): Promise<MigrationState> {
	const all = await migratorOf(db, place).getMigrations();
	const isDone = ({ executedAt }: { executedAt?: Date }) => executedAt !== undefined;
	return {
		done: all.filter(isDone).map(({ name }) => name),
		pending: all.filter((one) => !isDone(one)).map(({ name }) => name),
	};
}
