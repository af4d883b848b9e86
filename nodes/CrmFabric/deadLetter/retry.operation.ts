import { requiredNumber, type ItemOperation } from '../operation';
import { deadLetterLocator, deadLetterRow } from './rows';

/** Sets the event free again, or computes the delivery anew from what the client holds now. */
export const retry: ItemOperation = {
	option: {
		name: 'Retry',
		value: 'retry',
		description: 'Try an event or a delivery again, once its cause has been repaired',
		action: 'Retry a dead letter',
	},
	properties: [deadLetterLocator],

	async forItem(call) {
		const id = requiredNumber(call, 'deadLetterId', 'Dead Letter');
		return [deadLetterRow(await call.fabric.desk.retryDeadLetter(id))];
	},
};
