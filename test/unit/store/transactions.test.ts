/** What a transaction promises, on both databases: all or nothing, one writer, readers that see one state. */
import { Client } from 'pg';
import { openPostgres } from '../../../lib/store/postgres/dialect';
import { lockKeyOf } from '../../../lib/store/postgres/settings';
import { Store, type StoreTransaction } from '../../../lib/store/store';
import { freshSchema, type FreshSchema } from '../../support/postgres';
import { emptyStore, STORE_KINDS, type TestStore } from '../../support/stores';
import { registration, START } from '../support/hub';

const register = (name: string) => (tx: StoreTransaction) =>
	tx.systems.register(registration(name), START);
const names = async (tx: StoreTransaction) => (await tx.systems.all()).map(({ name }) => name);

describe.each(STORE_KINDS)('%s', (kind) => {
	let place: TestStore;
	let store: Store;
	beforeEach(async () => {
		place = await emptyStore(kind);
		store = await Store.open(await place.backend());
	});
	afterEach(async () => {
		await store.close();
		await place.remove();
	});

	test('work that fails leaves nothing behind, and its error comes through', async () => {
		const failing = store.transaction(async (tx) => {
			await register('a')(tx);
			throw new Error('after the first write');
		});
		await expect(failing).rejects.toThrow('after the first write');
		expect(await store.read(names)).toEqual([]);
	});

	test('writers go one after the other', async () => {
		const other = await Store.open(await place.backend());
		const countUp = (from: Store) =>
			from.transaction(async (tx) => {
				const number = (await tx.identity.lastNumber()) + 1;
				await tx.identity.addEntities([{ number, createdBy: 'test' }], START);
			});
		// On SQLite two connections of one process would wait for each other in the same thread.
		const turns = kind === 'sqlite' ? [store, store] : [store, other, store, other];
		await Promise.all(turns.flatMap((from) => Array.from({ length: 5 }, () => countUp(from))));
		expect(await store.read((tx) => tx.identity.lastNumber())).toBe(turns.length * 5);
		await other.close();
	});

	test('a reader writes nothing, and writing goes on afterwards', async () => {
		await expect(store.read(register('a'))).rejects.toThrow(/read-?only/);
		await store.transaction(register('b'));
		expect(await store.read(names)).toEqual(['b']);
	});

	test('a reader sees one state while others write', async () => {
		const other = await Store.open(await place.backend());
		await store.transaction(register('a'));
		const seen = await store.read(async (tx) => {
			const before = await names(tx);
			await other.transaction(register('b'));
			return [before, await names(tx)];
		});
		expect(seen).toEqual([['a'], ['a']]);
		expect(await store.read(names)).toEqual(['a', 'b']);
		await other.close();
	});

	test('the audit trail takes no changes', async () => {
		await store.transaction((tx) => tx.audit.append([{ at: 1, kind: 'x' }]));
		const changing = store.transaction((tx) => tamper(tx));
		await expect(changing).rejects.toThrow('append-only');
	});
});

/** Reaches through to the tables, as nothing in the fabric does. */
function tamper(tx: StoreTransaction): Promise<unknown> {
	const { db } = tx.audit as unknown as {
		db: { deleteFrom: (table: string) => { execute: () => Promise<unknown> } };
	};
	return db.deleteFrom('audit').execute();
}

describe('postgres alone', () => {
	let fresh: FreshSchema;
	let store: Store;
	let admin: Client;
	beforeEach(async () => {
		fresh = await freshSchema();
		store = await Store.open(await openPostgres(fresh.location));
		admin = new Client({ connectionString: fresh.location.connectionString });
		await admin.connect();
	});
	afterEach(async () => {
		await admin.end();
		await store.close();
		await fresh.drop();
	});

	/** Ends every connection of the fabric to this schema. */
	async function cut(): Promise<void> {
		await admin.query(
			`select pg_terminate_backend(pid) from pg_stat_activity
			 where application_name = 'crm-fabric' and pid in (select pid from pg_locks
			 where locktype = 'advisory' and granted) and pid <> pg_backend_pid()`,
		);
	}

	test('work whose connection is lost before the commit is done again', async () => {
		let runs = 0;
		await store.transaction(async (tx) => {
			runs += 1;
			await register('a')(tx);
			if (runs === 1) await cut();
			await register('b')(tx);
		});
		expect(runs).toBe(2);
		expect(await store.read(names)).toEqual(['a', 'b']);
	});

	test('work whose connection is lost at the commit is not', async () => {
		// A deferred constraint trigger runs inside the commit: there the connection ends.
		await admin.query(
			`set search_path = ${fresh.schema};
			 create function die() returns trigger language plpgsql as $$
				begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
			 create constraint trigger die after insert on systems
				deferrable initially deferred for each row execute function die()`,
		);
		let runs = 0;
		const dying = store.transaction(async (tx) => {
			runs += 1;
			await register('a')(tx);
		});
		await expect(dying).rejects.toThrow();
		expect(runs).toBe(1);
	});

	test('an error of the work itself is not repeated', async () => {
		let runs = 0;
		const failing = store.transaction(async (tx) => {
			runs += 1;
			await tx.identity.addEntities([{ number: 1, createdBy: 'x' }], START);
			await tx.identity.addEntities([{ number: 1, createdBy: 'x' }], START);
		});
		await expect(failing).rejects.toThrow('duplicate key');
		expect(runs).toBe(1);
	});

	test('a writer waits for the lock of its schema; readers and other schemas do not', async () => {
		const otherPlace = await freshSchema();
		const other = await Store.open(await openPostgres(otherPlace.location));
		await admin.query(`select pg_advisory_lock(${lockKeyOf(fresh.schema)})`);
		const order: string[] = [];
		const written = store.transaction(register('a')).then(() => order.push('written'));
		expect(await store.read(names)).toEqual([]);
		await other.transaction(register('b'));
		order.push('others');
		await admin.query(`select pg_advisory_unlock(${lockKeyOf(fresh.schema)})`);
		await written;
		expect(order).toEqual(['others', 'written']);
		await other.close();
		await otherPlace.drop();
	});

	test('errors quote no rows', async () => {
		const failing = store.transaction(async (tx) => {
			const entity = { number: 1, createdBy: 'ada@example.com' };
			await tx.identity.addEntities([entity], START);
			await tx.identity.addEntities([entity], START);
		});
		const error: unknown = await failing.catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(Error);
		expect((error as { detail?: string }).detail).toBeUndefined();
	});

	test('NUL, which PostgreSQL cannot hold, does not stop anything', async () => {
		await store.transaction((tx) =>
			tx.audit.append([{ at: 1, kind: 'x', crmId: 'a\0b', detail: 'c\0d' }]),
		);
		const [row] = await store.read((tx) => tx.audit.find({ limit: 1 }));
		expect(row).toMatchObject({ crmId: 'a\uFFFDb', detail: 'c\0d' });
	});

	test('a statement prepared before another process changed the tables does not stop anything', async () => {
		for (let turn = 0; turn < 4; turn += 1) await store.transaction((tx) => tx.systems.get('a'));
		await admin.query(`alter table ${fresh.schema}.systems add column later text`);
		expect(await store.transaction((tx) => tx.systems.get('a'))).toBeUndefined();
	});
});
