/** From a store's location to what `pg` needs to connect. No text made here holds the password. */
import { createHash } from 'node:crypto';
import { types, type ClientConfig } from 'pg';
import { ConfigurationFailure } from '../../model/failures';
import type { PostgresLocation } from '../location';

const DEFAULT_SCHEMA = 'crm_fabric';
const DEFAULT_PORT = 5432;
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

const CONNECT_TIMEOUT_MS = 15_000;
/** Also the longest wait for the other writers. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** A process that froze inside a transaction must not stop all the others. */
const IDLE_IN_TRANSACTION_MS = 60_000;

export interface PostgresSettings {
	config: ClientConfig;
	schema: string;
	/** `postgresql://user@host:5432/database?schema=crm_fabric`: names the store to people. */
	name: string;
}

/** Throws ConfigurationFailure for a location that cannot be meant. */
export function postgresSettings(location: PostgresLocation): PostgresSettings {
	const fromUrl = location.connectionString === undefined ? undefined : urlParts(location);
	const schema = location.schema ?? fromUrl?.schema ?? DEFAULT_SCHEMA;
	if (!SCHEMA_NAME.test(schema)) {
		throw new ConfigurationFailure(
			`"${schema}" cannot be the schema of the store.`,
			'Use lower-case letters, digits and underscores, 40 at most, e.g. crm_fabric.',
		);
	}
	const { config, name } = fromUrl ?? fieldParts(location);
	return {
		schema,
		name: `${name}?schema=${schema}`,
		config: {
			...config,
			options: [fromUrl?.options, `-c search_path=${schema}`].join(' ').trim(),
			application_name: 'crm-fabric',
			connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
			statement_timeout: STATEMENT_TIMEOUT_MS,
			idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
			keepAlive: true,
			types: { getTypeParser: parserOf },
		},
	};
}

function urlParts({ connectionString = '' }: PostgresLocation) {
	const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined;
	if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
		throw new ConfigurationFailure(
			'The connection string of the store is not one of PostgreSQL.',
			'It looks like postgresql://user:password@host:5432/database; special characters of the password are percent-encoded.',
		);
	}
	const schema = url.searchParams.get('schema') ?? undefined;
	// Both would hide what is set here.
	const options = url.searchParams.get('options') ?? '';
	url.searchParams.delete('schema');
	url.searchParams.delete('options');
	const host = url.host || (url.searchParams.get('host') ?? 'localhost');
	const name = `postgresql://${url.username && `${url.username}@`}${host}${url.pathname}`;
	return { config: { connectionString: url.href }, schema, name, options };
}

function fieldParts(location: PostgresLocation) {
	const { host = 'localhost', port = DEFAULT_PORT, database, user, password } = location;
	const at = user === undefined ? '' : `${user}@`;
	const name = `postgresql://${at}${host}:${port}/${database ?? ''}`;
	return { config: { host, port, database, user, password, ssl: sslOf(location) }, name };
}

function sslOf({ ssl = 'disable', ca }: PostgresLocation): ClientConfig['ssl'] {
	switch (ssl) {
		case 'disable':
			return false;
		case 'require':
			return { rejectUnauthorized: false };
		case 'verify':
			return ca === undefined ? true : { ca };
	}
}

/** Sequence numbers, ms and counts stay far below 2^53; `pg` would give them as text. */
function parserOf(oid: number, format?: 'text' | 'binary') {
	if (oid === types.builtins.INT8 || oid === types.builtins.NUMERIC) return Number;
	return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid);
}

/** Advisory locks and channels belong to the whole database: each store derives its own. */
export function lockKeyOf(schema: string): string {
	const digest = createHash('sha256').update(`crm-fabric/${schema}`).digest();
	return digest.readBigInt64BE().toString();
}

export function channelOf(schema: string): string {
	return `crm_fabric_${schema}`;
}
