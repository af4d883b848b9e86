/** Opening a store on PostgreSQL: who gets in, what is said to who does not, and who is told of what. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { ConfigurationFailure } from '../../../lib/connectors/connector';
import { closeFabrics, openFabric, type PostgresLocation } from '../../../lib/open';
import { openBackend } from '../../../lib/store/open-backend';
import { PostgresSignals } from '../../../lib/store/postgres/signals';
import { freshSchema, type FreshSchema } from '../../support/postgres';
import { registration } from '../support/hub';

let fresh: FreshSchema;
let fields: PostgresLocation;
beforeAll(async () => {
	fresh = await freshSchema();
	const url = new URL(fresh.connectionString);
	fields = {
		type: 'postgres',
		host: url.hostname,
		port: Number(url.port),
		database: url.pathname.slice(1),
		user: url.username,
		password: url.password,
		schema: fresh.schema,
	};
});
afterAll(async () => {
	await closeFabrics();
	await fresh.drop();
});

test('one fabric a place and process, named by fields or by one line', async () => {
	const first = await openFabric(fields);
	expect(await openFabric({ ...fields })).toBe(first);
	await first.registerSystem(registration('wealthbox'));
	const other = await openFabric({ type: 'postgres', connectionString: fresh.connectionString });
	expect((await other.systems()).map(({ name }) => name)).toEqual(['wealthbox']);
});

test('two stores in one database do not see each other', async () => {
	const second = await freshSchema();
	const fabric = await openFabric(second.location);
	expect(await fabric.systems()).toEqual([]);
	await closeFabrics();
	await second.drop();
});

test('the schema is made if it is missing, unless the store must be there', async () => {
	const schema = `${fresh.schema}_new`;
	const opening = openBackend({ ...fields, schema }, { mustExist: true });
	await expect(opening).rejects.toThrow('There is no store');
	const fabric = await openFabric({ ...fields, schema });
	expect(await fabric.systems()).toEqual([]);
	await closeFabrics();
	const admin = new Client({ connectionString: fresh.location.connectionString });
	await admin.connect();
	await admin.query(`set client_min_messages = error; drop schema ${schema} cascade`);
	await admin.end();
});

async function failureOf(location: PostgresLocation): Promise<ConfigurationFailure> {
	const error: unknown = await openFabric(location).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(ConfigurationFailure);
	return error as ConfigurationFailure;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	return port;
}

const SECRET = 'Tr0ub4dor&3';

test.each<
	[string, (good: PostgresLocation) => Promise<PostgresLocation> | PostgresLocation, RegExp]
>([
	['wrong password', (good) => ({ ...good, password: SECRET }), /did not accept user and password/],
	['no password', (good) => ({ ...good, password: undefined }), /did not accept user and password/],
	['no such user', (good) => ({ ...good, user: 'nobody' }), /did not accept user and password/],
	['no such database', (good) => ({ ...good, database: 'absent' }), /no such database/],
	['nobody there', async (good) => ({ ...good, port: await closedPort() }), /cannot be reached/],
	[
		'no such host',
		(good) => ({ ...good, host: 'absent.invalid' }),
		/name (is not known|could not)/,
	],
	['no such socket', (good) => ({ ...good, host: '/tmp/absent' }), /no such Unix socket/],
	['SSL where there is none', (good) => ({ ...good, ssl: 'require' }), /does not speak SSL/],
	['a schema that is none', (good) => ({ ...good, schema: 'a"; drop' }), /cannot be the schema/],
	[
		'no connection string',
		() => ({ type: 'postgres', connectionString: `mysql://me:${SECRET}@localhost/x` }),
		/is not one of PostgreSQL/,
	],
	[
		'a broken connection string',
		() => ({ type: 'postgres', connectionString: `postgresql://me:${SECRET}@host:port/x` }),
		/is not one of PostgreSQL/,
	],
])('%s: says what is wrong and what to do, and no password', async (_what, spoil, message) => {
	const location = await spoil(fields);
	const failure = await failureOf(location);
	expect(failure.message).toMatch(message);
	expect(failure.hint.length).toBeGreaterThan(20);
	const text = `${failure.message} ${failure.hint} ${failure.stack} ${JSON.stringify(failure)}`;
	expect(text).not.toContain(SECRET);
	if (location.password !== undefined) expect(text).not.toContain(location.password);
});

test('a user without rights is told which one', async () => {
	const admin = new Client({ connectionString: fresh.location.connectionString });
	await admin.connect();
	const user = `${fresh.schema}_user`;
	await admin.query(`create user ${user} password '${SECRET}'`);
	const failure = await failureOf({ ...fields, user, password: SECRET, schema: `${user}_store` });
	expect(failure.message).toContain('the user lacks a right');
	expect(failure.hint).toContain('create a schema');
	await admin.query(`drop user ${user}`);
	await admin.end();
});

test('a wrong password does not ride on connections that are open', async () => {
	await openFabric(fields);
	await failureOf({ ...fields, password: SECRET });
	await openFabric(fields);
});

describe('signals', () => {
	const open: PostgresSignals[] = [];
	async function listener(location: PostgresLocation = fields): Promise<PostgresSignals> {
		const signals = new PostgresSignals(location);
		open.push(signals);
		await signals.ready;
		return signals;
	}
	afterEach(async () => {
		for (const signals of open.splice(0)) await signals.close();
	});

	test('wake up the other processes, and the own one once', async () => {
		const [here, there] = [await listener(), await listener()];
		const heard: string[] = [];
		here.on('deliveries', () => heard.push('here'));
		const told = Promise.all([once(there, 'deliveries'), once(there, 'events:wealthbox')]);
		here.emit('deliveries');
		here.emit('events:wealthbox');
		await told;
		// What comes back from there has passed everything that could have come twice.
		const answered = once(here, 'events:redtail');
		there.emit('events:redtail');
		await answered;
		expect(heard).toEqual(['here']);
	});

	test('stay within their store', async () => {
		const second = await freshSchema();
		const [here, near, far] = [await listener(), await listener(), await listener(second.location)];
		const heard: string[] = [];
		far.on('deliveries', () => heard.push('far'));
		const told = once(near, 'deliveries');
		here.emit('deliveries');
		await told;
		const mark = await listener(second.location);
		const marked = once(far, 'events:mark');
		mark.emit('events:mark');
		await marked;
		expect(heard).toEqual([]);
		for (const signals of open.splice(0)) await signals.close();
		await second.drop();
	});

	test('come back after the connection was lost, and wake up whoever may have missed one', async () => {
		const [here, there] = [await listener(), await listener()];
		const woken = Promise.all([once(here, 'deliveries'), once(there, 'deliveries')]);
		const admin = new Client({ connectionString: fresh.location.connectionString });
		await admin.connect();
		await admin.query(
			`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen "crm_fabric_${fresh.schema}"'`,
		);
		await admin.end();
		await woken;
		const told = once(there, 'events:redtail');
		here.emit('events:redtail');
		await told;
	});

	test('a fabric passes its own on', async () => {
		const fabric = await openFabric(fields);
		const there = await listener();
		const told = once(there, 'events:wealthbox');
		await fabric.registerSystem(registration('wealthbox'));
		fabric.signals.emit('events:wealthbox');
		await told;
	});
});
