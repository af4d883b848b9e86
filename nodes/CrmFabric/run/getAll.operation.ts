import type { IDataObject } from 'n8n-workflow';
import { limitProperties, readLimit } from '../limits';
import { isoTime, type ItemOperation } from '../operation';

/** Reconciles and undos with their reports. */
export const getAll: ItemOperation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'List reconciles or undos with their reports, newest first',
		action: 'Get many runs',
	},
	properties: [
		{
			displayName: 'Kind',
			name: 'kind',
			type: 'options',
			options: [
				{ name: 'Reconcile', value: 'reconcile' },
				{ name: 'Undo', value: 'undo' },
			],
			default: 'reconcile',
			description: 'Which runs to return',
		},
		...limitProperties,
	],

	async forItem(call) {
		const kind = call.node.getNodeParameter('kind', call.index, 'reconcile') as string;
		const runs = await call.fabric.desk.runs(kind, readLimit(call));
		return runs.map(({ id, state, system, startedAt, endedAt, report }) => ({
			run: id,
			kind,
			state,
			system,
			startedAt: isoTime(startedAt),
			endedAt: isoTime(endedAt),
			report: (report ?? null) as IDataObject | null,
		}));
	},
};
