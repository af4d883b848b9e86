import type { ItemOperation } from '../operation';
import { progressRow, runOf, runProperty } from './run-property';

export const pause: ItemOperation = {
	option: {
		name: 'Pause',
		value: 'pause',
		description: 'Hold a running backfill; live changes go on',
		action: 'Pause a backfill',
	},
	properties: [runProperty],

	async forItem(call) {
		return [progressRow(await call.fabric.backfill.pause(runOf(call)))];
	},
};
