/** Duplicates among plain items: groups, or every item with its group. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import {
	DEFAULT_THRESHOLDS,
	findDuplicates,
	readItem,
	type DuplicateCluster,
	type DuplicateReport,
	type KeyMapping,
	type QualityItem,
} from '../../lib';
import { settleFailures, type ItemFailure } from '../shared/failures';
import { unreadFailure } from './check';
import { readMapping } from './parameters';

interface Options {
	idKey?: string;
	changedKey?: string;
	activityKey?: string;
	threshold?: number;
	includeDoubtful?: boolean;
}

interface ReadItems {
	items: QualityItem[];
	/** Id -> number of the input item. */
	places: Map<string, number>;
	failures: ItemFailure[];
}

export async function findDuplicateItems(node: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const options = node.getNodeParameter('duplicateOptions', 0, {}) as Options;
	const { items, places, failures } = readItems(node, readMapping(node, []), options);
	const { threshold: link = DEFAULT_THRESHOLDS.link, includeDoubtful } = options;
	const thresholds = { link, review: Math.min(link, DEFAULT_THRESHOLDS.review) };
	const report = await findDuplicates(items, { thresholds, includeDoubtful });
	node.addExecutionHints({ message: hint(report), location: 'outputPane' });
	const isByItem = node.getNodeParameter('returnAs', 0, 'groups') === 'items';
	const rows = isByItem ? everyItem(node, report, places) : groups(report, places);
	return [[...rows, ...settleFailures(node, failures)]];
}

function readItems(node: IExecuteFunctions, mapping: KeyMapping[], options: Options): ReadItems {
	const read: ReadItems = { items: [], places: new Map(), failures: [] };
	for (const [index, { json }] of node.getInputData().entries()) {
		const { fields, unread } = readItem(json, mapping);
		const id = idOf(json, options.idKey, index);
		if (unread.length > 0) read.failures.push(unreadFailure(node, unread, index));
		else if (id === undefined) read.failures.push(idFailure(node, index, 'has no ID'));
		else if (read.places.has(id))
			read.failures.push(idFailure(node, index, 'has an ID that another item has'));
		else {
			read.places.set(id, index);
			read.items.push({ id, fields, ...measures(json, options) });
		}
	}
	return read;
}

function idOf(json: IDataObject, key: string | undefined, index: number): string | undefined {
	if (key === undefined || key === '') return String(index + 1);
	const id = json[key];
	const isId = (typeof id === 'string' && id !== '') || typeof id === 'number';
	return isId ? String(id) : undefined;
}

function idFailure(node: IExecuteFunctions, index: number, what: string): ItemFailure {
	const error = new NodeOperationError(node.getNode(), `The item ${what} [item ${index}]`, {
		itemIndex: index,
		description: "Choose another 'ID Key', or leave it empty: then items are numbered.",
	});
	return { index, error };
}

function measures(json: IDataObject, { changedKey, activityKey }: Options): Partial<QualityItem> {
	const changedAt = changedKey ? numberOf(json[changedKey]) : undefined;
	const activity = activityKey ? numberOf(json[activityKey]) : undefined;
	return {
		...(changedAt !== undefined && { changedAt }),
		...(activity !== undefined && { activity }),
	};
}

/** A number, or a time as ms. */
function numberOf(value: unknown): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	const text = typeof value === 'string' ? value.trim() : '';
	if (text === '') return undefined;
	const parsed = Number.isFinite(Number(text)) ? Number(text) : Date.parse(text);
	return Number.isNaN(parsed) ? undefined : parsed;
}

function groups({ clusters }: DuplicateReport, places: ReadItems['places']): INodeExecutionData[] {
	return clusters.map((cluster) => ({
		json: clusterRow(cluster),
		pairedItem: cluster.members.map((id) => ({ item: places.get(id) ?? 0 })),
	}));
}

/** A cluster as people read it. */
function clusterRow({
	id,
	members,
	confidence,
	links,
	master,
	merged,
}: DuplicateCluster): IDataObject {
	return {
		group: id,
		count: members.length,
		confidence,
		master: master.id,
		reasons: master.reasons,
		members,
		scores: master.scores.map((one) => ({ ...one })),
		merged: Object.fromEntries(
			Object.entries(merged).map(([field, one]) => [field, one.value]),
		) as IDataObject,
		sources: Object.fromEntries(
			Object.entries(merged).map(([field, { from, because }]) => [field, { from, because }]),
		) as IDataObject,
		evidence: links.map(({ a, b, confidence: sure, evidence }) => ({
			pair: [a, b],
			confidence: sure,
			...evidence,
		})) as unknown as IDataObject[],
	};
}

function everyItem(
	node: IExecuteFunctions,
	{ clusters }: DuplicateReport,
	places: ReadItems['places'],
): INodeExecutionData[] {
	const clusterOf = new Map(
		clusters.flatMap((cluster) => cluster.members.map((id) => [id, cluster])),
	);
	const input = node.getInputData();
	return [...places].flatMap(([id, index]) => {
		const item = input[index];
		const cluster = clusterOf.get(id);
		const duplicate = {
			group: cluster?.id ?? null,
			isMaster: cluster === undefined || cluster.master.id === id,
			master: cluster?.master.id ?? id,
			confidence: cluster?.confidence ?? null,
			count: cluster?.members.length ?? 1,
		};
		return item === undefined
			? []
			: [{ ...item, json: { ...item.json, duplicate }, pairedItem: { item: index } }];
	});
}

function hint({ clusters, items, surplus }: DuplicateReport): string {
	const found = clusters.length === 1 ? '1 group' : `${clusters.length} groups`;
	return `${found} of duplicates among ${items} items; merging them would save ${surplus}.`;
}
