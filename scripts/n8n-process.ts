/**
 * What running a real n8n on this machine takes: where it is installed, a quiet and closed
 * environment, free ports, command-line calls. {@link ./n8n-instance} puts it together.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface HostPaths {
	/** Folder with the host's `node_modules`. */
	root: string;
	nodeBin: string;
	/** A script for {@link nodeBin}. */
	n8nBin: string;
}

const INSTALL_LIMIT_MS = 30 * 60_000;
const COMMAND_LIMIT_MS = 120_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

let host: Promise<HostPaths> | undefined;

/** The installed n8n; installs it the first time (about 3 minutes, progress on standard error). */
export async function n8nHost(): Promise<HostPaths> {
	host ??= askForHost();
	return await host;
}

function askForHost(): Promise<HostPaths> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [join(__dirname, 'n8n-host.mjs')], {
			stdio: ['ignore', 'pipe', 'inherit'],
			timeout: INSTALL_LIMIT_MS,
		});
		let output = '';
		child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(JSON.parse(output) as HostPaths);
			else reject(new Error('The real n8n could not be installed; the lines above say why.'));
		});
	});
}

/** Packs the built package (`npm run build` before) into `folder` and returns the tarball's path. */
export async function packPackage(folder: string): Promise<string> {
	const root = join(__dirname, '..');
	if (!existsSync(join(root, 'dist', 'lib', 'index.js'))) {
		throw new Error('The package is not built. Run `npm run build` first.');
	}
	await mkdir(folder, { recursive: true });
	const { stdout } = await promisify(execFile)(
		'npm',
		['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`],
		{ cwd: root },
	);
	const [packed] = JSON.parse(stdout) as Array<{ filename: string }>;
	if (packed === undefined) throw new Error('npm pack made no tarball.');
	return join(folder, packed.filename);
}

/** Variables of the surrounding process that n8n may see; NODE_ENV, npm's and jest's stay outside. */
const PASSED_ON =
	/^(HOME|LANG|LC_.*|TMPDIR|TZ|(https?|no)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_.*)$/i;

/** Quiet, offline and by itself: no telemetry, no look-ups of templates, versions or licences. */
const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_PYTHON_ENABLED: 'false',
	N8N_SECURE_COOKIE: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry',
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	// n8n 3.0 turns unverified packages off unless told otherwise.
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
};

export function n8nEnvironment(paths: HostPaths, userFolder: string): Record<string, string> {
	const passed = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
	return {
		NO_PROXY: '127.0.0.1,localhost',
		...(Object.fromEntries(passed) as Record<string, string>),
		...QUIET,
		// n8n starts its task runner with the `node` that it finds on the PATH.
		PATH: [dirname(paths.nodeBin), process.env.PATH ?? ''].join(delimiter),
		N8N_USER_FOLDER: userFolder,
	};
}

/** A port that was free just now. */
export async function freePort(): Promise<number> {
	return await new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			const port = typeof address === 'object' && address !== null ? address.port : 0;
			server.close(() => resolve(port));
		});
	});
}

/** One n8n command to its end, e.g. `['import:workflow', '--input=…']`. Returns what it printed. */
export async function runN8n(
	paths: HostPaths,
	args: string[],
	env: Record<string, string>,
): Promise<string> {
	// The command's own broker must not collide with that of a running n8n.
	const closed = { ...env, N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
	try {
		const { stdout } = await promisify(execFile)(paths.nodeBin, [paths.n8nBin, ...args], {
			env: closed,
			timeout: COMMAND_LIMIT_MS,
			maxBuffer: MAX_OUTPUT,
		});
		return stdout;
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
		throw new Error(`n8n ${args[0] ?? ''} failed:\n${lastLines(`${stdout}\n${stderr}`)}`);
	}
}

/** Starts n8n as the leader of a process group of its own: ending it ends its task runner too. */
export function spawnN8n(
	paths: HostPaths,
	logFile: string,
	env: Record<string, string>,
): ChildProcess {
	const log = openSync(logFile, 'a');
	const child = spawn(paths.nodeBin, [paths.n8nBin, 'start'], {
		env,
		detached: true,
		stdio: ['ignore', log, log],
	});
	closeSync(log);
	return child;
}

/** Signals the process group that `child` leads; nothing if it has ended. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined || hasEnded(child)) return;
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}

export function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}

const SHOWN_LINES = 25;

function lastLines(text: string): string {
	return text.trim().split('\n').slice(-SHOWN_LINES).join('\n');
}

export function endOfLog(logFile: string): string {
	return lastLines(readFileSync(logFile, 'utf8'));
}
