/** The store that a node's CRM Fabric Store credential names. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type ITriggerFunctions,
} from 'n8n-workflow';
import { ConfigurationFailure, openFabric, type Fabric, type StoreLocation } from '../../lib';

export const STORE_CREDENTIAL = 'crmFabricStoreApi';

const DEFAULT_FILE = 'crm-fabric.sqlite';

type StoreUser = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions;

/** Opens the store, or gives the one that this process has open. Throws NodeOperationError. */
export async function fabricOf(context: StoreUser): Promise<Fabric> {
	const credentials = await context.getCredentials(STORE_CREDENTIAL);
	try {
		return await openFabric(storeLocation(credentials));
	} catch (error) {
		const description =
			error instanceof ConfigurationFailure
				? error.hint
				: 'Check the CRM Fabric Store credential. If the file was damaged, put a backup in its place.';
		const reason = error instanceof Error ? error : String(error);
		throw new NodeOperationError(context.getNode(), reason, { description });
	}
}

/** Throws ConfigurationFailure if the credential names no usable place. */
export function storeLocation(credentials: ICredentialDataDecryptedObject): StoreLocation {
	const given = typeof credentials.filePath === 'string' ? credentials.filePath.trim() : '';
	if (given === '') return { type: 'sqlite', path: join(n8nFolder(), DEFAULT_FILE) };
	const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : given;
	if (isAbsolute(path)) return { type: 'sqlite', path };
	throw new ConfigurationFailure(
		`"File Path" of the store must be absolute, but is "${given}".`,
		'Enter the whole path, beginning at the root, or leave the field empty.',
	);
}

/** n8n's own folder, computed as n8n 2.40 does (`@n8n/config`, getN8nFolder). */
export function n8nFolder(env: NodeJS.ProcessEnv = process.env): string {
	const home = process.platform === 'win32' ? env.USERPROFILE : env.HOME;
	return join(env.N8N_USER_FOLDER ?? home ?? process.cwd(), '.n8n');
}
