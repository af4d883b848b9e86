import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import type { IdentityDecision, RuleOptions, Thresholds, WhileInReview } from '../../lib';
import { readEvents, rejectUnfit, withResult, type EventItem } from '../shared/change-events';
import { settleFailures } from '../shared/failures';
import { fabricOf } from '../shared/store';
import { thresholdProperties } from './properties';

/** Which client does each changed record belong to? Links it, or asks a person. */
export class IdentityResolve implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Identity Resolve',
		name: 'identityResolve',
		icon: {
			light: 'file:../../icons/identity-resolve.svg',
			dark: 'file:../../icons/identity-resolve.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ "link from " + $parameter["linkThreshold"] + ", ask from " + $parameter["reviewThreshold"] }}',
		description: 'Find the client that each changed CRM record belongs to',
		defaults: { name: 'Identity Resolve' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Resolved', 'In Review'],
		usableAsTool: true,
		credentials: [{ name: 'crmFabricStoreApi', displayName: 'CRM Fabric Store', required: true }],
		properties: thresholdProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { good, unfit } = readEvents(this.getInputData());
		const thresholds = readThresholds(this);
		const otherTaxId = this.getNodeParameter(
			'otherTaxId',
			0,
			'review',
		) as RuleOptions['otherTaxId'];
		const rules = { otherTaxId };
		const whileInReview = this.getNodeParameter('whileInReview', 0, 'hold') as WhileInReview;
		const fabric = await fabricOf(this);
		const failures = await rejectUnfit(fabric, this.getNode(), unfit);
		const events = good.map(({ event }) => event);
		const decisions =
			events.length === 0 ? [] : await fabric.resolve(events, thresholds, whileInReview, rules);
		const { resolved, inReview } = sortOut(good, decisions);
		if (inReview.length > 0) {
			this.addExecutionHints({ message: reviewHint(inReview.length), location: 'outputPane' });
		}
		return [[...resolved, ...settleFailures(this, failures)], inReview];
	}
}

function readThresholds(context: IExecuteFunctions): Thresholds {
	const link = context.getNodeParameter('linkThreshold', 0) as number;
	const review = context.getNodeParameter('reviewThreshold', 0) as number;
	if (review <= link) return { link, review };
	throw new NodeOperationError(
		context.getNode(),
		`'Review Threshold' (${review}) is above 'Link Threshold' (${link})`,
		{
			description:
				'Records that score between the two are shown to a person. Set the review threshold to the link threshold or below it.',
		},
	);
}

/** Decisions without a client (deletes of unlinked records) go on too: Field Merge settles them. */
function sortOut(good: readonly EventItem[], decisions: readonly IdentityDecision[]) {
	const resolved: INodeExecutionData[] = [];
	const inReview: INodeExecutionData[] = [];
	for (const [place, eventItem] of good.entries()) {
		const identity = decisions[place];
		if (identity === undefined) continue;
		const unifiedId = 'unifiedId' in identity ? identity.unifiedId : null;
		const item = withResult(eventItem, { unifiedId, identity });
		(['review', 'waits'].includes(identity.decision) ? inReview : resolved).push(item);
	}
	return { resolved, inReview };
}

function reviewHint(count: number): string {
	const waiting = count === 1 ? '1 event waits' : `${count} events wait`;
	return `${waiting} for a person to say which client it is: CRM Fabric node, resource Review.`;
}
