/** Which backfill is meant, and how one is shown as an item. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { BackfillProgress } from '../../../lib';
import { requiredText, type OperationCall } from '../operation';
import { progressPage } from './page/progress-page';

export const runProperty: INodeProperties = {
	displayName: 'Backfill',
	name: 'run',
	type: 'string',
	default: '={{ $json.run }}',
	required: true,
	placeholder: 'e.g. backfill/1',
	description: 'Name of the backfill, as reading and planning answer it',
};

export function runOf(call: OperationCall): string {
	return requiredText(call, 'run', 'Backfill', 'Give one such as backfill/1.');
}

/** Without the page. */
export function summaryOf(progress: BackfillProgress): IDataObject {
	const { run, objects, phase, isPaused, mode, share, systems, parts, estimates } = progress;
	const { findings, readings } = progress;
	const read = Object.fromEntries(
		Object.entries(readings).map(([system, { records }]) => [system, records]),
	);
	const { startedAt, runStartedAt, endedAt, movedAt, approvedBy, caps, overCap, notes } = progress;
	const summary = {
		...{ run, objects, phase, isPaused, mode, share, read, systems, parts, estimates },
		plan: findings,
		...{ startedAt, runStartedAt, endedAt, movedAt, approvedBy, caps, overCap, notes },
		isOver: endedAt !== null,
	};
	return summary as unknown as IDataObject;
}

/** With a page for an n8n form. */
export function progressRow(progress: BackfillProgress): IDataObject {
	return { ...summaryOf(progress), ...progressPage(progress) };
}
