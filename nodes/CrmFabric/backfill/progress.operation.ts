import type { ItemOperation } from '../operation';
import { progressRow, runOf, runProperty } from './run-property';

export const progress: ItemOperation = {
	option: {
		name: 'Progress',
		value: 'progress',
		description: 'See how far a backfill has come, system by system',
		action: 'Get the progress of a backfill',
	},
	properties: [runProperty],

	async forItem(call) {
		return [progressRow(await call.fabric.backfill.progress(runOf(call)))];
	},
};
