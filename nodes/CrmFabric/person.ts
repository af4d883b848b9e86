/** Who acts: kept in the audit trail beside what was done. */
import type { INodeProperties } from 'n8n-workflow';
import type { OperationCall } from './operation';

function personProperty(displayName: string, name: 'decidedBy' | 'requestedBy'): INodeProperties {
	return {
		displayName,
		name,
		type: 'string',
		default: '',
		placeholder: 'e.g. Nathan',
		description: 'Name of the person; kept in the audit trail',
	};
}

export const decidedByProperty = personProperty('Decided By', 'decidedBy');
export const requestedByProperty = personProperty('Requested By', 'requestedBy');

/** undefined: not said. */
export function personOf(
	{ node, index }: OperationCall,
	name: 'decidedBy' | 'requestedBy',
): string | undefined {
	const text = String(node.getNodeParameter(name, index, '') ?? '').trim();
	return text === '' ? undefined : text;
}
