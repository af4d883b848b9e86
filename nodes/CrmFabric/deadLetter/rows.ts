import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { DeadLetterRow } from '../../../lib';
import { isoTime } from '../operation';

/** Without the payload: it is client data, and what is needed stands in the reason. */
export function deadLetterRow(letter: DeadLetterRow): IDataObject {
	return {
		deadLetterId: letter.id,
		kind: letter.kind,
		state: letter.state,
		reason: letter.reason,
		code: letter.code,
		system: letter.system,
		crmId: letter.crmId,
		unifiedId: letter.entityId,
		deliveryId: letter.deliveryId,
		openedAt: isoTime(letter.openedAt),
		closedAt: isoTime(letter.closedAt),
	};
}

export const deadLetterLocator: INodeProperties = {
	displayName: 'Dead Letter',
	name: 'deadLetterId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a dead letter...',
			typeOptions: { searchListMethod: 'searchDeadLetters', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 12' },
	],
};
