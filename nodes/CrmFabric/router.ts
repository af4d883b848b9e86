/** Runs the chosen operation of the CRM Fabric node. */
import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import { DeskError, type Fabric } from '../../lib';
import { failureItem } from '../shared/failures';
import { fabricOf } from '../shared/store';
import type { ItemOperation, Operation } from './operation';
import { RESOURCES } from './resources';

export async function runFabricNode(node: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	if (node.getInputData().length === 0) return [[]];
	const operation = chosenOperation(node);
	const fabric = await fabricOf(node);
	if ('forBatch' in operation) return [await operation.forBatch(node, fabric)];
	return [await forEachItem(node, fabric, operation)];
}

function chosenOperation(node: IExecuteFunctions): Operation {
	const resource = node.getNodeParameter('resource', 0) as string;
	const name = node.getNodeParameter('operation', 0) as string;
	const operation = RESOURCES.find(({ value }) => value === resource)?.operations[name];
	if (operation !== undefined) return operation;
	throw new NodeOperationError(node.getNode(), `There is no operation "${name}" of "${resource}"`, {
		description: "Choose 'Resource' and 'Operation' again.",
	});
}

async function forEachItem(
	node: IExecuteFunctions,
	fabric: Fabric,
	operation: ItemOperation,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const index of node.getInputData().keys()) {
		try {
			const rows = await operation.forItem({ node, fabric, index });
			results.push(...rows.map((json) => ({ json, pairedItem: { item: index } })));
		} catch (error) {
			const failure = toOperationError(node, error, index);
			if (!node.continueOnFail()) throw failure;
			results.push(failureItem({ index, error: failure }));
		}
	}
	return results;
}

/** A DeskError says what happened in its first sentence and what to do in the others. */
function toOperationError(
	node: IExecuteFunctions,
	error: unknown,
	itemIndex: number,
): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const text = error instanceof Error ? error.message : String(error);
	const [what = text, ...toDo] = error instanceof DeskError ? text.split(/(?<=\.) /) : [text];
	return new NodeOperationError(node.getNode(), `${what.replace(/\.$/, '')} [item ${itemIndex}]`, {
		itemIndex,
		description: toDo.length > 0 ? toDo.join(' ') : undefined,
	});
}
