/** docs/structure.md says which folder uses which: as it is in the code, no more and no less. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/structure.md'), 'utf8');

/** `lib/merge` -> the folders beside it that the page lets it use. */
function usesOnPage(): Map<string, Set<string>> {
	const rows = PAGE.matchAll(/^\| `lib\/([a-z]+)` +\|.*\| ([a-z, -]+?) +\|$/gm);
	return new Map(
		[...rows].map(([, folder = '', uses = '']) => [
			folder,
			new Set(uses.split(', ').filter((name) => name !== '-')),
		]),
	);
}

function filesOf(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
		.map((file) => join(ROOT, folder, file));
}

/** What a file imports of this project, from the root on. */
function importsOf(file: string): string[] {
	const source = readFileSync(file, 'utf8');
	const found = source.matchAll(/^(?:import|export|\}) [^;]*?from '(\.[^']*)';/gms);
	return [...found].map(([, path = '']) => relative(ROOT, join(dirname(file), path)));
}

function usesInCode(folder: string): Set<string> {
	const used = filesOf(`lib/${folder}`).flatMap(importsOf);
	const folders = used.flatMap((path) => /^lib\/([a-z]+)\//.exec(path)?.[1] ?? []);
	return new Set(folders.filter((name) => name !== folder));
}

const FOLDERS = readdirSync(join(ROOT, 'lib'), { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name);

test('every folder of lib is on the page', () => {
	expect([...usesOnPage().keys()].sort()).toEqual([...FOLDERS].sort());
});

test.each(FOLDERS)('lib/%s uses what the page says', (folder) => {
	expect([...usesInCode(folder)].sort()).toEqual([...(usesOnPage().get(folder) ?? [])].sort());
});

test('nothing in lib uses the nodes, and the nodes use only the door to lib', () => {
	const upward = filesOf('lib')
		.flatMap(importsOf)
		.filter((path) => !path.startsWith('lib'));
	expect(upward).toEqual([]);
	const used = filesOf('nodes').flatMap(importsOf);
	expect(used.filter((path) => path.startsWith('lib/'))).toEqual([]);
});
