/** `npm run new-connector`: what it makes is whole, bears no other name, and type-checks. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
const GENERATOR = join(ROOT, 'scripts/new-connector.mjs');

let to: string;
beforeEach(async () => {
	to = await mkdtemp(join(tmpdir(), 'crm-fabric-connector-'));
});
afterEach(() => rm(to, { recursive: true }));

const generate = (...args: string[]) => run(process.execPath, [GENERATOR, ...args, '--to', to]);

async function filesUnder(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.sort();
}

test('every file of the example is made, and none bears its name', async () => {
	const { stdout } = await generate('acme', '--title', 'Acme Clients');
	const made = await filesUnder(to);
	const example = await filesUnder(join(__dirname, 'pocket'));
	expect(made).toHaveLength(example.length);
	expect(made).toEqual(
		expect.arrayContaining([
			'lib/connectors/acme/index.ts',
			'lib/connectors/acme/objects/note.ts',
			'test/connectors/acme/acme-crm.ts',
			'test/connectors/acme/acme.test.ts',
		]),
	);
	for (const file of made) {
		const text = await readFile(join(to, file), 'utf8');
		expect(`${file}: ${text}`).not.toMatch(/pocket/i);
		expect(stdout).toContain(`made ${file}`);
	}
	const client = await readFile(join(to, 'lib/connectors/acme/client.ts'), 'utf8');
	expect(client).toContain("export const CRM = 'Acme Clients';");
	expect(client).toContain("from '../rest';");
});

test('what it makes type-checks as a part of the project', async () => {
	await generate('acme');
	await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
	const tsconfig = {
		extends: join(ROOT, 'tsconfig.json'),
		// Imports lead on into the repository, as they would from within it.
		compilerOptions: { rootDirs: [to, ROOT] },
		include: ['lib', 'test'],
	};
	await writeFile(join(to, 'tsconfig.json'), JSON.stringify(tsconfig));
	const checked = await run(process.execPath, [
		require.resolve('typescript/bin/tsc'),
		...['-p', to, '--pretty', 'false'],
	]).catch((error: { stdout: string }) => error);
	expect(checked.stdout).toBe('');
});

test.each([[[]], [['Acme']], [['pocket']], [['acme', 'more']]])(
	'refuses %j and says what to do',
	async (args: string[]) => {
		await expect(generate(...args)).rejects.toMatchObject({
			...{ code: 1, stderr: expect.stringMatching(/Say how|take 2 to 30/) as string },
		});
		expect(await readdir(to)).toEqual([]);
	},
);

test('writes over nothing', async () => {
	await mkdir(join(to, 'lib/connectors/acme'), { recursive: true });
	await expect(generate('acme')).rejects.toMatchObject({
		stderr: expect.stringContaining('is there already') as string,
	});
	expect(await filesUnder(to)).toEqual([]);
});
