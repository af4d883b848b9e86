/**
 * Opens the fabric once a store and process: all nodes of an n8n share connections, signals and
 * caches. A store that could not be opened is tried again on the next call.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { systemClock } from './clock';
import { connectors } from './connectors';
import { Fabric } from './fabric';
import { Signals } from './signals';
import type { PostgresLocation, StoreLocation } from './store/location';
import { openBackend, pathOf } from './store/open-backend';
import { postgresSettings } from './store/postgres/settings';
import { PostgresSignals } from './store/postgres/signals';
import { Store } from './store/store';

export type { PostgresLocation, SqliteLocation, StoreLocation } from './store/location';

const open = new Map<string, Promise<Fabric>>();

/** Throws ConfigurationFailure with a hint if the store cannot be opened. */
export async function openFabric(location: StoreLocation): Promise<Fabric> {
	const key = keyOf(location);
	const known = open.get(key);
	if (known !== undefined) return known;
	const opening = openNew(location);
	open.set(key, opening);
	opening.catch(() => open.delete(key));
	return opening;
}

async function openNew(location: StoreLocation): Promise<Fabric> {
	const store = await Store.open(await openBackend(location));
	systemClock.raise(await store.newestTime());
	const isShared = location.type === 'postgres';
	const signals = isShared ? new PostgresSignals(location) : new Signals();
	return new Fabric(store, connectors, undefined, signals);
}

const secret = randomBytes(32);

/**
 * Who comes with another password is not let in on the connections of who had the right one, and a
 * password that was changed is used at once. The password itself is not in the key.
 */
function keyOf(location: StoreLocation): string {
	if (location.type === 'sqlite') return pathOf(location);
	return `${postgresSettings(location).name}#${seal(location)}`;
}

function seal(location: PostgresLocation): string {
	return createHmac('sha256', secret).update(JSON.stringify(location)).digest('hex');
}

/** Closes every open store, e.g. at the end of a test. */
export async function closeFabrics(): Promise<void> {
	const opened = [...open.values()];
	open.clear();
	for (const fabric of opened) await (await fabric).close();
}
