/** Change events between a trigger and Identity Resolve: what breaks a rule becomes a dead letter. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import {
	checkRecord,
	rejectionReason,
	type CheckedRecord,
	type Fabric,
	type RuleSet,
} from '../../lib';
import { readEvents, rejectUnfit, withResult, type EventItem } from '../shared/change-events';
import { settleFailures } from '../shared/failures';
import { fabricOf } from '../shared/store';
import { qualityOf } from './check';
import { readRules } from './parameters';

/**
 * Events go on as they came. Were a repaired value taken for what the CRM holds, the fabric would
 * believe so: it would not write the repair there, and its next write to that field would find another
 * value than expected.
 */
export async function checkEvents(node: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { good, unfit } = readEvents(node.getInputData());
	const rules = readRules(node, { normalise: true, partTitles: false });
	const fabric = await fabricOf(node);
	const failures = await rejectUnfit(fabric, node.getNode(), unfit);
	const passed: INodeExecutionData[] = [];
	const rejected: INodeExecutionData[] = [];
	const now = Date.now();
	for (const eventItem of good) {
		const checked = check(eventItem, rules, now);
		const quality = checked && qualityOf(checked);
		if (checked === undefined || checked.rejections.length === 0) {
			passed.push(withResult(eventItem, quality === undefined ? {} : { quality }));
			continue;
		}
		const reason = rejectionReason(checked);
		const deadLetter = await toDeadLetter(fabric, eventItem, reason);
		rejected.push(withResult(eventItem, { quality: { ...quality, reason, deadLetter } }));
	}
	return [[...passed, ...settleFailures(node, failures)], rejected];
}

/** Nothing is asked of a record that is gone. */
function check({ event }: EventItem, rules: RuleSet, now: number): CheckedRecord | undefined {
	if (event.change !== 'upsert' && event.change !== 'undelete') return undefined;
	return checkRecord(event.fields, rules, { now, isPartial: event.kind === 'delta' });
}

/** False if the inbox has no such event, as with a test item; it does not go on either. */
function toDeadLetter(fabric: Fabric, { event }: EventItem, reason: string): Promise<boolean> {
	return fabric.rejectEvent(event.eventId, reason);
}
