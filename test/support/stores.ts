/** An empty store of either kind for a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreBackend } from '../../lib/store/backend';
import type { StoreLocation } from '../../lib/store/location';
import type { StoreKind } from '../../lib/store/migrations';
import { openBackend } from '../../lib/store/open-backend';
import { freshSchema } from './postgres';

export const STORE_KINDS: readonly StoreKind[] = ['sqlite', 'postgres'];

export interface TestStore {
	location: StoreLocation;
	/** As a person writes it on a command line. */
	text: string;
	/** A connection of its own; call it again for another one to the same store. */
	backend: () => Promise<StoreBackend>;
	/** After everything that used it is closed. */
	remove: () => Promise<void>;
}

export async function emptyStore(kind: StoreKind): Promise<TestStore> {
	return kind === 'sqlite' ? emptyFile() : emptySchema();
}

function emptyFile(): TestStore {
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-store-'));
	const path = join(folder, 'store.db');
	const location = { type: 'sqlite', path } as const;
	return {
		location,
		text: path,
		backend: () => openBackend(location),
		remove: async () => rmSync(folder, { recursive: true }),
	};
}

async function emptySchema(): Promise<TestStore> {
	const { location, connectionString, drop } = await freshSchema();
	return { location, text: connectionString, backend: () => openBackend(location), remove: drop };
}

/** Set by the jest project `postgres`, in which tests of the hub run again on PostgreSQL. */
const KIND = (globalThis as { HUB_STORE?: StoreKind }).HUB_STORE ?? 'sqlite';

/** For tests that run on both: SQLite in memory, or a schema of its own, gone when it is closed. */
export async function hubStore(): Promise<Pick<TestStore, 'backend' | 'remove'>> {
	if (KIND === 'postgres') return emptySchema();
	const location = { type: 'sqlite', path: ':memory:' } as const;
	return { backend: () => openBackend(location), remove: async () => {} };
}
