/**
 * Builds `dist/`: the library with its libraries as one bundle (the published package has no
 * runtime dependencies), the command line as another, nodes and credentials file by file, icons and
 * codex files beside them.
 * Types are checked by `npm run typecheck`, not here.
 */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

const COMMON = {
	absWorkingDir: ROOT,
	platform: 'node',
	target: 'node22',
	format: 'cjs',
	logLevel: 'warning',
};

async function filesUnder(folder, wanted) {
	const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() && wanted(entry.name))
		.map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.sort();
}

/** `pg` looks for its native twin and does without it. */
const BUNDLE = {
	...COMMON,
	bundle: true,
	external: ['n8n-workflow', 'node:*', 'pg-native', 'cloudflare:sockets'],
	minify: true,
	keepNames: true,
	legalComments: 'none',
	metafile: true,
};

/** One bundle: connections and caches of the library must exist once in n8n's process. */
async function bundleLibrary() {
	return await build({
		...BUNDLE,
		entryPoints: ['lib/index.ts'],
		outfile: 'dist/lib/index.js',
	});
}

/** The command line runs in a process of its own. */
async function bundleCommandLine() {
	const outfile = 'dist/cli.js';
	const banner = { js: '#!/usr/bin/env node' };
	const result = await build({ ...BUNDLE, entryPoints: ['lib/cli/main.ts'], outfile, banner });
	await chmod(join(ROOT, outfile), 0o755);
	return result;
}

/** The licences of what went into the bundle ask that their text travels with it. */
async function writeNotices(inputs) {
	const names = inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
	const packages = [...new Set(names.filter((name) => name !== undefined))].sort();
	const notices = await Promise.all(packages.map(noticeOf));
	await writeFile(join(DIST, 'THIRD-PARTY-LICENSES.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
}

async function noticeOf(name) {
	const folder = join(ROOT, 'node_modules', name);
	const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
	const file = (await readdir(folder)).find((entry) =>
		/^(licen[cs]e|copying)(\.|-|$)/i.test(entry),
	);
	const text = file
		? await readFile(join(folder, file), 'utf8')
		: 'No licence text in the package.\n';
	return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/** Imports of `../../lib` stay as they are and find the bundle at run time. */
async function compileNodesAndCredentials() {
	const isSource = (name) =>
		name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.endsWith('.test.ts');
	const entryPoints = [
		...(await filesUnder('nodes', isSource)),
		...(await filesUnder('credentials', isSource)),
	];
	await requireIndexImports(entryPoints);
	await build({ ...COMMON, entryPoints, outdir: 'dist', outbase: '.', keepNames: true });
}

/** A node that reached past lib/index.ts would find no such file in the package. */
async function requireIndexImports(files) {
	for (const file of files) {
		const deep = /from '((?:\.\.\/)+lib\/(?!index')[^']+)'/.exec(
			await readFile(join(ROOT, file), 'utf8'),
		);
		if (deep)
			throw new Error(
				`${file} imports ${deep[1]}: export it from lib/index.ts and import it from there.`,
			);
	}
}

async function copyAssets() {
	const isAsset = (name) => /\.(svg|png|node\.json)$/.test(name);
	for (const file of [
		...(await filesUnder('nodes', isAsset)),
		...(await filesUnder('icons', isAsset)),
	]) {
		await mkdir(dirname(join(DIST, file)), { recursive: true });
		await cp(join(ROOT, file), join(DIST, file));
	}
}

/** n8n loads exactly what package.json lists: a file missing on either side fails here, not in n8n. */
async function checkRegistration() {
	const { n8n } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
	for (const [kind, ending] of [
		['nodes', '.node.ts'],
		['credentials', '.credentials.ts'],
	]) {
		const sources = await filesUnder(kind, (name) => name.endsWith(ending));
		const expected = sources.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
		const absent = n8n[kind].filter((path) => !existsSync(join(ROOT, path)));
		const unlisted = expected.filter((path) => !n8n[kind].includes(path));
		if (absent.length + unlisted.length > 0) {
			throw new Error(
				`package.json, n8n.${kind} must list exactly:\n${JSON.stringify(expected, null, '\t')}`,
			);
		}
	}
}

async function main() {
	await rm(DIST, { recursive: true, force: true });
	await mkdir(DIST);
	const bundles = [await bundleLibrary(), await bundleCommandLine()];
	await writeNotices(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
	await compileNodesAndCredentials();
	await copyAssets();
	await checkRegistration();
}

main().catch(async (error) => {
	// Half a package must not be packed. esbuild has told its own errors already.
	await rm(DIST, { recursive: true, force: true });
	process.stderr.write(`Build failed: ${error.message}\n`);
	process.exitCode = 1;
});
