/** What merge, split and their undo answer. */
import type { IDataObject } from 'n8n-workflow';
import type { ClientMove } from '../../../lib';

export function movedRow({ unifiedId, other, named, auditSeq }: ClientMove): IDataObject {
	return {
		unifiedId,
		otherId: other,
		...(named !== undefined && { recordsBelongTo: named }),
		auditSeq,
	};
}
