import { requiredNumber, type ItemOperation } from '../operation';
import { askedBy, undoProperties, undoRow } from './undo';

/** Takes one change of one field back, in every CRM. */
export const undoField: ItemOperation = {
	option: {
		name: 'Undo Field Change',
		value: 'undoField',
		description: 'Take one change of a field back; the earlier value goes out to every CRM',
		action: 'Undo a field change',
	},
	properties: [
		{
			displayName: 'Audit Row',
			name: 'auditSeq',
			type: 'string',
			default: '={{ $json.seq }}',
			required: true,
			placeholder: 'e.g. 4711',
			description:
				'Number (seq) of the change in the audit trail, as Who Changed This Field and History return it',
		},
		...undoProperties,
	],

	async forItem(call) {
		const auditSeq = requiredNumber(call, 'auditSeq', 'Audit Row');
		return [undoRow(await call.fabric.history.undoField({ auditSeq, ...askedBy(call) }))];
	},
};
