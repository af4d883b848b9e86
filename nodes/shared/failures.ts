/** What happens to items that cannot be used: one way for all nodes of the package. */
import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type NodeApiError,
} from 'n8n-workflow';

export interface ItemFailure {
	/** Number of the input item, from 0. */
	index: number;
	error: NodeApiError | NodeOperationError;
}

const MAX_NAMED = 10;

/** An item for n8n's error output. n8n itself keeps of such an item only the error's message. */
export function failureItem({ index, error }: ItemFailure): INodeExecutionData {
	return { json: { error: error.message }, error, pairedItem: { item: index } };
}

/**
 * Items for the failures where the node is set to continue; otherwise throws. For nodes that handle
 * a batch at once: call it when the good items have been handled.
 */
export function settleFailures(
	context: IExecuteFunctions,
	failures: readonly ItemFailure[],
): INodeExecutionData[] {
	const [first, ...others] = failures;
	if (first === undefined) return [];
	if (context.continueOnFail()) return failures.map(failureItem);
	if (others.length === 0) throw first.error;
	const named = failures.slice(0, MAX_NAMED).map(({ index }) => `[item ${index}]`);
	const more = failures.length - named.length;
	throw new NodeOperationError(
		context.getNode(),
		`${failures.length} items cannot be used: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}. The first: ${first.error.message}`,
		{ itemIndex: first.index, description: first.error.description ?? undefined },
	);
}
