/** The command line as a process of its own, on both databases. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Store } from '../../../lib/store/store';
import { emptyStore, STORE_KINDS, type TestStore } from '../../support/stores';
import { makeFirstVersion } from '../store/first-version';

const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN = join(__dirname, '../../../lib/cli/main.ts');

interface Run {
	code: number;
	out: string;
	err: string;
}

function cli(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
	return new Promise((resolve) => {
		const command = ['--import', 'tsx', '--disable-warning=ExperimentalWarning', MAIN, ...args];
		const options = { env: { ...process.env, CRM_FABRIC_STORE: '', ...env } };
		execFile(process.execPath, command, options, (error, out, err) => {
			const code = error === null ? 0 : Number(error.code ?? -1);
			resolve({ code, out, err });
		});
	});
}

describe.each(STORE_KINDS)('%s', (kind) => {
	let place: TestStore;
	beforeEach(async () => {
		place = await emptyStore(kind);
		await makeFirstVersion(await place.backend());
	});
	afterEach(() => place.remove());
	const onStore = (args: string[], store = place) => cli(args, { CRM_FABRIC_STORE: store.text });

	test('migrate, verify, backup, restore into the other kind, info', async () => {
		const early = await onStore(['verify']);
		expect(early).toMatchObject({ code: 1, err: expect.stringContaining('older version') });
		expect((await onStore(['migrate'])).out).toContain('Done: 2026_11_23_engine');
		const verified = await onStore(['verify', '--json']);
		expect(JSON.parse(verified.out)).toMatchObject({ ok: true, rows: 2 });

		const file = join(folder, `${kind}.backup`);
		const backup = await onStore(['backup', '--to', file]);
		expect(backup).toMatchObject({ code: 0, err: '' });
		expect((await cli(['verify', '--backup', file])).out).toContain('The backup is whole');

		const target = await emptyStore(kind === 'sqlite' ? 'postgres' : 'sqlite');
		const restored = await onStore(['restore', '--from', file], target);
		expect(restored).toMatchObject({ code: 0, err: '' });
		const [here, there] = await Promise.all([
			onStore(['info', '--json']),
			onStore(['info', '--json'], target),
		]);
		const { tables } = JSON.parse(here.out) as { tables: Record<string, number> };
		expect(JSON.parse(there.out)).toMatchObject({ pending: [], tables });
		expect(tables['audit']).toBe(2);
		await target.remove();
	}, 60_000);

	test('a trail that was altered is told, with exit code 1', async () => {
		await (await Store.open(await place.backend())).close();
		await alterTrail(place);
		const verified = await onStore(['verify']);
		expect(verified.code).toBe(1);
		expect(verified.out).toContain('altered, first at row 1');
	}, 60_000);
});

async function alterTrail({ location }: TestStore): Promise<void> {
	if (location.type === 'sqlite') {
		const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
		const database = new DatabaseSync(location.path);
		database.exec('drop trigger audit_no_update; update audit set at = 7 where seq = 1');
		return database.close();
	}
	const client = new Client({ connectionString: location.connectionString });
	await client.connect();
	await client.query(`set search_path = ${location.schema}`);
	await client.query(
		'alter table audit disable trigger all; update audit set at = 7 where seq = 1',
	);
	await client.end();
}

test('a mistyped path makes no file, and is told', async () => {
	const path = join(folder, 'absent.db');
	const result = await cli(['backup', '--store', path, '--to', join(folder, 'x')]);
	expect(result).toMatchObject({ code: 1, err: expect.stringContaining('There is no file') });
	expect(existsSync(path)).toBe(false);
});

test('a password on the command line is warned about, and not repeated', async () => {
	const result = await cli(['info', '--store', 'postgresql://me:Tr0ub4dor@127.0.0.1:1/x']);
	expect(result).toMatchObject({ code: 1, err: expect.stringContaining('list of processes') });
	expect(result.err + result.out).not.toContain('Tr0ub4dor');
});

test('what cannot be understood ends with 2', async () => {
	expect(await cli(['vacuum'])).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
	expect((await cli(['--help'])).out).toContain('crm-fabric backup');
});
