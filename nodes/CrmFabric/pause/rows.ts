import type { IDataObject } from 'n8n-workflow';
import type { PauseRow } from '../../../lib';
import { isoTime } from '../operation';

export function pauseRow({ system, object, crmId, pausedAt, pausedBy }: PauseRow): IDataObject {
	return {
		system,
		crmId,
		record: crmId === null ? null : `${system}/${object}/${crmId}`,
		pausedAt: isoTime(pausedAt),
		pausedBy,
	};
}
