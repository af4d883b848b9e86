/** The three CRM nodes share their operations; a Crm says which CRM one of them speaks to. */
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { connectors, type Connector, type ConnectorContext, type Json } from '../../../lib';
import { credentialTypeOf, type CrmKind } from '../authentication';
import { connectorContext } from '../connector-context';
import type { CrmCaller } from '../http-port';

export interface Crm {
	kind: CrmKind;
	connector: Connector;
}

export function crmOf(kind: CrmKind): Crm {
	const connector = connectors.get(kind);
	if (connector === undefined) throw new Error(`No connector is named "${kind}".`);
	return { kind, connector };
}

/** `system` decides with whom the calls share a rate budget; `settings` go over the defaults. */
export function contextFor(
	caller: CrmCaller,
	{ kind, connector }: Crm,
	system: string,
	settings?: Record<string, Json>,
): ConnectorContext {
	const credentialType = credentialTypeOf(caller, kind);
	return connectorContext({ caller, connector, credentialType, system, settings });
}

/** One call of an operation: for one input item. */
export interface ContactCall {
	node: IExecuteFunctions;
	index: number;
	crm: Crm;
	context: ConnectorContext;
}

export interface ContactOperation {
	description: (crm: Crm) => INodeProperties[];
	execute: (call: ContactCall) => Promise<IDataObject | IDataObject[]>;
}
