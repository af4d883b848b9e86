/**
 * A Node.js that is new enough (n8n wants 24, `node:sqlite` and jsforce 22.16), whatever the
 * machine has: the running one, else the binary that the npm package `node-<platform>-<arch>`
 * brings, at the version and checksum of the host's lock file.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { InstallFailure, installOnce, runNpm } from './install-once.mjs';

export const HOST_MANIFEST = fileURLToPath(new URL('../test/e2e/n8n-host/', import.meta.url));
export const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

/** True if `version` (24.1.0) is at least `wanted` (22.16). */
export function isAtLeast(version, wanted) {
	const [a, b] = [version, wanted].map((text) => text.replace(/^v/, '').split('.').map(Number));
	const place = [0, 1, 2].find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
	return place === undefined || (a[place] ?? 0) > (b[place] ?? 0);
}

/** The lock file's entry of this platform's Node.js package; undefined where there is none. */
export async function nodePackageEntry() {
	const lock = JSON.parse(await readFile(join(HOST_MANIFEST, 'package-lock.json'), 'utf8'));
	return lock.packages[`node_modules/${NODE_PACKAGE}`];
}

/**
 * @param {{ atLeast?: string, onProgress?: (line: string) => void }} [options]
 * @returns {Promise<string>} path of a Node.js binary
 */
export async function ensureNode({ atLeast = '24', onProgress = () => {} } = {}) {
	if (isAtLeast(process.version, atLeast)) return process.execPath;
	const entry = await nodePackageEntry();
	if (entry === undefined) {
		throw new InstallFailure(
			`Node.js ${atLeast} or newer is needed and this is ${process.version}. Install a newer Node.js and run this again.`,
		);
	}
	const root = await installOnce({
		name: `node-${entry.version}-${process.platform}-${process.arch}`,
		fill: (folder) => installNode(folder, entry, onProgress),
		onProgress,
	});
	return nodeBinary(root);
}

/** Path of the Node.js binary in a folder that holds the platform's package. */
export function nodeBinary(root) {
	const path = join(root, 'node_modules', NODE_PACKAGE, 'bin', 'node');
	if (existsSync(path)) return path;
	throw new InstallFailure(`${path} is missing. Delete ${root} and run this again.`);
}

async function installNode(folder, entry, onProgress) {
	const manifest = {
		name: 'crm-fabric-node',
		version: '1.0.0',
		private: true,
		dependencies: { [NODE_PACKAGE]: entry.version },
	};
	const { optional: _optional, ...locked } = entry;
	const lock = {
		name: manifest.name,
		version: manifest.version,
		lockfileVersion: 3,
		requires: true,
		packages: { '': manifest, [`node_modules/${NODE_PACKAGE}`]: locked },
	};
	await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
	await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
	await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
		cwd: folder,
		what: `Installing Node.js ${entry.version} into the cache`,
		onProgress,
	});
}
