/** Runs the chosen operation of a CRM node. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import type { CrmKind } from '../authentication';
import { failureItem } from '../failures';
import { create } from './contact/create.operation';
import { remove } from './contact/delete.operation';
import { get } from './contact/get.operation';
import { getAll } from './contact/getAll.operation';
import { update } from './contact/update.operation';
import { upsert } from './contact/upsert.operation';
import { contextFor, crmOf, type ContactCall, type ContactOperation, type Crm } from './crm';
import { toNodeError } from './errors';
import { deliver } from './fabric/deliver.operation';
import { reconcile } from './fabric/reconcile.operation';
import { checkedSystem } from './panel';

export const CONTACT_OPERATIONS: Record<string, ContactOperation> = {
	create,
	delete: remove,
	get,
	getAll,
	update,
	upsert,
};

export async function runCrmNode(
	node: IExecuteFunctions,
	kind: CrmKind,
): Promise<INodeExecutionData[][]> {
	const crm = crmOf(kind);
	if (node.getInputData().length === 0) return [[]];
	const resource = node.getNodeParameter('resource', 0) as string;
	const name = node.getNodeParameter('operation', 0) as string;
	if (resource === 'fabric' && name === 'deliver') return [await deliver(node, crm)];
	if (resource === 'fabric' && name === 'reconcile') return [await reconcile(node, crm)];
	const operation = resource === 'contact' ? CONTACT_OPERATIONS[name] : undefined;
	if (operation !== undefined) return [await forEachItem(node, crm, operation)];
	throw new NodeOperationError(node.getNode(), `There is no operation "${name}" of "${resource}"`, {
		description: "Choose 'Resource' and 'Operation' again.",
	});
}

async function forEachItem(
	node: IExecuteFunctions,
	crm: Crm,
	operation: ContactOperation,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const index of node.getInputData().keys()) {
		try {
			const rows = await operation.execute(await callFor(node, crm, index));
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

async function callFor(node: IExecuteFunctions, crm: Crm, index: number): Promise<ContactCall> {
	const { system = '' } = node.getNodeParameter('options', index, {}) as { system?: string };
	const name = system === '' ? crm.kind : checkedSystem(node, system);
	return { node, index, crm, context: await contextFor(node, crm, name) };
}
