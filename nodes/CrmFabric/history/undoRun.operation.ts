import { requiredText, type ItemOperation } from '../operation';
import { askedBy, undoProperties, undoRow } from './undo';

/** Takes back everything that one run changed: an execution's batch, a reconcile, an undo. */
export const undoRun: ItemOperation = {
	option: {
		name: 'Undo Run',
		value: 'undoRun',
		description: 'Take back everything that one run changed: a batch, a reconcile, an undo',
		action: 'Undo a run',
	},
	properties: [
		{
			displayName: 'Run',
			name: 'run',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. reconcile/3',
			description: "The run of a change, as the audit trail's rows name it, or one that was listed",
		},
		...undoProperties,
	],

	async forItem(call) {
		const run = requiredText(call, 'run', 'Run', 'Take it from a row of the audit trail.');
		return [undoRow(await call.fabric.history.undoRun({ run, ...askedBy(call) }))];
	},
};
