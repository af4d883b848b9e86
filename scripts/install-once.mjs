/**
 * Installs something big into the cache folder exactly once: filled in a sibling folder and renamed
 * when complete, under a lock file, so that an interrupted or a second run never sees half of it.
 * Plain Node 20, no dependencies: this runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const WAIT_STEP_MS = 2_000;
const MAX_WAIT_MS = 30 * 60_000;
const PROGRESS_EVERY_MS = 15_000;
const KEPT_OUTPUT = 20_000;

/** Where installed hosts live: `CRM_FABRIC_CACHE`, else a folder under the user's cache. */
export function cacheRoot() {
	const named = process.env.CRM_FABRIC_CACHE;
	return named ? named : join(homedir(), '.cache', 'n8n-nodes-crm-fabric');
}

/** An error whose text says what happened and what to do. */
export class InstallFailure extends Error {
	name = 'InstallFailure';
}

/**
 * The folder `<cache>/<name>`, filled by `fill(folder)` the first time.
 * @param {{ name: string, fill: (folder: string) => Promise<void>, onProgress: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function installOnce({ name, fill, onProgress }) {
	const target = join(cacheRoot(), name);
	if (existsSync(target)) return target;
	await mkdir(dirname(target), { recursive: true });
	const release = await takeLock(`${target}.lock`, () => existsSync(target), onProgress);
	if (release === null) return target;
	try {
		await removePartials(target);
		const partial = `${target}.partial-${process.pid}`;
		await mkdir(partial);
		await fill(partial);
		await rename(partial, target);
		return target;
	} finally {
		await release();
	}
}

/** Whoever holds the lock is alone: folders of earlier, broken-off runs may go. */
async function removePartials(target) {
	const folder = dirname(target);
	for (const entry of await readdir(folder)) {
		const path = join(folder, entry);
		if (path.startsWith(`${target}.partial-`)) await rm(path, { recursive: true, force: true });
	}
}

/** Resolves with the function that gives the lock back, or null if the work was done meanwhile. */
async function takeLock(path, isDone, onProgress) {
	const deadline = Date.now() + MAX_WAIT_MS;
	let told = false;
	while (Date.now() < deadline) {
		if (await createLock(path)) {
			const release = () => rm(path, { force: true });
			if (!isDone()) return release;
			await release();
			return null;
		}
		const holder = Number(await readFile(path, 'utf8').catch(() => ''));
		if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
		if (!told)
			onProgress(`another process (${holder || 'starting'}) installs this; waiting for it`);
		told = true;
		await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
		if (isDone()) return null;
	}
	throw new InstallFailure(
		`Another process has been installing for ${MAX_WAIT_MS / 60_000} minutes. If none is running, delete ${path} and start again.`,
	);
}

async function createLock(path) {
	try {
		const file = await open(path, 'wx');
		await file.writeFile(String(process.pid));
		await file.close();
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw new InstallFailure(
			`Cannot write to the cache folder ${dirname(path)} (${error.code}). Set CRM_FABRIC_CACHE to a folder that you may write to.`,
		);
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/**
 * Runs npm in `cwd`, with a line of progress every 15 seconds.
 * @param {string[]} args
 * @param {{ cwd: string, what: string, env?: Record<string, string>, onProgress: (line: string) => void }} options
 */
export async function runNpm(args, { cwd, what, env = {}, onProgress }) {
	const started = Date.now();
	const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
	onProgress(`${what} ...`);
	const ticker = setInterval(() => onProgress(`${what} ... ${elapsed()}`), PROGRESS_EVERY_MS);
	try {
		const { code, output } = await collect('npm', args, {
			cwd,
			env: { ...cleanEnvironment(), ...env },
		});
		if (code !== 0) throw new InstallFailure(explain(what, code, output));
		onProgress(`${what}: done in ${elapsed()}`);
	} finally {
		clearInterval(ticker);
	}
}

/** Without what an outer `npm run` tells its scripts: that belongs to the outer package. */
function cleanEnvironment() {
	const own =
		/^(npm_(package|lifecycle)_|npm_config_(local_prefix|ignore_scripts|nodedir)$|npm_(command|execpath)$|INIT_CWD$)/i;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function collect(command, args, options) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		const keep = (chunk) => {
			output = (output + chunk).slice(-KEPT_OUTPUT);
		};
		child.stdout.on('data', keep);
		child.stderr.on('data', keep);
		child.on('error', (error) =>
			reject(
				new InstallFailure(
					`Cannot start npm (${error.code}). Install Node.js with npm, and have both on the PATH.`,
				),
			),
		);
		child.on('close', (code) => resolve({ code, output }));
	});
}

const ADVICE = [
	[
		/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/,
		'The package registry cannot be reached: check the network, and `npm config get registry` and the proxy settings, then run this again.',
	],
	[
		/\bE401\b|\bE403\b/,
		'The package registry refuses access: check the log-in in your .npmrc, then run this again.',
	],
	[
		/\bE404\b|ETARGET/,
		'The package registry lacks a version that the lock file names: use a complete mirror of the public registry.',
	],
	[
		/EINTEGRITY/,
		'A downloaded package is not the one that the lock file names: run `npm cache verify`, then this again.',
	],
	[
		/ENOSPC/,
		'The disk is full: the host needs about 4 GB. Free some, or set CRM_FABRIC_CACHE to another disk.',
	],
	[
		/gyp ERR!|node-gyp/,
		'A native module could not be compiled: install a C++ compiler, make and Python 3, then run this again.',
	],
];

function explain(what, code, output) {
	const advice =
		ADVICE.find(([pattern]) => pattern.test(output))?.[1] ?? 'The last lines of npm say why.';
	const errors = output.split('\n').filter((line) => /error|ERR!/i.test(line));
	const shown = (errors.length > 0 ? errors : output.split('\n')).slice(-12).join('\n');
	return `${what}: npm ended with code ${code}. ${advice}\n${shown}`;
}
