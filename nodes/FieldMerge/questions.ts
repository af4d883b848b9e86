/** What Field Merge puts to the canvas (output *Decide*) and to people. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { fieldLabel, type MergeReport } from '../../lib';
import type { EventItem } from '../shared/change-events';

/**
 * An item for each question of the policy `custom`. Those of `ask` are for people: a Code node behind
 * *Decide* must not answer them by mistake.
 */
export function questionItems(
	ready: readonly EventItem[],
	reports: readonly MergeReport[],
): INodeExecutionData[] {
	return reports.flatMap(({ unifiedId, questions, event }, place) =>
		questions
			.filter(({ policy }) => policy === 'custom')
			.map(({ reviewId, field, value }) => {
				const { current, currentSource, candidate, candidateSource } = value;
				const json: IDataObject = {
					reviewId,
					unifiedId,
					field,
					label: fieldLabel(field),
					current,
					currentSource: currentSource && { ...currentSource },
					candidate,
					candidateSource: { ...candidateSource },
					eventId: event.eventId,
				};
				return { json, pairedItem: { item: ready[place]?.index ?? 0 } };
			}),
	);
}

export function hintAtQuestions(context: IExecuteFunctions, reports: readonly MergeReport[]): void {
	const asked = reports.flatMap(({ questions }) => questions).filter(isForPeople);
	if (asked.length === 0) return;
	const count = asked.length === 1 ? '1 value waits' : `${asked.length} values wait`;
	context.addExecutionHints({
		message: `${count} for a person to decide: CRM Fabric node, resource Review. What stood before stays until then.`,
		location: 'outputPane',
	});
}

function isForPeople({ policy }: MergeReport['questions'][number]): boolean {
	return policy === 'ask';
}
