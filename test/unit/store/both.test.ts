/** SQLite and PostgreSQL give the same answer to every method of every part of the store. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { migrate } from '../../../lib/store/migrate';
import type { StoreKind } from '../../../lib/store/migrations';
import type { Database } from '../../../lib/store/schema';
import { Store, StoreTransaction } from '../../../lib/store/store';
import { TABLE_NAMES } from '../../../lib/store/tables';
import { emptyStore, STORE_KINDS } from '../../support/stores';
import { CALLS } from './calls';

async function answers(kind: StoreKind): Promise<Array<[string, unknown]>> {
	const place = await emptyStore(kind);
	const store = await Store.open(await place.backend());
	try {
		const result: Array<[string, unknown]> = [];
		for (const [method, work] of CALLS) result.push([method, await store.transaction(work)]);
		return result;
	} finally {
		await store.close();
		await place.remove();
	}
}

test('they answer alike', async () => {
	const sqlite = await answers('sqlite');
	const postgres = await answers('postgres');
	for (const [index, answer] of sqlite.entries()) expect(postgres[index]).toEqual(answer);
	// Calls that find nothing would agree whatever they do.
	const empty = sqlite.filter(([, value]) => value instanceof Map && value.size === 0);
	expect(empty).toEqual([]);
});

test('every method is called', () => {
	const called = new Set(CALLS.map(([method]) => method));
	const tx = new StoreTransaction(undefined as unknown as Kysely<Database>);
	const methods = Object.entries(tx).flatMap(([part, object]) =>
		publicMethods(object as object).map((name) => `${part}.${name}`),
	);
	expect(methods.length).toBeGreaterThan(60);
	expect(methods.filter((method) => !called.has(method))).toEqual([]);
});

const FOLDER = join(__dirname, '../../../lib/store');
const SOURCES = readdirSync(FOLDER)
	.filter((file) => file.endsWith('.ts'))
	.map((file) => readFileSync(join(FOLDER, file), 'utf8'));

/** TypeScript's `private` leaves no trace at run time: it is looked up in the source. */
function publicMethods(object: object): string[] {
	const source = SOURCES.find((text) => text.includes(`class ${object.constructor.name} `)) ?? '';
	const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object));
	return names.filter(
		(name) => name !== 'constructor' && !new RegExp(`private (async )?${name}[<(]`).test(source),
	);
}

test.each(STORE_KINDS)('%s: backup knows every table that the migrations make', async (kind) => {
	const place = await emptyStore(kind);
	const backend = await place.backend();
	const db = new Kysely<Database>({ dialect: backend.dialect });
	await migrate(db, backend);
	const tables = await db.introspection.getTables();
	const here = tables.filter(({ schema }) => schema === undefined || schema === backend.schema);
	expect(here.map(({ name }) => name).sort()).toEqual([...TABLE_NAMES].sort());
	await db.destroy();
	await place.remove();
});
