/**
 * Opens the fabric once a store and process: all nodes of an n8n share connections, signals and
 * caches. A store that could not be opened is tried again on the next call.
 */
import { resolve } from 'node:path';
import { connectors } from './connectors';
import { Fabric } from './fabric';
import { openSqlite } from './store/sqlite/dialect';
import { Store } from './store/store';

export interface StoreLocation {
	type: 'sqlite';
	/** Absolute path of the file. */
	path: string;
}

const open = new Map<string, Promise<Fabric>>();

/** Throws ConfigurationFailure with a hint if the store cannot be opened. */
export function openFabric(location: StoreLocation): Promise<Fabric> {
	const key = location.path === ':memory:' ? location.path : resolve(location.path);
	const known = open.get(key);
	if (known !== undefined) return known;
	const opening = openStore(key).then((store) => new Fabric(store, connectors));
	open.set(key, opening);
	opening.catch(() => open.delete(key));
	return opening;
}

async function openStore(path: string): Promise<Store> {
	return Store.open(openSqlite(path));
}

/** Closes every open store, e.g. at the end of a test. */
export async function closeFabrics(): Promise<void> {
	const opened = [...open.values()];
	open.clear();
	for (const fabric of opened) await (await fabric).close();
}
