/** What the operations that undo have in common. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { fieldLabel, type UndoReport } from '../../../lib';
import type { OperationCall } from '../operation';
import { personOf, requestedByProperty } from '../person';

export const undoProperties: INodeProperties[] = [
	{
		displayName: 'Also What Was Changed Since',
		name: 'force',
		type: 'boolean',
		default: false,
		description:
			'Whether to set back also fields that somebody changed again later. Otherwise they are left as they are and listed as skipped.',
	},
	requestedByProperty,
];

export function askedBy(call: OperationCall): { by?: string; force: boolean } {
	const force = call.node.getNodeParameter('force', call.index, false) as boolean;
	return { by: personOf(call, 'requestedBy'), force };
}

export function undoRow({ run, undone, skipped }: UndoReport): IDataObject {
	return {
		run,
		undone: undone.map((one) => ({ ...one, label: fieldLabel(one.field) })),
		skipped: skipped.map((one) => ({ ...one, label: fieldLabel(one.field) })),
	};
}
