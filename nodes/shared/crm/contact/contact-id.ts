import { NodeOperationError } from 'n8n-workflow';
import type { ContactCall } from '../crm';

/** The id in the Contact field, whichever way it was chosen. */
export function contactIdOf({ node, index }: ContactCall): string {
	const value = node.getNodeParameter('contactId', index, '', { extractValue: true });
	const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (id !== '') return id;
	throw new NodeOperationError(node.getNode(), `'Contact' is empty [item ${index}]`, {
		itemIndex: index,
		description: 'Choose a contact from the list, or give its ID.',
	});
}
