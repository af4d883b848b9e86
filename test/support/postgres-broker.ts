/**
 * Lives in jest's own process (globalSetup) and hands out the one PostgreSQL server of the run. The
 * server starts when the first test asks; a run without such a test starts none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKER_VARIABLE, startPostgres, type PostgresServer } from './postgres';

interface Broker {
	folder: string;
	server: Server;
	postgres: Promise<PostgresServer> | undefined;
}

let broker: Broker | undefined;

/** Several projects of one run share it. */
export async function openBroker(): Promise<void> {
	if (process.env[BROKER_VARIABLE] !== undefined) return;
	const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-broker-'));
	const server = createServer((socket) => {
		socket.on('error', () => {});
		if (broker === undefined) return void socket.destroy();
		broker.postgres ??= startPostgres();
		broker.postgres.then(
			({ connectionString }) => socket.end(connectionString),
			(error: unknown) => socket.end(error instanceof Error ? error.message : String(error)),
		);
	});
	const path = join(folder, 'socket');
	await new Promise<void>((resolve) => server.listen(path, resolve));
	server.unref();
	broker = { folder, server, postgres: undefined };
	process.env[BROKER_VARIABLE] = path;
}

export async function closeBroker(): Promise<void> {
	if (broker === undefined) return;
	const { folder, server, postgres } = broker;
	broker = undefined;
	delete process.env[BROKER_VARIABLE];
	server.close();
	await (await postgres?.catch(() => undefined))?.stop();
	await rm(folder, { recursive: true });
}
