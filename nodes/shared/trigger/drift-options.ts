/** Options of a CRM trigger about fields that change in the CRM. */
import type { INodeProperties } from 'n8n-workflow';
import { DEFAULT_DRIFT, DRIFT_POLICIES, type DriftSettings } from '../../../lib';

export const DEFAULT_SCHEMA_MINUTES = 15;

export function driftOptions(): INodeProperties[] {
	return [
		{
			displayName: 'Check Fields Every (Minutes)',
			name: 'schemaMinutes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_SCHEMA_MINUTES,
			description:
				'How often the CRM is asked whether a mapped field was renamed, taken away or has lost a value of its list',
		},
		{
			displayName: 'When a Field Has Changed',
			name: 'driftPolicy',
			type: 'options',
			options: [
				{
					name: 'Hold It',
					value: 'hold',
					description: 'The other fields go on; what is held goes out when the mapping is mended',
				},
				{
					name: 'Stop Writing to This System',
					value: 'fail',
					description: 'A failed execution shows it; nothing is lost meanwhile',
				},
				{
					name: 'Switch It Off',
					value: 'drop',
					description: 'A new version of the mapping does without it',
				},
			],
			default: 'hold',
			description:
				'What to do with a mapped field that was renamed, taken away, changed its type, can only be read now, or lost a value of its list',
		},
		{
			displayName: 'When a Field Has Another Label',
			name: 'driftRelabelled',
			type: 'options',
			options: [
				{ name: 'Go On', value: 'report', description: 'It is only reported' },
				{
					name: 'As When It Has Changed',
					value: 'hold',
					description: 'It may mean something else now: somebody has to look',
				},
			],
			default: 'hold',
			description: 'What to do when a field keeps its ID in the CRM and bears another label',
		},
	];
}

export function driftOf(options: Record<string, unknown>): DriftSettings {
	return {
		policy: DRIFT_POLICIES.find((policy) => policy === options.driftPolicy) ?? DEFAULT_DRIFT.policy,
		relabelled: options.driftRelabelled === 'report' ? 'report' : DEFAULT_DRIFT.relabelled,
	};
}
