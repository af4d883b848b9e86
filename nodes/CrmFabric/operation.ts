/** What an operation of the CRM Fabric node is. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';
import type { Fabric } from '../../lib';

export interface OperationCall {
	node: IExecuteFunctions;
	fabric: Fabric;
	/** Number of the input item, from 0. */
	index: number;
}

interface Described {
	/** The entry in the Operation list. */
	option: INodePropertyOptions;
	/** Its own panel fields, without the conditions on resource and operation. */
	properties: INodeProperties[];
}

/** Runs once an item; answers rows. */
export type ItemOperation = Described & {
	forItem: (call: OperationCall) => Promise<IDataObject[]>;
};

/** Runs once for all items. */
export type BatchOperation = Described & {
	forBatch: (node: IExecuteFunctions, fabric: Fabric) => Promise<INodeExecutionData[]>;
};

export type Operation = ItemOperation | BatchOperation;

export interface Resource {
	label: string;
	value: string;
	operations: Record<string, Operation>;
	/** The operation that a new node starts with. */
	first: string;
}

/** A text parameter that must not be empty. */
export function requiredText(
	{ node, index }: OperationCall,
	name: string,
	label: string,
	description: string,
): string {
	const value: unknown = node.getNodeParameter(name, index, '', { extractValue: true });
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (text !== '') return text;
	throw new NodeOperationError(node.getNode(), `'${label}' is empty [item ${index}]`, {
		itemIndex: index,
		description,
	});
}

/** A number that names a row of the store, e.g. of a review. */
export function requiredNumber(call: OperationCall, name: string, label: string): number {
	const text = requiredText(call, name, label, 'Choose one from the list, or give its number.');
	if (/^\d{1,15}$/.test(text)) return Number(text);
	throw new NodeOperationError(
		call.node.getNode(),
		`'${label}' must be a whole number [item ${call.index}]`,
		{ itemIndex: call.index, description: 'Choose one from the list, or give its number.' },
	);
}

/** Times of the store (ms) as people and other nodes read them. */
export function isoTime(at: number | null | undefined): string | null {
	return at === null || at === undefined ? null : new Date(at).toISOString();
}
