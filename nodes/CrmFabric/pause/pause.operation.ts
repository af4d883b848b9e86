import type { ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { pauseRow } from './rows';
import { targetOf, targetProperties } from './target';

/** Changes are still taken in; nothing of the system or the record is merged or written. */
export const pause: ItemOperation = {
	option: {
		name: 'Pause',
		value: 'pause',
		description: 'Hold back the changes from and the writes to a system or one record',
		action: 'Pause a system or a record',
	},
	properties: [...targetProperties, requestedByProperty],

	async forItem(call) {
		const by = personOf(call, 'requestedBy');
		return [pauseRow(await call.fabric.desk.pause(targetOf(call), by))];
	},
};
