import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { Kysely } from 'kysely';
import { migrate } from '../store/migrate';
import type { Database } from '../store/schema';
import { openSqlite } from '../store/sqlite/dialect';
import { Store } from '../store/store';
import { verifyAudit } from './verify';

const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-chain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = [
	'at',
	'kind',
	'entity_id',
	'field',
	'system',
	'object',
	'crm_id',
	'event_id',
	'delivery_id',
	'before',
	'after',
	'rule',
	'edited_at',
	'register',
	'detail',
	'run',
	'hash',
];
const NAMES = ['Ada', 'Zoë', 'n;i1;', '\u{1f600}', '', 'a\ud800b'];
let file = 0;

/** A trail of these names' changes, some of them in transactions of several rows. */
async function trail(names: readonly string[]): Promise<string> {
	file += 1;
	const path = join(folder, `${file}.db`);
	const store = await Store.open(openSqlite(path));
	for (const [index, after] of names.entries()) {
		await store.transaction(async (tx) => {
			const row = { at: index, kind: 'change', entityId: 'U1001', field: 'firstName', after };
			await tx.audit.append([row]);
			await tx.audit.append([
				{ ...row, deliveryId: index, crmId: after },
				{ at: 1, kind: 'link' },
			]);
		});
	}
	await store.close();
	return path;
}

/** Past the triggers, as somebody who has the file can. */
function tamper(path: string, work: (database: DatabaseSync) => void): void {
	const database = new DatabaseSync(path);
	database.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
	work(database);
	database.close();
}

async function proofOf(path: string, options: Parameters<typeof verifyAudit>[1] = {}) {
	const store = await Store.open(openSqlite(path));
	try {
		return await verifyAudit(store, { page: 4, ...options });
	} finally {
		await store.close();
	}
}

test('an untouched trail is proven, page by page', async () => {
	const path = await trail(NAMES);
	const proof = await proofOf(path);
	expect(proof).toMatchObject({ rows: 3 * NAMES.length, ok: true });
	expect(proof.head).toMatch(/^[0-9a-f]{64}$/);
	expect(await proofOf(path, { head: proof.head })).toMatchObject({ ok: true });
});

test('an empty trail is proven', async () => {
	expect(await proofOf(await trail([]))).toMatchObject({ rows: 0, ok: true });
});

test('any value of any row that is not what it was breaks the chain there', async () => {
	const path = await trail(NAMES);
	const store = await Store.open(openSqlite(path));
	let altered = 0;
	for (let seq = 1; seq <= 3 * NAMES.length; seq += 5) {
		for (const column of COLUMNS) {
			tamperOne(path, seq, column);
			const proof = await verifyAudit(store, { page: 4 });
			expect({ column, ...proof }).toMatchObject({ column, ok: false, firstBroken: { seq } });
			altered += 1;
			undoTampering(path);
		}
	}
	expect(altered).toBe(4 * COLUMNS.length);
	expect(await verifyAudit(store)).toMatchObject({ ok: true });
	await store.close();
});

const TRIGGERS = [
	`create trigger audit_no_update before update on audit begin select raise(abort, ''); end`,
	`create trigger audit_no_delete before delete on audit begin select raise(abort, ''); end`,
];

/** The row as it was is kept beside. */
function tamperOne(path: string, seq: number, column: string): void {
	tamper(path, (database) => {
		database.exec(`create table kept as select * from audit where seq = ${seq}`);
		const isNumber = ['at', 'edited_at', 'delivery_id'].includes(column);
		const next = isNumber ? `coalesce("${column}", 0) + 1` : `coalesce("${column}", '') || 'x'`;
		database.exec(`update audit set "${column}" = ${next} where seq = ${seq}`);
		for (const trigger of TRIGGERS) database.exec(trigger);
	});
}

function undoTampering(path: string): void {
	tamper(path, (database) => {
		database.exec('insert or replace into audit select * from kept; drop table kept');
		for (const trigger of TRIGGERS) database.exec(trigger);
	});
}

