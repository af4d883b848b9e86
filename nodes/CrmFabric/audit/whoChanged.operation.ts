import { NodeOperationError } from 'n8n-workflow';
import { isFieldName } from '../../../lib';
import { clientProperties, findClient } from '../client-picker';
import { requiredText, type ItemOperation, type OperationCall } from '../operation';
import { auditRow } from './rows';

const MAX_ROWS = 1_000;

/** The last change of a field, or all of them: who, when, what, and under which rule. */
export const whoChanged: ItemOperation = {
	option: {
		name: 'Who Changed This Field',
		value: 'whoChanged',
		description: 'See who changed a field of a client, when, and under which rule',
		action: 'See who changed a field of a client',
	},
	properties: [
		...clientProperties,
		{
			displayName: 'Field Name or ID',
			name: 'field',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getFields' },
			default: '',
			required: true,
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: 'Last Change Only',
			name: 'lastOnly',
			type: 'boolean',
			default: true,
			description: 'Whether to return the newest row only',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MAX_ROWS },
			displayOptions: { show: { lastOnly: [false] } },
			default: 50,
			description: 'Max number of results to return',
		},
		{
			displayName: 'Also Return',
			name: 'alsoReturn',
			type: 'multiOptions',
			options: [
				{
					name: 'Confirmations',
					value: 'agree',
					description: 'The same value, set again later',
				},
				{
					name: 'Lost Values',
					value: 'lost',
					description: 'Edits that did not count, with the rule that decided against them',
				},
				{
					name: 'Writes to CRMs',
					value: 'write',
					description: 'When the value arrived in each CRM',
				},
			],
			default: [],
			description: 'Rows beside those in which the value of the client changed',
		},
	],

	async forItem(call) {
		const { node, index, fabric } = call;
		const field = fieldOf(call);
		const { unifiedId } = await findClient(call);
		const last = node.getNodeParameter('lastOnly', index, true) as boolean;
		const limit = last ? 1 : (node.getNodeParameter('limit', index, 50) as number);
		const more = node.getNodeParameter('alsoReturn', index, []) as string[];
		const rows = await fabric.desk.audit({
			entityId: unifiedId,
			field,
			kinds: ['change', ...more],
			limit: Math.min(limit, MAX_ROWS),
		});
		return rows.map(auditRow);
	},
};

function fieldOf(call: OperationCall): string {
	const field = requiredText(call, 'field', 'Field', 'Choose a field.');
	if (isFieldName(field)) return field;
	const { node, index } = call;
	throw new NodeOperationError(node.getNode(), `There is no field "${field}" [item ${index}]`, {
		itemIndex: index,
		description:
			'Choose a field from the list; in an expression, fields of your own are named custom.key, such as custom.tier.',
	});
}
