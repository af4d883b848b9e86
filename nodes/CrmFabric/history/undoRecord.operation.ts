import { requiredText, type ItemOperation } from '../operation';
import { recordIdProperty, systemProperty } from '../record-picker';
import { timeOf } from '../time';
import { askedBy, undoProperties, undoRow } from './undo';

/** Takes back everything that came from one record, e.g. after a mistaken import into a CRM. */
export const undoRecord: ItemOperation = {
	option: {
		name: "Undo Record's Changes",
		value: 'undoRecord',
		description: 'Take back all changes that came from one CRM record since a point in time',
		action: 'Undo the changes of a record',
	},
	properties: [
		systemProperty,
		recordIdProperty,
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			required: true,
			description: 'Changes from then on are taken back',
		},
		...undoProperties,
	],

	async forItem(call) {
		const system = requiredText(call, 'system', 'System', 'Choose the CRM that holds the record.');
		const crmId = requiredText(call, 'recordId', 'Record ID', 'Give the ID of the contact.');
		const sinceMs = timeOf(call, 'since', 'Since');
		const asked = { system, crmId, sinceMs, ...askedBy(call) };
		return [undoRow(await call.fabric.history.undoRecord(asked))];
	},
};
