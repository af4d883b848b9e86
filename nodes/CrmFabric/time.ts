/** Points in time as panels and expressions give them. */
import { NodeOperationError } from 'n8n-workflow';
import { instantIn } from '../../lib';
import { requiredText, type OperationCall } from './operation';

/** ms. A time without a zone is one of the workflow's time zone. */
export function timeOf(call: OperationCall, name: string, label: string): number {
	const { node, index } = call;
	const text = requiredText(call, name, label, 'Choose a point in time.');
	const instant = instantIn(node.getTimezone(), text.replace(' ', 'T'));
	if (instant !== undefined) return Date.parse(instant);
	throw new NodeOperationError(node.getNode(), `'${label}' is no point in time [item ${index}]`, {
		itemIndex: index,
		description: 'Choose one, or give an expression with a time such as 2026-11-22T08:00:00Z.',
	});
}
