import {
	NodeConnectionTypes,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { fieldLabel, type Fabric, type FieldRule, type MergeReport } from '../../lib';
import { readEvents, rejectUnfit, withResult, type EventItem } from '../shared/change-events';
import { settleFailures, type ItemFailure } from '../shared/failures';
import { fabricOf } from '../shared/store';
import { getRuleFields, getSystems } from '../shared/store-options';
import { wordsOf } from '../shared/subtitle';
import { hintAtQuestions, questionItems } from './questions';
import { DEFAULT_POLICIES, mergeProperties } from './properties';
import { readRules } from './rules';

/** `Last Write Wins, 2 rules`. */
const COUNT = '((n) => n ? ", " + n + (n === 1 ? " rule" : " rules") : "")';
const SUBTITLE = `={{ (${wordsOf(DEFAULT_POLICIES)})[$parameter["defaultPolicy"]] + ${COUNT}(($parameter["fieldRules"].rules || []).length) }}`;

/** Which value does each changed field get? Merges, and marks the records that now differ. */
export class FieldMerge implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Field Merge',
		name: 'fieldMerge',
		icon: {
			light: 'file:../../icons/field-merge.svg',
			dark: 'file:../../icons/field-merge.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: SUBTITLE,
		description: 'Decide field by field which CRM edit counts, and mark the records to be updated',
		defaults: { name: 'Field Merge' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Merged', 'Decide'],
		usableAsTool: true,
		credentials: [{ name: 'crmFabricStoreApi', displayName: 'CRM Fabric Store', required: true }],
		hints: [
			{
				message:
					'Each decision is kept: CRM Fabric node, resource Audit, operation Who Changed This Field or History.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'afterExecution',
			},
		],
		properties: mergeProperties,
	};

	methods = { loadOptions: { getRuleFields, getSystems } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { good, unfit } = readEvents(this.getInputData());
		const rules = readRules(this);
		const fabric = await fabricOf(this);
		const waiting = good.filter(isInReview);
		const ready = good.filter((eventItem) => !isInReview(eventItem));
		const failures = [
			...(await rejectUnfit(fabric, this.getNode(), unfit)),
			...waiting.map((eventItem) => inReviewFailure(this, eventItem)),
		];
		const reports = await merge(this, fabric, ready, rules);
		const merged = ready.flatMap((eventItem, place) => {
			const report = reports[place];
			return report === undefined ? [] : [withResult(eventItem, summary(report))];
		});
		hintAtQuestions(this, reports);
		return [[...merged, ...settleFailures(this, failures)], questionItems(ready, reports)];
	}
}

/**
 * A batch that cannot be merged always throws, also where the node is set to continue: an execution
 * that ended well would tell the trigger that its events were filtered on purpose.
 */
async function merge(
	context: IExecuteFunctions,
	fabric: Fabric,
	ready: readonly EventItem[],
	rules: FieldRule[],
): Promise<MergeReport[]> {
	if (ready.length === 0) return [];
	const events = ready.map(({ event }) => event);
	try {
		return await fabric.merge(events, rules);
	} catch (error) {
		const unresolved = itemNamedIn(error, ready);
		const reason = error instanceof Error ? error.message : String(error);
		const place = unresolved === undefined ? '' : ` [item ${unresolved}]`;
		throw new NodeOperationError(context.getNode(), `${reason}${place}`, {
			itemIndex: unresolved,
			description: `Nothing of this batch was merged and no event is lost: the trigger sends them again. ${
				unresolved === undefined
					? 'Check that the file of the store can be written and its disk is not full.'
					: 'Connect the Resolved output of an Identity Resolve node to this node.'
			}`,
		});
	}
}

/** The library names the event that no entity is known for. */
function itemNamedIn(error: unknown, ready: readonly EventItem[]): number | undefined {
	const text = error instanceof Error ? error.message : '';
	return ready.find(({ event }) => text.includes(`event ${event.eventId} `))?.index;
}

function isInReview({ item }: EventItem): boolean {
	const { identity } = item.json;
	return (
		typeof identity === 'object' &&
		identity !== null &&
		'decision' in identity &&
		identity.decision === 'review'
	);
}

function inReviewFailure(context: IExecuteFunctions, { index }: EventItem): ItemFailure {
	const error = new NodeOperationError(
		context.getNode(),
		`The event waits for a person to say which client it is [item ${index}]`,
		{
			itemIndex: index,
			description:
				'Connect only the Resolved output of Identity Resolve to this node. When the review is decided, the event comes by itself.',
		},
	);
	return { index, error };
}

function summary({ unifiedId, outcome, decisions, questions }: MergeReport): IDataObject {
	const changes = decisions.map(({ field, verdict, before, after, offered, memory }) => ({
		field,
		label: fieldLabel(field),
		verdict,
		before: before ?? null,
		after: after ?? null,
		...(verdict === 'lost' && { offered }),
		rule: memory.rule,
	}));
	const asked = questions.map(({ reviewId, field, policy }) => ({ reviewId, field, policy }));
	return { unifiedId, merge: { outcome, changes, ...(asked.length > 0 && { questions: asked }) } };
}
