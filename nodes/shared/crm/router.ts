/** Runs the chosen operation of a CRM node. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { CrmKind } from '../authentication';
import { failureItem } from '../failures';
import { contextFor, crmOf, type Crm } from './crm';
import type { RecordCall, RecordOperation } from './record-call';
import { toNodeError } from './errors';
import { readForBackfill } from './fabric/backfill.operation';
import { deliver } from './fabric/deliver.operation';
import { reconcile } from './fabric/reconcile.operation';
import { operationsOf } from './operations';
import { checkedSystem, recordSettings } from './panel';
import { resourceOf, type CrmResource } from './resource';

export async function runCrmNode(
	node: IExecuteFunctions,
	kind: CrmKind,
): Promise<INodeExecutionData[][]> {
	const crm = crmOf(kind);
	if (node.getInputData().length === 0) return [[]];
	const resource = node.getNodeParameter('resource', 0) as string;
	const name = node.getNodeParameter('operation', 0) as string;
	if (resource === 'fabric' && name === 'deliver') return [await deliver(node, crm)];
	if (resource === 'fabric' && name === 'backfill') return [await readForBackfill(node, crm)];
	if (resource === 'fabric' && name === 'reconcile') return [await reconcile(node, crm)];
	const chosen = resourceOf(crm, resource);
	const operation = chosen && operationsOf(chosen)[name];
	if (chosen !== undefined && operation !== undefined)
		return [await forEachItem(node, crm, chosen, operation)];
	throw new NodeOperationError(node.getNode(), `There is no operation "${name}" of "${resource}"`, {
		description: "Choose 'Resource' and 'Operation' again.",
	});
}

async function forEachItem(
	node: IExecuteFunctions,
	crm: Crm,
	resource: CrmResource,
	operation: RecordOperation,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const index of node.getInputData().keys()) {
		try {
			const rows = await operation.execute(await callFor(node, crm, resource, index));
			const pairedItem = { item: index };
			results.push(...[rows].flat().map((json: IDataObject) => ({ json, pairedItem })));
		} catch (error) {
			const failure = toNodeError(node.getNode(), error, index);
			if (!node.continueOnFail()) throw failure;
			results.push(failureItem({ index, error: failure }));
		}
	}
	return results;
}

async function callFor(
	node: IExecuteFunctions,
	crm: Crm,
	resource: CrmResource,
	index: number,
): Promise<RecordCall> {
	const options = node.getNodeParameter('options', index, {}) as { system?: string };
	const { system = '' } = options;
	const name = system === '' ? crm.kind : checkedSystem(node, system);
	const context = await contextFor(node, crm, name, recordSettings(options));
	return { node, index, crm, resource, context };
}
