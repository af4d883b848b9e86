/** What was backed up is there again after a restore, whichever database it came from and goes to. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { verifyAudit } from '../../../lib/history/verify';
import { backupStore } from '../../../lib/store/backup';
import { BackupError } from '../../../lib/store/backup-format';
import type { StoreKind } from '../../../lib/store/migrations';
import { restoreStore } from '../../../lib/store/restore';
import { Store } from '../../../lib/store/store';
import { emptyStore, STORE_KINDS, type TestStore } from '../../support/stores';
import { START } from '../support/hub';
import { CALLS } from './calls';
import { delivery, event } from './calls/samples';
import { makeFirstVersion } from './first-version';

const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-backup-'));
afterAll(() => rmSync(folder, { recursive: true }));
let serial = 0;
const newFile = () => join(folder, `${(serial += 1)}.backup`);

const places: TestStore[] = [];
async function place(kind: StoreKind): Promise<TestStore> {
	const made = await emptyStore(kind);
	places.push(made);
	return made;
}
afterEach(async () => {
	for (const one of places.splice(0)) await one.remove();
});

async function filled(kind: StoreKind): Promise<TestStore> {
	const made = await place(kind);
	const store = await Store.open(await made.backend());
	for (const [, work] of CALLS) await store.transaction(work);
	await store.close();
	return made;
}

const linesOf = (file: string) => gunzipSync(readFileSync(file)).toString().trim().split('\n');
/** Everything but the header, which names the time and the kind of database. */
const rowsOf = (file: string) => linesOf(file).slice(1, -1);

async function backedUp(from: TestStore): Promise<string> {
	const file = newFile();
	await backupStore(await from.backend(), file, START);
	return file;
}

const WAYS = STORE_KINDS.flatMap((from) => STORE_KINDS.map((to) => [from, to] as const));

test.each(WAYS)('from %s to %s and back: every row, in every table', async (from, to) => {
	const source = await filled(from);
	const file = await backedUp(source);
	const target = await place(to);
	const report = await restoreStore(await target.backend(), file);
	expect(report.rows).toBe(rowsOf(file).length);
	expect(report.rows).toBeGreaterThan(30);
	expect(rowsOf(await backedUp(target))).toEqual(rowsOf(file));

	const store = await Store.open(await target.backend());
	expect(await verifyAudit(store)).toMatchObject({ ok: true });
	// New rows go on after the old ones.
	await store.transaction(async (tx) => {
		await tx.inbox.add([event('7', 'e77')], 'pending', START);
		expect((await tx.inbox.statesOf(['e77'])).get('e77')?.seq).toBeGreaterThan(5);
		await tx.deliveries.open([delivery('7', { entityId: 'U1003' })], START);
		await tx.audit.append([{ at: START, kind: 'x' }]);
	});
	expect(await verifyAudit(store)).toMatchObject({ ok: true });
	await store.close();
});

test.each(STORE_KINDS)(
	'%s: numbers given to rows that are gone are not given again',
	async (kind) => {
		const file = await backedUp(await filled('sqlite'));
		const [header = '', ...rest] = linesOf(file);
		const raised = header.replace(/("name":"inbox".*?"lastNumber":)\d+/, '$1900');
		const target = await place(kind);
		await restoreStore(await target.backend(), sealed([raised, ...rest.slice(0, -1)]));
		const store = await Store.open(await target.backend());
		await store.transaction((tx) => tx.inbox.add([event('7', 'e77')], 'pending', START));
		const states = await store.read((tx) => tx.inbox.statesOf(['e77']));
		expect(states.get('e77')?.seq).toBe(901);
		await store.close();
	},
);

test.each(STORE_KINDS)('%s: a backup of the first version is brought to this one', async (kind) => {
	const old = await place(kind);
	await makeFirstVersion(await old.backend());
	const file = await backedUp(old);
	const target = await place(kind === 'sqlite' ? 'postgres' : 'sqlite');
	await restoreStore(await target.backend(), file);
	const store = await Store.open(await target.backend());
	expect(await store.read((tx) => tx.systems.all())).toMatchObject([{ deletePolicy: 'ignore' }]);
	expect(await verifyAudit(store)).toMatchObject({ ok: true, rows: 2 });
	await store.close();
	// Into tables of this version it does not go.
	const current = await place(kind);
	await (await Store.open(await current.backend())).close();
	const restoring = restoreStore(await current.backend(), file);
	await expect(restoring).rejects.toThrow('older version');
});

