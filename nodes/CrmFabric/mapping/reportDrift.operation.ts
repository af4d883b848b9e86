import type { ItemOperation } from '../operation';
import { systemProperty } from '../record-picker';
import { driftRow } from './rows';

export const reportDrift: ItemOperation = {
	option: {
		name: 'Report Drift',
		value: 'reportDrift',
		description:
			'Get the mapped fields that were renamed, taken away, changed or have lost values in their CRM',
		action: 'Report drifted fields',
	},
	properties: [
		{
			...systemProperty,
			required: false,
			hint: 'Empty: all systems',
		},
	],

	async forItem({ node, fabric, index }) {
		const system = String(node.getNodeParameter('system', index, '') ?? '').trim();
		const drifts = await fabric.mappings.drifts(system === '' ? undefined : system);
		return drifts.map(driftRow);
	},
};
