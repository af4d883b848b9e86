/** Canvas items as change events: the good ones apart from those that no longer fit. */
import {
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
} from 'n8n-workflow';
import { changeEventSchema, describeIssues, type ChangeEvent, type Fabric } from '../../lib';
import type { ItemFailure } from './failures';

export interface EventItem {
	/** Number of the input item, from 0. */
	index: number;
	item: INodeExecutionData;
	event: ChangeEvent;
}

export interface UnfitItem {
	index: number;
	/** Known if the item still names its event. */
	eventId?: string;
	/** Which parts are wrong, without the values. */
	issues: string;
}

export function readEvents(items: readonly INodeExecutionData[]): {
	good: EventItem[];
	unfit: UnfitItem[];
} {
	const good: EventItem[] = [];
	const unfit: UnfitItem[] = [];
	for (const [index, item] of items.entries()) {
		const parsed = changeEventSchema.safeParse(item.json);
		if (parsed.success) good.push({ index, item, event: parsed.data });
		else unfit.push({ index, eventId: eventIdOf(item), issues: describeIssues(parsed.error) });
	}
	return { good, unfit };
}

function eventIdOf({ json }: INodeExecutionData): string | undefined {
	return typeof json.eventId === 'string' && json.eventId !== '' ? json.eventId : undefined;
}

/** The item as it came, the event as it was understood, and what this node adds. */
export function withResult(
	{ index, item, event }: EventItem,
	result: IDataObject,
): INodeExecutionData {
	const json: IDataObject = { ...item.json, ...event, ...result };
	return { ...(item.binary && { binary: item.binary }), json, pairedItem: { item: index } };
}

/** Events that no longer fit become dead letters: trying them again would end the same way. */
export async function rejectUnfit(
	fabric: Fabric,
	node: INode,
	unfit: readonly UnfitItem[],
): Promise<ItemFailure[]> {
	const failures: ItemFailure[] = [];
	for (const { index, eventId, issues } of unfit) {
		const reason = `The item does not fit a change event: ${issues}.`;
		const kept = eventId !== undefined && (await fabric.rejectEvent(eventId, reason));
		const error = new NodeOperationError(node, `${reason} [item ${index}]`, {
			itemIndex: index,
			description: kept ? REPAIR_AND_RETRY : REPAIR,
		});
		failures.push({ index, error });
	}
	return failures;
}

const REPAIR_AND_RETRY =
	'The event is kept as a dead letter. Correct the node that changes the item before this one, then retry it: CRM Fabric node, resource Dead Letter, operation Retry.';
const REPAIR =
	'No event of the inbox waits under this eventId, so nothing is kept. Connect a trigger of CRM Fabric, or correct the node that makes this item.';
