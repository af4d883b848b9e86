import type { ItemOperation } from '../operation';
import { progressRow, runOf, runProperty } from './run-property';

export const cancel: ItemOperation = {
	option: {
		name: 'Cancel',
		value: 'cancel',
		description: 'End a backfill; what it has done stays and can be undone as a run',
		action: 'Cancel a backfill',
	},
	properties: [runProperty],

	async forItem(call) {
		return [progressRow(await call.fabric.backfill.cancel(runOf(call)))];
	},
};
