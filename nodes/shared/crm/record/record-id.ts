import { NodeOperationError } from 'n8n-workflow';
import type { RecordCall } from '../record-call';
import { idParameter } from '../resource';

/** The id in the field that names the record, whichever way it was chosen. */
export function recordIdOf({ node, index, resource }: RecordCall): string {
	const value = node.getNodeParameter(idParameter(resource), index, '', { extractValue: true });
	const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (id !== '') return id;
	throw new NodeOperationError(node.getNode(), `'${resource.label}' is empty [item ${index}]`, {
		itemIndex: index,
		description: `Choose ${resource.singular} from the list, or give its ID.`,
	});
}
