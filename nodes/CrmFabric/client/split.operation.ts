import { NodeOperationError } from 'n8n-workflow';
import { requiredText, type ItemOperation, type OperationCall } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { movedRow } from './moved';

interface NamedRecord {
	system: string;
	crmId: string;
}

/** A person says that some records of a client are another one. */
export const split: ItemOperation = {
	option: {
		name: 'Split',
		value: 'split',
		description:
			'Say that some records are another client: both go on as if they had never been together',
		action: 'Split a client',
	},
	properties: [
		{
			displayName: 'Unified ID',
			name: 'unifiedId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. U1001',
		},
		{
			displayName: 'Records of the Other Client',
			name: 'records',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add Record',
			default: {},
			required: true,
			options: [
				{
					displayName: 'Record',
					name: 'record',
					values: [
						{
							displayName: 'System Name or ID',
							name: 'system',
							type: 'options',
							typeOptions: { loadOptionsMethod: 'getSystems' },
							default: '',
							description:
								'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
						},
						{
							displayName: 'Record ID',
							name: 'crmId',
							type: 'string',
							default: '',
							placeholder: 'e.g. 30714402',
							description: 'The ID of the contact in that CRM',
						},
					],
				},
			],
			description: 'They get the ID back under which they were a client before, or a new one',
		},
		requestedByProperty,
	],

	async forItem(call) {
		const unifiedId = requiredText(call, 'unifiedId', 'Unified ID', 'Give one such as U1001.');
		const by = personOf(call, 'requestedBy');
		const records = recordsOf(call);
		return [movedRow(await call.fabric.desk.splitEntity({ unifiedId, records, by }))];
	},
};

function recordsOf({ node, index }: OperationCall): NamedRecord[] {
	const { record: named = [] } = node.getNodeParameter('records', index, {}) as {
		record?: NamedRecord[];
	};
	const records = named.map(({ system, crmId }) => ({
		system: String(system ?? '').trim(),
		crmId: String(crmId ?? '').trim(),
	}));
	if (records.length > 0 && records.every(({ system, crmId }) => system !== '' && crmId !== '')) {
		return records;
	}
	throw new NodeOperationError(
		node.getNode(),
		`'Records of the Other Client' names no record, or one without system or ID [item ${index}]`,
		{ itemIndex: index, description: 'Add each record that is another client.' },
	);
}
