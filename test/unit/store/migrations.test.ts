/** From every version to this one, on both databases; and several processes that start at once. */
import { Kysely, sql } from 'kysely';
import { ConfigurationFailure } from '../../../lib/connectors/connector';
import { DEFAULT_LIMITS } from '../../../lib/model/delivery';
import { verifyAudit } from '../../../lib/history/verify';
import { migrate, migrationState } from '../../../lib/store/migrate';
import type { Database } from '../../../lib/store/schema';
import { Store } from '../../../lib/store/store';
import { emptyStore, STORE_KINDS, type TestStore } from '../../support/stores';
import { FIRST, makeFirstVersion } from './first-version';

describe.each(STORE_KINDS)('%s', (kind) => {
	let place: TestStore;
	beforeEach(async () => {
		place = await emptyStore(kind);
	});
	afterEach(() => place.remove());

	async function database(): Promise<Kysely<Database>> {
		return new Kysely<Database>({ dialect: (await place.backend()).dialect });
	}

	test('a store of the first version keeps its rows and goes on', async () => {
		await makeFirstVersion(await place.backend());
		const store = await Store.open(await place.backend());
		await store.read(async (tx) => {
			expect(await tx.systems.all()).toMatchObject([
				{ name: 'wealthbox', deletePolicy: 'ignore', limits: DEFAULT_LIMITS, readyAfter: 3 },
			]);
			expect(await tx.inbox.get(1)).toMatchObject({ attempts: 1, event: { eventId: 'e1' } });
			expect(await tx.identity.linksOf(['U1001'])).toMatchObject([{ crmId: '1', state: 'active' }]);
			expect(await tx.deliveries.aliveOf(['U1001'])).toMatchObject([{ id: 1, run: null }]);
			expect(await tx.reviews.awaited(['U1001'])).toHaveLength(1);
			expect(await tx.deadLetters.list('open', 9)).toMatchObject([{ inboxSeq: 1 }]);
		});
		await store.transaction((tx) => tx.audit.append([{ at: 3, kind: 'x' }]));
		expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 3 });
		await store.close();
	});

	test('several that start at once all find it ready', async () => {
		await makeFirstVersion(await place.backend());
		// One thread cannot wait for itself: SQLite's processes are in processes.test.ts.
		const count = kind === 'sqlite' ? 1 : 4;
		const opening = Array.from({ length: count }, async () => Store.open(await place.backend()));
		const stores = await Promise.all(opening);
		for (const store of stores) {
			expect(await store.read((tx) => tx.identity.lastNumber())).toBe(1);
			await store.close();
		}
	});

	test('a migration that breaks off leaves the store as it was', async () => {
		await makeFirstVersion(await place.backend());
		const db = await database();
		await sql`create table pauses (x integer)`.execute(db);
		const backend = await place.backend();
		await expect(migrate(db, backend)).rejects.toThrow(/pauses.*exists/);
		expect((await migrationState(db, backend)).done).toEqual([FIRST]);
		await sql`drop table pauses`.execute(db);
		await migrate(db, backend);
		expect((await migrationState(db, backend)).pending).toEqual([]);
		await db.destroy();
	});

	test('a store of a newer version is left alone', async () => {
		await (await Store.open(await place.backend())).close();
		const db = await database();
		await sql`insert into kysely_migration values ('2999_01_01_future', '2999')`.execute(db);
		await db.destroy();
		const opening = Store.open(await place.backend());
		await expect(opening).rejects.toThrow(ConfigurationFailure);
		await expect(opening).rejects.toThrow('newer version');
	});
});
