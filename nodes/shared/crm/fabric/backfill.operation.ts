import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { readSystem, type ConnectorContext } from '../../../../lib';
import { shownFor } from '../../shown-for';
import { contextFor, type Crm } from '../crm';
import { toNodeError } from '../errors';
import { checkedSystem } from '../panel';
import { registered, storeOf } from './reconcile.operation';
import { systemNameProperty } from '../system-name';

export function backfillProperties(node: Crm): INodeProperties[] {
	const crm = node.connector.displayName;
	return shownFor(
		'fabric',
		['backfill'],
		[
			{
				displayName: `Reads everything that the trigger of this account syncs from ${crm} (its <b>Objects</b>: contacts, households, notes, ...) for a first load, page by page, and keeps it in the store. Nothing is written to any CRM. If it breaks off, run it again: it goes on where it stopped.`,
				name: 'backfillNotice',
				type: 'notice',
				default: '',
			},
			systemNameProperty(node),
			{
				displayName: 'Read Again',
				name: 'readAgain',
				type: 'boolean',
				default: false,
				description: 'Whether to read everything anew if this backfill has read it before',
			},
		],
	);
}

type Daily = { max: number; remaining: number };

/** One item: which backfill it belongs to, and how many records of each object were read. */
export async function readForBackfill(
	node: IExecuteFunctions,
	crm: Crm,
): Promise<INodeExecutionData[]> {
	const system = checkedSystem(node, node.getNodeParameter('system', 0) as string);
	const fabric = await storeOf(node);
	const { name, settings, fieldMap } = await registered(node, fabric, crm, system);
	const again = node.getNodeParameter('readAgain', 0, false) as boolean;
	const pairedItem = node.getInputData().map((_, item) => ({ item }));
	try {
		const { run } = await fabric.backfill.begin();
		const { context, daily } = watched(await contextFor(node, crm, name, settings));
		const signal = node.getExecutionCancelSignal() ?? new AbortController().signal;
		const { connector } = crm;
		const asked = { connector, context, fieldMap, run, again, signal, daily };
		const { records, ...read } = await readSystem(fabric.backfill, asked);
		const all = Object.values(records).reduce((sum, count) => sum + count, 0);
		const json: IDataObject = { ...read, records: all, objects: records };
		return [{ json, pairedItem }];
	} catch (error) {
		throw toNodeError(node.getNode(), error);
	}
}

/** Keeps what the CRM says of its calls a day. */
function watched(given: ConnectorContext): {
	context: ConnectorContext;
	daily: () => Daily | undefined;
} {
	let last: Daily | undefined;
	const budget = {
		...given.budget,
		observe: (quota: { used: number; most: number }) => {
			last = { max: quota.most, remaining: Math.max(0, quota.most - quota.used) };
			given.budget.observe?.(quota);
		},
	};
	return { context: { ...given, budget }, daily: () => last };
}
