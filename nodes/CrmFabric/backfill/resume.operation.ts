import type { ItemOperation } from '../operation';
import { progressRow, runOf, runProperty } from './run-property';

export const resume: ItemOperation = {
	option: {
		name: 'Resume',
		value: 'resume',
		description: 'Let a paused backfill go on',
		action: 'Resume a backfill',
	},
	properties: [runProperty],

	async forItem(call) {
		return [progressRow(await call.fabric.backfill.resume(runOf(call)))];
	},
};
