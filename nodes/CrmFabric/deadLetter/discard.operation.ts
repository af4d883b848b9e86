import { requiredNumber, type ItemOperation } from '../operation';
import { deadLetterLocator, deadLetterRow } from './rows';

/** Closes a dead letter without trying again. */
export const discard: ItemOperation = {
	option: {
		name: 'Discard',
		value: 'discard',
		description: 'Close a dead letter without trying it again',
		action: 'Discard a dead letter',
	},
	properties: [deadLetterLocator],

	async forItem(call) {
		const id = requiredNumber(call, 'deadLetterId', 'Dead Letter');
		return [deadLetterRow(await call.fabric.desk.discardDeadLetter(id))];
	},
};