test('any one byte of any text of any row', async () => {
	const names = ['Ada', 'Zoe'];
	const path = await trail(names);
	const store = await Store.open(openSqlite(path));
	const place = fc.record({
		seq: fc.integer({ min: 1, max: 6 }),
		at: fc.nat(),
		by: fc.integer({ min: 1, max: 127 }),
	});
	await fc.assert(
		fc.asyncProperty(place, fc.constantFrom('kind', 'after', 'hash'), async (where, column) => {
			const { seq, at, by } = where;
			let touched = false;
			tamper(path, (database) => {
				database.exec(`create table kept as select * from audit where seq = ${seq}`);
				const text = database.prepare(`select "${column}" as text from audit where seq = ?`);
				const value = (text.get(seq) as { text: string | null }).text;
				if (value !== null && value !== '') {
					const bytes = Buffer.from(value, 'latin1');
					const index = at % bytes.length;
					bytes[index] = ((bytes[index] ?? 0) ^ by) & 127 || 1;
					touched = bytes.toString('latin1') !== value;
					const update = `update audit set "${column}" = ? where seq = ?`;
					database.prepare(update).run(bytes.toString('latin1'), seq);
				}
				for (const trigger of TRIGGERS) database.exec(trigger);
			});
			const proof = await verifyAudit(store);
			undoTampering(path);
			expect(proof.ok).toBe(!touched);
		}),
		{ numRuns: 40 },
	);
	await store.close();
});

test('a row taken out, put in or exchanged is found', async () => {
	const taken = await trail(NAMES);
	tamper(taken, (database) => database.exec('delete from audit where seq = 4'));
	expect(await proofOf(taken)).toMatchObject({ ok: false, firstBroken: { seq: 5 } });

	const first = await trail(NAMES);
	tamper(first, (database) => database.exec('delete from audit where seq = 1'));
	expect(await proofOf(first)).toMatchObject({ ok: false, firstBroken: { seq: 2 } });

	const put = await trail(NAMES);
	tamper(put, (database) =>
		database.exec(`insert into audit (seq, at, kind) values (100, 1, 'change')`),
	);
	const proof = await proofOf(put);
	expect(proof).toMatchObject({ ok: false, firstBroken: { seq: 100 } });
	expect(proof.firstBroken?.reason).toContain('no hash');

	const exchanged = await trail(['Ada', 'Zoe']);
	tamper(exchanged, (database) =>
		database.exec(
			'update audit set seq = 100 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 100',
		),
	);
	expect(await proofOf(exchanged)).toMatchObject({ ok: false, firstBroken: { seq: 2 } });
});

test('a tail that was cut off shows only against a head that was noted', async () => {
	const path = await trail(NAMES);
	const { head } = await proofOf(path);
	tamper(path, (database) => database.exec('delete from audit where seq > 10'));
	expect(await proofOf(path)).toMatchObject({ ok: true, rows: 10 });
	expect(await proofOf(path, { head })).toMatchObject({ ok: false, firstBroken: { seq: 11 } });
});

test('the chain goes on after a transaction that was taken back', async () => {
	const path = await trail(['Ada']);
	const store = await Store.open(openSqlite(path));
	const broken = store.transaction(async (tx) => {
		await tx.audit.append([{ at: 1, kind: 'link' }]);
		throw new Error('taken back');
	});
	await expect(broken).rejects.toThrow('taken back');
	await store.transaction((tx) => tx.audit.append([{ at: 2, kind: 'unlink' }]));
	expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 4 });
	await store.close();
});

test('a trail from before the chain gets its hashes when the store is opened', async () => {
	const whole = await trail(NAMES);
	const before = await proofOf(whole);
	const path = join(folder, 'before-the-chain.db');
	const backend = openSqlite(path);
	const db = new Kysely<Database>({ dialect: backend.dialect });
	await migrate(db, backend, '2026_11_23_engine');
	await db.destroy();
	const names = ['seq', ...COLUMNS.filter((column) => column !== 'hash')].join(', ');
	tamper(path, (database) => {
		database.exec(`attach '${whole}' as whole`);
		database.exec(`insert into audit (${names}) select ${names} from whole.audit`);
		for (const trigger of TRIGGERS) database.exec(trigger);
	});
	expect(await proofOf(path)).toEqual(before);
	const database = new DatabaseSync(path);
	expect(() => database.exec('update audit set at = 2')).toThrow('append-only');
	expect(() => database.exec('delete from audit')).toThrow('append-only');
	database.close();
});
