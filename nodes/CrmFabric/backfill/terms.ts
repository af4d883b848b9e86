/** Matching and merging as Identity Resolve and Field Merge of the sync do it: the same panel fields. */
import { NodeOperationError, type INodeProperties } from 'n8n-workflow';
import { OBJECTS, OBJECT_LABELS, type Filter, type Terms } from '../../../lib';
import { ruleProperties } from '../../FieldMerge/properties';
import { readRules } from '../../FieldMerge/rules';
import { thresholdProperties } from '../../IdentityResolve/properties';
import type { OperationCall } from '../operation';

export const termsProperties: INodeProperties[] = [
	{
		displayName:
			'Set what follows as in Identity Resolve and Field Merge of your contact sync: a first load matches and merges by these.',
		name: 'termsNotice',
		type: 'notice',
		default: '',
	},
	...thresholdProperties,
	...ruleProperties,
];

export function readTerms({ node, index }: OperationCall): Terms {
	const link = node.getNodeParameter('linkThreshold', index, 0.95) as number;
	const review = node.getNodeParameter('reviewThreshold', index, 0.1) as number;
	if (review > link) {
		throw new NodeOperationError(
			node.getNode(),
			`'Review Threshold' (${review}) is above 'Link Threshold' (${link}) [item ${index}]`,
			{ itemIndex: index, description: 'Set it to the link threshold or below.' },
		);
	}
	const isNew = node.getNodeParameter('whileInReview', index, 'hold') === 'asNew';
	const isWeighed = node.getNodeParameter('otherTaxId', index, 'review') === 'weigh';
	return {
		thresholds: { link, review },
		whileInReview: isNew ? 'asNew' : 'hold',
		otherTaxId: isWeighed ? 'weigh' : 'review',
		fieldRules: readRules(node, index),
	};
}

const WITH_VALUE = ['after', 'before', 'contains', 'equal', 'notEqual'];

export const filterProperty: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Filter',
	default: {},
	description:
		'Whom and what to load. A client, or a note, is left alone if one of its records does not fit the filters of its system. What belongs to a client who is left alone is left alone, too.',
	options: [
		{
			name: 'conditions',
			displayName: 'Condition',
			values: [
				{
					displayName: 'Applies To',
					name: 'object',
					type: 'options',
					options: OBJECTS.map((object) => ({
						name: OBJECT_LABELS[object],
						value: object,
					})).sort((a, b) => a.name.localeCompare(b.name)),
					default: 'contact',
					description: 'Which records have to fit',
				},
				{
					displayName: 'CRM System Name or ID',
					name: 'system',
					type: 'options',
					typeOptions: { loadOptionsMethod: 'getSystems' },
					default: '',
					required: true,
					description:
						'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
				{
					displayName: 'Field Name or ID',
					name: 'field',
					type: 'options',
					typeOptions: { loadOptionsMethod: 'getFilterFields' },
					default: '',
					required: true,
					description:
						'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
				},
				{
					displayName: 'Is',
					name: 'is',
					type: 'options',
					options: [
						{ name: 'After', value: 'after' },
						{ name: 'Before', value: 'before' },
						{ name: 'Containing', value: 'contains' },
						{ name: 'Empty', value: 'empty' },
						{ name: 'Equal To', value: 'equal' },
						{ name: 'Not Empty', value: 'notEmpty' },
						{ name: 'Not Equal To', value: 'notEqual' },
					],
					default: 'equal',
					description:
						'Upper and lower case are the same; of a list one entry must fit. Before and after are for dates, such as 2024-01-01.',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					displayOptions: { show: { is: WITH_VALUE } },
					default: '',
				},
			],
		},
	],
};

export function readFilters({ node, index }: OperationCall): Filter[] {
	const rows: unknown = node.getNodeParameter('filters.conditions', index, []);
	return (Array.isArray(rows) ? rows : []).map((row, place) => {
		const filter = row as Partial<Filter>;
		const { system = '', object = 'contact', field = '', is = 'equal', value = '' } = filter;
		if (system !== '' && field !== '') return { system, object, field, is, value: String(value) };
		throw new NodeOperationError(
			node.getNode(),
			`Filter ${place + 1} names no ${system === '' ? 'system' : 'field'} [item ${index}]`,
			{ itemIndex: index, description: 'Choose one, or remove the filter.' },
		);
	});
}
