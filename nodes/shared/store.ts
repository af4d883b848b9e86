/** The store that a node's CRM Fabric Store credential names. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';
import { ConfigurationFailure, openFabric, type Fabric, type StoreLocation } from '../../lib';

export const STORE_CREDENTIAL = 'crmFabricStoreApi';

const DEFAULT_FILE = 'crm-fabric.sqlite';

type StoreUser = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions | IWebhookFunctions;

/** Opens the store, or gives the one that this process has open. Throws NodeOperationError. */
export async function fabricOf(context: StoreUser): Promise<Fabric> {
	const credentials = await context.getCredentials(STORE_CREDENTIAL);
	try {
		return await openFabric(storeLocation(credentials));
	} catch (error) {
		const description =
			error instanceof ConfigurationFailure
				? error.hint
				: 'Check the CRM Fabric Store credential. If the store was damaged, put a backup in its place.';
		const reason = error instanceof Error ? error : String(error);
		throw new NodeOperationError(context.getNode(), reason, { description });
	}
}

/** Throws ConfigurationFailure if the credential names no usable place. */
export function storeLocation(credentials: ICredentialDataDecryptedObject): StoreLocation {
	return credentials.type === 'postgres' ? postgresOf(credentials) : sqliteOf(credentials);
}

function sqliteOf(credentials: ICredentialDataDecryptedObject): StoreLocation {
	const given = textOf(credentials.filePath);
	if (given === undefined) return { type: 'sqlite', path: join(n8nFolder(), DEFAULT_FILE) };
	const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : given;
	if (isAbsolute(path)) return { type: 'sqlite', path };
	throw new ConfigurationFailure(
		`"File Path" of the store must be absolute, but is "${given}".`,
		'Enter the whole path, beginning at the root, or leave the field empty.',
	);
}

const SSL = ['disable', 'require', 'verify'] as const;

function postgresOf(credentials: ICredentialDataDecryptedObject): StoreLocation {
	const { password, ssl } = credentials;
	return {
		type: 'postgres',
		host: required(credentials, 'host', 'Host'),
		port: portOf(credentials.port),
		database: required(credentials, 'database', 'Database'),
		user: required(credentials, 'user', 'User'),
		// Blanks at its ends belong to a password.
		password: typeof password === 'string' && password !== '' ? password : undefined,
		ssl: SSL.find((mode) => mode === ssl) ?? 'disable',
		ca: textOf(credentials.ca),
		schema: textOf(credentials.schema),
	};
}

function required(
	credentials: ICredentialDataDecryptedObject,
	name: string,
	label: string,
): string {
	const text = textOf(credentials[name]);
	if (text !== undefined) return text;
	throw new ConfigurationFailure(
		`"${label}" of the store is empty.`,
		'Fill it in, or choose the type SQLite File, which needs no server.',
	);
}

const MAX_PORT = 65_535;

function portOf(value: unknown): number | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const port = Number(value);
	if (Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port;
	throw new ConfigurationFailure(
		'"Port" of the store is no port.',
		'Enter a whole number from 1 to 65535; PostgreSQL has 5432 as a rule.',
	);
}

/** Without blanks at its ends; undefined if nothing is left. */
function textOf(value: unknown): string | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	return text === '' ? undefined : text;
}

/** n8n's own folder, computed as n8n 2.40 does (`@n8n/config`, getN8nFolder). */
export function n8nFolder(env: NodeJS.ProcessEnv = process.env): string {
	const home = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
	return join(env.N8N_USER_FOLDER ?? home ?? process.cwd(), '.n8n');
}
