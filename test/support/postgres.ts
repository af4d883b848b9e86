/**
 * A real PostgreSQL server for tests, benches and the simulation: Debian's own binaries on a folder of
 * its own, gone when it is stopped and also when the process that started it dies, however that happens.
 *
 * From a script run with tsx (nothing here needs jest):
 *
 *   const server = await startPostgres();
 *   const { location, connectionString } = await freshSchema(server.connectionString);
 *   const store = await Store.open(await openPostgres(location));   // or openFabric(location)
 *   ...
 *   await store.close();
 *   await server.stop();
 *
 * In jest tests call `sharedPostgres()` instead: one server for the whole run, started when the first test
 * asks for it, stopped by the run (test/support/postgres-broker.ts). For plain statements beside the
 * store open a `pg` Client on `connectionString` and `set search_path` to `location.schema`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { PostgresLocation } from '../../lib/store/location';

export interface PostgresServer {
	/** Of a superuser, with password, by TCP on 127.0.0.1. */
	connectionString: string;
	/** Folder of the Unix socket, on which no password is asked for. */
	socketFolder: string;
	stop: () => Promise<void>;
}

const USER = 'fabric';
const DATABASE = 'postgres';
const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** No durability, which tests do not need: a server that crashes with its machine has lost nothing. */
const SETTINGS = [
	'fsync=off',
	'synchronous_commit=off',
	'full_page_writes=off',
	'max_connections=100',
	'shared_buffers=64MB',
	'log_min_messages=fatal',
];

/** Takes about two seconds. Throws with what to install if there is no PostgreSQL. */
export async function startPostgres(): Promise<PostgresServer> {
	const binaries = findBinaries();
	const owner = unprivileged();
	const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-pg-'));
	await chmod(folder, 0o700);
	const password = randomBytes(16).toString('hex');
	await writeFile(join(folder, 'password'), password, { mode: 0o600 });
	if (owner !== undefined) {
		await chown(join(folder, 'password'), owner.uid, owner.gid);
		await chown(folder, owner.uid, owner.gid);
	}
	const port = await freePort();
	const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', binaries, folder, String(port), ...flags()], {
		...owner,
		cwd: folder,
		env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	const connectionString = `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
	const stop = () => stopServer(child, folder);
	try {
		await untilReady(child, connectionString);
	} catch (error) {
		const log = await readFile(join(folder, 'log'), 'utf8').catch(() => 'It wrote no log.');
		await stop();
		throw new Error(`PostgreSQL did not start. ${log.trim()}`, { cause: error });
	}
	return { connectionString, socketFolder: folder, stop };
}

/**
 * Sorts as people do and not by bytes, as most servers out there do: the store must not care.
 * $1 folder of the binaries, $2 of the server, $3 port, then flags. The server runs for as long as our end
 * of the pipe to its standard input is open: it closes with us even when we are killed.
 */
const SCRIPT = `
bin=$1 dir=$2 port=$3
shift 3
"$bin/initdb" -D "$dir/data" -U ${USER} -E UTF8 --locale=C.UTF-8 --no-sync \
	--locale-provider=icu --icu-locale=en-US \
	--auth-local=trust --auth-host=scram-sha-256 --pwfile="$dir/password" >"$dir/log" 2>&1 || exit 1
"$bin/postgres" -D "$dir/data" -k "$dir" -h 127.0.0.1 -p "$port" "$@" >>"$dir/log" 2>&1 &
pid=$!
cat >/dev/null
kill -INT "$pid" 2>/dev/null && wait "$pid"
rm -rf "$dir"
`;

function flags(): string[] {
	return SETTINGS.flatMap((setting) => ['-c', setting]);
}

function findBinaries(): string {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian) : [];
	const newest = versions.sort((a, b) => Number(b) - Number(a));
	const folders = [
		...newest.map((version) => join(debian, version, 'bin')),
		...(process.env['PATH'] ?? '').split(delimiter),
	];
	const found = folders.find(
		(folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
	);
	if (found === undefined) {
		throw new Error(
			'These tests need a PostgreSQL server, and there is none on this machine. On Debian and Ubuntu: apt-get install postgresql (15 or newer)',
		);
	}
	return found;
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const users = readFileSync('/etc/passwd', 'utf8').split('\n');
	for (const name of ['postgres', 'nobody']) {
		const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
		if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
	}
	throw new Error('PostgreSQL does not run as root. Make a user named postgres.');
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function untilReady(child: ChildProcess, connectionString: string): Promise<void> {
	const end = Date.now() + START_TIMEOUT_MS;
	for (;;) {
		const client = new Client({ connectionString });
		client.on('error', () => {});
		try {
			await client.connect();
			return await client.end();
		} catch (error) {
			if (Date.now() > end || child.exitCode !== null) throw error;
		}
		await sleep(LOOK_EVERY_MS);
	}
}

async function stopServer(child: ChildProcess, folder: string): Promise<void> {
	if (child.exitCode === null && child.signalCode === null) {
		const ended = new Promise((resolve) => child.once('exit', resolve));
		child.stdin?.end();
		await ended;
	}
	await rm(folder, { recursive: true, force: true });
}

/** Set by the run of jest (test/support/postgres-broker.ts). */
export const BROKER_VARIABLE = 'CRM_FABRIC_TEST_POSTGRES';

/** The connection string of the server of this run of jest. */
export function sharedPostgres(): Promise<string> {
	const path = process.env[BROKER_VARIABLE];
	if (path === undefined)
		throw new Error('Only tests share a server; others call startPostgres().');
	return new Promise((resolve, reject) => {
		let answer = '';
		const socket = connect(path);
		socket.setEncoding('utf8');
		socket.on('data', (text: string) => (answer += text));
		socket.on('error', reject);
		socket.on('end', () => {
			if (answer.startsWith('postgresql:')) resolve(answer);
			else reject(new Error(answer));
		});
	});
}

export interface FreshSchema {
	location: PostgresLocation;
	/** The same as one line, with `schema=`. */
	connectionString: string;
	schema: string;
	drop: () => Promise<void>;
}

/** An empty schema of its own in the server of this run, or in the given one. */
export async function freshSchema(server?: string): Promise<FreshSchema> {
	const base = server ?? (await sharedPostgres());
	const schema = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
	const run = async (statement: string) => {
		const client = new Client({ connectionString: base });
		await client.connect();
		await client.query(statement).finally(() => client.end());
	};
	await run(`create schema "${schema}"`);
	return {
		location: { type: 'postgres', connectionString: base, schema },
		connectionString: `${base}?schema=${schema}`,
		schema,
		drop: () => run(`set client_min_messages = error; drop schema "${schema}" cascade`),
	};
}
