import type { INodeProperties } from 'n8n-workflow';

/** The defaults are DEFAULT_THRESHOLDS of the library; a test holds the two together. */
export const thresholdProperties: INodeProperties[] = [
	{
		displayName: 'Link Threshold',
		name: 'linkThreshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.85,
		required: true,
		description: 'From this score on (0 to 1) a record is linked to a client without asking',
		hint: 'Higher: fewer wrong links, more questions. The same e-mail and name score 0.92, the same e-mail alone 0.8.',
	},
	{
		displayName: 'Review Threshold',
		name: 'reviewThreshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 0.5,
		required: true,
		description:
			'From this score on (0 to 1), and below the link threshold, a person is asked. Below it the record becomes a client of its own.',
		hint: 'Lower: more questions, fewer duplicate clients. Questions wait in the CRM Fabric node, resource Review; the other clients go on meanwhile.',
	},
];
