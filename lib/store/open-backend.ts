/** From a location to the database behind the store. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationFailure } from '../model/failures';
import type { StoreBackend } from './backend';
import type { SqliteLocation, StoreLocation } from './location';
import { openPostgres } from './postgres/dialect';
import { openSqlite } from './sqlite/dialect';

export interface OpenOptions {
	/** For commands: refuse instead of making a store where there is none. */
	mustExist?: boolean;
	/** For commands that read whole tables (PostgreSQL); 0: none. Default: 60 s a statement. */
	statementTimeoutMs?: number;
}

/** Throws ConfigurationFailure with a hint if it cannot be opened. */
export async function openBackend(
	location: StoreLocation,
	options: OpenOptions = {},
): Promise<StoreBackend> {
	if (location.type === 'postgres') return openPostgres(location, options);
	if (options.mustExist === true) requireFile(location);
	return openSqlite(pathOf(location));
}

export function pathOf({ path }: SqliteLocation): string {
	return path === ':memory:' ? path : resolve(path);
}

/** Opening makes the file; a mistyped path must not. */
function requireFile({ path }: SqliteLocation): void {
	if (existsSync(path)) return;
	throw new ConfigurationFailure(
		`There is no file ${path}.`,
		"Check the path; without one in the credential it is crm-fabric.sqlite in n8n's own folder.",
	);
}
