/** Three real processes on one store file, one of them killed: no window holds more calls than allowed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store } from '../../../lib/store/store';

const CALLS = 6;
const WINDOW_MS = 1_000;
const EACH = 10;

/** Only for runs that hang. */
jest.setTimeout(60_000);

let folder = '';

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'budget-'));
	const store = await Store.open(openSqlite(join(folder, 'store.sqlite')));
	await store.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(name: string) {
	const log = join(folder, name);
	writeFileSync(log, '');
	const script = join(__dirname, 'budget-process.ts');
	const numbers = [CALLS, WINDOW_MS, EACH].map(String);
	const args = ['--import', 'tsx', script, join(folder, 'store.sqlite'), log, ...numbers];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
	const ended = new Promise<string | number | null>((resolve) =>
		child.once('exit', (code, signal) => resolve(signal ?? code)),
	);
	const calls = () => readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number);
	const called = new Promise<void>((resolve) => {
		const watcher = watch(log, () => {
			if (calls().length === 0) return;
			watcher.close();
			resolve();
		});
	});
	return { child, ended, calls, called };
}

test('no window holds more calls than allowed, and the others go on', async () => {
	const processes = ['a', 'b', 'c'].map(start);
	const [killed, ...others] = processes;
	await killed?.called;
	killed?.child.kill('SIGKILL');
	expect(await killed?.ended).toBe('SIGKILL');
	for (const { ended } of others) expect(await ended).toBe(0);
	const times = processes.flatMap(({ calls }) => calls());
	expect(times.length).toBeGreaterThanOrEqual(2 * EACH + 1);
	for (const from of times) {
		const inWindow = times.filter((at) => at >= from && at < from + WINDOW_MS);
		expect(inWindow.length).toBeLessThanOrEqual(CALLS);
	}
});
