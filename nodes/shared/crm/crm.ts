/** The three CRM nodes share their operations; a Crm says which CRM one of them speaks to. */
import type { INodeCredentialDescription } from 'n8n-workflow';
import { connectors, type Connector, type ConnectorContext, type Json } from '../../../lib';
import { credentialTypeOf, crmCredentials, type CrmKind } from '../authentication';
import { connectorContext } from '../connector-context';
import type { CrmCaller } from '../http-port';
import { fabricOf, STORE_CREDENTIAL } from '../store';

export interface Crm {
	kind: CrmKind;
	connector: Connector;
}

export function crmOf(kind: CrmKind): Crm {
	const connector = connectors.get(kind);
	if (connector === undefined) throw new Error(`No connector is named "${kind}".`);
	return { kind, connector };
}

/**
 * With the store, deliveries share the rate budget of all processes that use it; without, they need the
 * system's trigger in the same process, as it is unless n8n runs workers.
 */
export function crmNodeCredentials(kind: CrmKind): INodeCredentialDescription[] {
	const store = {
		name: STORE_CREDENTIAL,
		displayName: 'CRM Fabric Store',
		required: false,
		displayOptions: { show: { resource: ['fabric'] } },
	};
	return [...crmCredentials(kind), store];
}

/** `system` decides with whom the calls share a rate budget; `settings` go over the defaults. */
export async function contextFor(
	caller: CrmCaller,
	{ kind, connector }: Crm,
	system: string,
	settings?: Record<string, Json>,
): Promise<ConnectorContext> {
	const credentialType = credentialTypeOf(caller, kind);
	const hasStore = caller.getNode().credentials?.[STORE_CREDENTIAL] !== undefined;
	const budgets = hasStore ? (await fabricOf(caller)).budgets : undefined;
	return connectorContext({ caller, connector, credentialType, system, settings, budgets });
}
