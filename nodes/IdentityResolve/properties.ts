import type { INodeProperties } from 'n8n-workflow';

/** The defaults are DEFAULT_THRESHOLDS of the library; a test holds the two together. */
export const thresholdProperties: INodeProperties[] = [
	{
		displayName: 'Link Threshold',
		name: 'linkThreshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.95,
		required: true,
		description: 'From this score on (0 to 1) a record is linked to a client without asking',
		hint: 'Higher: fewer wrong links, more questions. The same e-mail and name score 1, the same e-mail alone 0.333.',
	},
	{
		displayName: 'Review Threshold',
		name: 'reviewThreshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.1,
		required: true,
		description:
			'From this score on (0 to 1), and below the link threshold, a person is asked. Below it the record becomes a client of its own.',
		hint: 'Lower: more questions, fewer duplicate clients. Questions wait in the CRM Fabric node, resource Review; the other clients go on meanwhile.',
	},
	{
		displayName: 'While in Review',
		name: 'whileInReview',
		type: 'options',
		options: [
			{
				name: 'Hold the Record',
				value: 'hold',
				description: 'Its changes wait until somebody has answered',
			},
			{
				name: 'Sync as a New Client',
				value: 'asNew',
				description:
					'It is synced as a client of its own; if the answer is that it is a known one, the two are merged',
			},
		],
		default: 'hold',
		description: 'What happens to a record while a person is asked whose it is',
	},
	{
		displayName: 'When Tax IDs Differ',
		name: 'otherTaxId',
		type: 'options',
		options: [
			{
				name: 'Ask a Person',
				value: 'review',
				description:
					'Tax IDs that differ by more than a typing error: never linked without a person',
			},
			{
				name: 'Weigh Only',
				value: 'weigh',
				description:
					'It speaks against it like any other difference: for data whose tax IDs are unreliable',
			},
		],
		default: 'review',
		description: 'What it means if two records that fit otherwise have different tax IDs',
	},
];
