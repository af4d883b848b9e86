/** Plain items: passed ones with their values in normal form, and rejected ones with the reasons. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import {
	checkRecord,
	readItem,
	writeItem,
	type CheckedRecord,
	type KeyMapping,
	type RuleSet,
} from '../../lib';
import { settleFailures, type ItemFailure } from '../shared/failures';
import { readMapping, readRules } from './parameters';

export function checkItems(node: IExecuteFunctions): INodeExecutionData[][] {
	const normalise = node.getNodeParameter('normalise', 0, true) === true;
	const rules = readRules(node, { normalise });
	const mapping = readMapping(node, rules.rules);
	const passed: INodeExecutionData[] = [];
	const rejected: INodeExecutionData[] = [];
	const failures: ItemFailure[] = [];
	const now = Date.now();
	for (const [index, item] of node.getInputData().entries()) {
		const outcome = checkItem(item, index, { mapping, rules, now });
		if ('unread' in outcome) failures.push(unreadFailure(node, outcome.unread, index));
		else (outcome.isRejected ? rejected : passed).push(outcome.item);
	}
	return [[...passed, ...settleFailures(node, failures)], rejected];
}

function checkItem(
	item: INodeExecutionData,
	index: number,
	{ mapping, rules, now }: { mapping: KeyMapping[]; rules: RuleSet; now: number },
): { item: INodeExecutionData; isRejected: boolean } | { unread: string[] } {
	const read = readItem(item.json, mapping);
	if (read.unread.length > 0) return { unread: read.unread };
	const checked = checkRecord(read.fields, rules, { now });
	const isRejected = checked.rejections.length > 0;
	// A rejected item is shown as it came: somebody has to correct it at its source.
	const written = isRejected
		? item.json
		: (writeItem(item.json, read, checked.repairs) as IDataObject);
	const json = { ...written, quality: qualityOf(checked) };
	return { item: { ...item, json, pairedItem: { item: index } }, isRejected };
}

/** What was found, for people and for the nodes behind. */
export function qualityOf({ warnings, rejections, repairs }: CheckedRecord): IDataObject {
	return {
		ok: warnings.length === 0 && rejections.length === 0,
		warnings: warnings.map((one) => ({ ...one })),
		rejections: rejections.map((one) => ({ ...one })),
		repairs: repairs.map((one) => ({ ...one })),
	};
}

export function unreadFailure(
	node: IExecuteFunctions,
	keys: readonly string[],
	index: number,
): ItemFailure {
	const message = `The value of ${keys.join(', ')} is neither a text nor a list of texts [item ${index}]`;
	const description =
		"Map another key ('Which Key Holds What'), or bring the value to a text before this node.";
	return {
		index,
		error: new NodeOperationError(node.getNode(), message, { itemIndex: index, description }),
	};
}
