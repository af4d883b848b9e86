/** An operation of a CRM's node on its records, and one call of it. */
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ConnectorContext } from '../../../lib';
import type { Crm } from './crm';
import type { CrmResource } from './resource';

/** One call of an operation: for one input item. */
export interface RecordCall {
	node: IExecuteFunctions;
	index: number;
	crm: Crm;
	resource: CrmResource;
	context: ConnectorContext;
}

export interface RecordOperation {
	description: (crm: Crm, resource: CrmResource) => INodeProperties[];
	execute: (call: RecordCall) => Promise<IDataObject | IDataObject[]>;
}
