import type { IDataObject } from 'n8n-workflow';
import type { DeadLetterRow } from '../../../lib';
import { isoTime } from '../operation';
import { rowLocator } from '../row-locator';

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

export const deadLetterLocator = rowLocator({
	displayName: 'Dead Letter',
	name: 'deadLetterId',
	singular: 'a dead letter',
	searchListMethod: 'searchDeadLetters',
	example: '12',
});