test.each(STORE_KINDS)('%s: it holds one state of a store that goes on', async (kind) => {
	const source = await filled(kind);
	const store = await Store.open(await source.backend());
	const add = (from: number) =>
		store.transaction(async (tx) => {
			const numbers = Array.from({ length: 300 }, (_, index) => from + index);
			await tx.identity.addEntities(
				numbers.map((number) => ({ number, createdBy: 'x' })),
				START,
			);
			await tx.audit.append(numbers.map(() => ({ at: START, kind: 'entity' })));
		});
	await add(100);
	const backing = backedUp(source);
	for (let turn = 1; turn < 6; turn += 1) await add(100 + turn * 300);
	const file = await backing;
	await store.close();
	const { tables } = JSON.parse(linesOf(file)[0] ?? '') as {
		tables: Array<{ name: string; rows: number }>;
	};
	const rows = Object.fromEntries(tables.map(({ name, rows: count }) => [name, count]));
	// Each transaction added as many of the one as of the other.
	expect((rows['audit'] ?? 0) - 2).toBe((rows['entities'] ?? 0) - 3);
	const target = await place('sqlite');
	await restoreStore(await target.backend(), file);
});

test.each(STORE_KINDS)('%s: only an empty store takes a backup', async (kind) => {
	const file = await backedUp(await filled('sqlite'));
	const target = await filled(kind);
	const before = rowsOf(await backedUp(target));
	const restoring = restoreStore(await target.backend(), file);
	await expect(restoring).rejects.toThrow('is not empty');
	expect(rowsOf(await backedUp(target))).toEqual(before);
});

function written(content: Buffer | string): string {
	const file = newFile();
	writeFileSync(file, content);
	return file;
}

/** A backup of these lines, with a trailer that fits. */
function sealed(lines: string[]): string {
	const text = lines.map((line) => `${line}\n`).join('');
	const sha256 = createHash('sha256').update(text).digest('hex');
	return written(gzipSync(`${text}${JSON.stringify({ rows: lines.length - 1, sha256 })}\n`));
}

describe.each(STORE_KINDS)('%s: a damaged backup restores nothing', (kind) => {
	const damage: Array<[string, (file: string) => string, string]> = [
		['cut off', (file) => written(readFileSync(file).subarray(0, -40)), 'end is missing'],
		['another file', () => written('no gzip at all'), 'cannot be unpacked'],
		['no backup', () => written(gzipSync('{"a":1}\n')), 'is not a backup'],
		['no file', () => join(folder, 'absent'), 'There is no file'],
		['one letter', (file) => changed(file, (text) => text.replace('U1001', 'U1009')), 'checksum'],
		['a row taken out', (file) => withoutLine(file, 3), 'rows are missing'],
		['no trailer', (file) => withoutLine(file, -1), 'end is missing'],
		['more after it', (file) => changed(file, (text) => `${text}[0]\n`), 'follows its end'],
		['no JSON', (file) => changed(file, (text) => text.replace('\n[', '\n{[')), 'no row'],
		[
			'a row too short',
			(file) => changed(file, (text) => text.replace(/\n\[0,.*/, '\n[0]')),
			'fit',
		],
		[
			'newer tables',
			(file) => changed(file, (text) => text.replace('2026_11_22_initial', '2999_01_01_x')),
			'newer version',
		],
		[
			'newer format',
			(file) => changed(file, (text) => text.replace('"version":1', '"version":2')),
			'format 2',
		],
	];

	function changed(file: string, change: (text: string) => string): string {
		const text = gunzipSync(readFileSync(file)).toString();
		const result = change(text);
		expect(result).not.toBe(text);
		return written(gzipSync(result));
	}

	function withoutLine(file: string, index: number): string {
		return changed(file, (text) => {
			const lines = text.trimEnd().split('\n');
			lines.splice(index, 1);
			return `${lines.join('\n')}\n`;
		});
	}

	let file: string;
	beforeAll(async () => {
		file = await backedUp(await filled('sqlite'));
	});

	test.each(damage)('%s', async (_what, harm, message) => {
		const target = await place(kind);
		const restoring = restoreStore(await target.backend(), harm(file));
		await expect(restoring).rejects.toThrow(BackupError);
		await expect(restoring).rejects.toThrow(message);
		// It is as empty as before, so the right backup goes in.
		await restoreStore(await target.backend(), file);
		expect(rowsOf(await backedUp(target))).toEqual(rowsOf(file));
	});
});

test('no file is overwritten, none is left half written, and only its owner reads it', async () => {
	const source = await filled('sqlite');
	const file = await backedUp(source);
	await expect(backupStore(await source.backend(), file)).rejects.toThrow('exists already');
	expect(statSync(file).mode & 0o777).toBe(0o600);
	const empty = await place('sqlite');
	const other = newFile();
	await expect(backupStore(await empty.backend(), other)).rejects.toThrow('no store');
	expect(existsSync(other) || existsSync(`${other}.part`)).toBe(false);
});
