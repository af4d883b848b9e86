/** Queries that run all the time must not read the whole history: each uses the index made for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery, Kysely } from 'kysely';
import type { Database } from './schema';
import { openSqlite } from './sqlite/dialect';
import { Store, StoreTransaction } from './store';

const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-plans-'));
const queries: CompiledQuery[] = [];
let db: Kysely<Database>;

beforeAll(async () => {
	const path = join(folder, 'store.db');
	await (await Store.open(openSqlite(path))).close();
	db = new Kysely<Database>({
		dialect: openSqlite(path).dialect,
		log: ({ query }) => void queries.push(query),
	});
});
afterAll(async () => {
	await db.destroy();
	rmSync(folder, { recursive: true });
});

/** The steps of SQLite's plan for the queries that `work` makes. */
async function planOf(work: (tx: StoreTransaction) => Promise<unknown>): Promise<string[]> {
	queries.length = 0;
	await work(new StoreTransaction(db));
	const steps: string[] = [];
	for (const { sql, parameters } of [...queries]) {
		const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
		const { rows } = await db.executeQuery<{ detail: string }>(explain);
		steps.push(...rows.map(({ detail }) => detail));
	}
	return steps;
}

const record = { system: 's', object: 'contact', crmId: '1' };

test.each<[string, (tx: StoreTransaction) => Promise<unknown>, string[]]>([
	['events due', (tx) => tx.inbox.due('s', 50, 1), ['inbox_due', 'inbox_waiting']],
	['events under way', (tx) => tx.inbox.emitted('s'), ['inbox_due']],
	['events of a batch', (tx) => tx.inbox.unsettledOf('b'), ['inbox_batch']],
	['first read settled?', (tx) => tx.inbox.hasUnsettledUpTo('s', 9), ['inbox_due']],
	['last events', (tx) => tx.recordEvents.lastEvents([record]), ['inbox_record']],
	['events of records', (tx) => tx.recordEvents.underWay([record]), ['inbox_record']],
	['events in review', (tx) => tx.recordEvents.inReview(record), ['inbox_record']],
	['deliveries due', (tx) => tx.deliveries.due(50, 1, 's'), ['deliveries_due']],
	['claims run out', (tx) => tx.deliveries.releaseExpired(1), ['deliveries_lease']],
	['claims by token', (tx) => tx.deliveries.stillClaimed(['t']), ['deliveries_claim']],
	['claims kept alive', (tx) => tx.deliveries.extendLeases(['t'], 1), ['deliveries_claim']],
	['deliveries of entities', (tx) => tx.deliveries.aliveOf(['U1001']), ['deliveries_entity']],
	['creates tried', (tx) => tx.deliveries.createsTried('s'), ['deliveries_creates']],
	['links of entities', (tx) => tx.identity.linksOf(['U1001']), ['links_entity']],
	['records of entities', (tx) => tx.identity.recordsOf(['U1001']), ['links_entity']],
	['external keys', (tx) => tx.identityKeys.externalKeysOf(['U1001']), ['identity_keys_entity']],
	['questions of entities', (tx) => tx.reviews.questions(['U1001']), ['reviews_entity']],
	['reviews of records', (tx) => tx.reviews.openFor([record]), ['reviews_record']],
	[
		'an entity\u2019s history',
		(tx) => tx.audit.walk({ entityId: 'U1', kinds: ['change'], after: 0, limit: 9 }),
		['audit_field'],
	],
	['a run\u2019s history', (tx) => tx.audit.walk({ run: 'r', after: 0, limit: 9 }), ['audit_run']],
	[
		'a field\u2019s history',
		(tx) => tx.audit.find({ entityId: 'U1', field: 'f', limit: 9 }),
		['audit_field'],
	],
])('%s', async (_what, work, indexes) => {
	const steps = await planOf(work);
	expect(steps.filter((step) => /^SCAN/.test(step) && !/USING/.test(step))).toEqual([]);
	for (const index of indexes) {
		expect(steps).toContainEqual(expect.stringMatching(`USING (COVERING )?INDEX ${index} `));
	}
});

test('what is due is found in its order, nothing is sorted', async () => {
	for (const work of [
		(tx: StoreTransaction) => tx.inbox.due('s', 50, 1),
		(tx: StoreTransaction) => tx.deliveries.due(50, 1, 's'),
	]) {
		expect((await planOf(work)).join('\n')).not.toContain('ORDER BY');
	}
});
