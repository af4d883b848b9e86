import { requiredNumber, type ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { movedRow } from './moved';

/** Takes a merge of two clients apart again, or puts together what was split. */
export const undoMove: ItemOperation = {
	option: {
		name: 'Undo Merge or Split',
		value: 'undoMove',
		description: 'Take a merge or a split of clients back, along the lines along which it was made',
		action: 'Undo a merge or split',
	},
	properties: [
		{
			displayName: 'Audit Row',
			name: 'auditSeq',
			type: 'string',
			default: '={{ $json.auditSeq }}',
			required: true,
			placeholder: 'e.g. 4711',
			description:
				'Number of the merge or split in the audit trail, as Merge, Split and Audit: History return it',
		},
		requestedByProperty,
	],

	async forItem(call) {
		const auditSeq = requiredNumber(call, 'auditSeq', 'Audit Row');
		const by = personOf(call, 'requestedBy');
		return [movedRow(await call.fabric.desk.undoIdentity({ auditSeq, by }))];
	},
};
