/**
 * The real n8n for the demo and the end-to-end tests: about 2.9 GB, installed once into the cache
 * (`CRM_FABRIC_CACHE`, else ~/.cache/n8n-nodes-crm-fabric) under the hash of its lock file.
 * Run on its own it installs and prints where: `node scripts/n8n-host.mjs`.
 */
import { createHash } from 'node:crypto';
import { copyFile, readFile, rm, statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InstallFailure, cacheRoot, installOnce, runNpm } from './install-once.mjs';
import { HOST_MANIFEST, NODE_PACKAGE, isAtLeast, nodeBinary, nodePackageEntry } from './node24.mjs';

const MANIFEST_FILES = ['package.json', 'package-lock.json'];
const NEEDED_BYTES = 4 * 1024 ** 3;
/** n8n's own lower limit (its package.json, `engines`). */
const NODE_FOR_N8N = '24';

/**
 * @param {{ onProgress?: (line: string) => void }} [options]
 * @returns {Promise<{ n8nBin: string, nodeBin: string, root: string }>} n8nBin is a script for nodeBin
 */
export async function ensureHost({ onProgress = () => {} } = {}) {
	const bundled = (await nodePackageEntry()) !== undefined;
	if (!bundled && !isAtLeast(process.version, NODE_FOR_N8N)) {
		throw new InstallFailure(
			`n8n needs Node.js ${NODE_FOR_N8N} or newer and this is ${process.version}. Install a newer Node.js and run this again.`,
		);
	}
	const root = await installOnce({
		name: `n8n-${await manifestHash()}`,
		fill: (folder) => installN8n(folder, bundled, onProgress),
		onProgress,
	});
	return {
		root,
		nodeBin: bundled ? nodeBinary(root) : process.execPath,
		n8nBin: join(root, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
}

async function manifestHash() {
	const hash = createHash('sha256');
	for (const file of MANIFEST_FILES) hash.update(await readFile(join(HOST_MANIFEST, file)));
	return hash.digest('hex').slice(0, 12);
}

async function installN8n(folder, bundled, onProgress) {
	await requireSpace(folder);
	for (const file of MANIFEST_FILES) await copyFile(join(HOST_MANIFEST, file), join(folder, file));
	onProgress('First run: a real n8n (about 2.9 GB, 4 minutes) is installed into the cache.');
	// Scripts stay off: one dependency (a Kafka client) would try to download and compile C libraries.
	await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'], {
		cwd: folder,
		what: 'Installing n8n',
		onProgress,
	});
	const env = bundled ? bundledNodeEnvironment(folder) : {};
	await runNpm(
		['rebuild', 'sqlite3', 'isolated-vm', '--ignore-scripts=false', '--no-audit', '--no-fund'],
		{
			cwd: folder,
			what: 'Building the native modules that n8n needs',
			env,
			onProgress,
		},
	);
}

/** Native modules must be built by, and against the headers of, the Node.js that will load them. */
function bundledNodeEnvironment(folder) {
	const path = [dirname(nodeBinary(folder)), process.env.PATH].join(delimiter);
	return { PATH: path, npm_config_nodedir: join(folder, 'node_modules', NODE_PACKAGE) };
}

async function requireSpace(folder) {
	const { bavail, bsize } = await statfs(folder);
	if (bavail * bsize >= NEEDED_BYTES) return;
	await rm(folder, { recursive: true, force: true });
	throw new InstallFailure(
		`The cache folder ${cacheRoot()} has less than 4 GB free. Free some, or set CRM_FABRIC_CACHE to a folder on another disk.`,
	);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	ensureHost({ onProgress: (line) => process.stderr.write(`${line}\n`) }).then(
		(host) => process.stdout.write(`${JSON.stringify(host, null, '\t')}\n`),
		(error) => {
			process.stderr.write(`${error instanceof InstallFailure ? error.message : error.stack}\n`);
			process.exitCode = 1;
		},
	);
}
