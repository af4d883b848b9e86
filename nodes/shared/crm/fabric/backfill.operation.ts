import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { CrmError, type ConnectorContext, type Fabric, type Json } from '../../../../lib';
import { shownFor } from '../../shown-for';
import { contextFor, type Crm } from '../crm';
import { toNodeError } from '../errors';
import { checkedSystem } from '../panel';
import { registered, storeOf } from './reconcile.operation';

export function backfillProperties({ kind, connector }: Crm): INodeProperties[] {
	const crm = connector.displayName;
	return shownFor(
		'fabric',
		['backfill'],
		[
			{
				displayName: `Reads every contact of ${crm} for a first load, page by page, and keeps it in the store. Households, notes and other objects are not read here: the trigger reads those that it syncs by itself when the load's clients are merged. Nothing is written to any CRM. If it breaks off, run it again: it goes on where it stopped.`,
				name: 'backfillNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'System Name',
				name: 'system',
				type: 'string',
				default: kind,
				required: true,
				description: `Name of this ${crm} account, as its trigger has it`,
			},
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

/** One item: which backfill it belongs to, and how many records were read. */
export async function readForBackfill(
	node: IExecuteFunctions,
	crm: Crm,
): Promise<INodeExecutionData[]> {
	const system = checkedSystem(node, node.getNodeParameter('system', 0) as string);
	const fabric = await storeOf(node);
	const row = await registered(node, fabric, crm, system);
	const again = node.getNodeParameter('readAgain', 0, false) as boolean;
	const pairedItem = node.getInputData().map((_, item) => ({ item }));
	try {
		const { run } = await fabric.backfill.begin();
		const given = await contextFor(node, crm, row.name, row.settings);
		const { context, daily } = watched(given);
		const signal = node.getExecutionCancelSignal() ?? new AbortController().signal;
		const how = { fabric, crm, context, signal, run, again, fieldMap: row.fieldMap, daily };
		const json: IDataObject = await readOrResume(how);
		return [{ json, pairedItem }];
	} catch (error) {
		throw toNodeError(node.getNode(), error);
	}
}

interface ReadAsked {
	fabric: Fabric;
	crm: Crm;
	context: ConnectorContext;
	signal: AbortSignal;
	run: string;
	again: boolean;
	fieldMap: Parameters<Crm['connector']['readAll']>[1]['fieldMap'];
	daily: () => Daily | undefined;
}

/** A listing that goes on in the middle may find that records have shifted meanwhile: then it begins anew. */
async function readOrResume(asked: ReadAsked): Promise<IDataObject> {
	return await read(asked).catch(async (error: unknown) => {
		if (await hasShifted(asked, error)) return await read({ ...asked, again: true });
		return await Promise.reject<IDataObject>(error);
	});
}

async function hasShifted({ fabric, run, context, again }: ReadAsked, error: unknown) {
	if (again || !(error instanceof CrmError) || error.code !== 'listing-incomplete') return false;
	return (await fabric.backfill.beginReading(run, context.system)).position !== null;
}

async function read(asked: ReadAsked): Promise<IDataObject> {
	const { fabric, crm, context, signal, run, again, fieldMap } = asked;
	const { system } = context;
	const place = await fabric.backfill.beginReading(run, system, again);
	if (place.isDone) return { run, system, records: place.records, wasReadBefore: true };
	const { pass } = place;
	let position = place.position as Json;
	const onPage = (next: Json) => {
		position = next;
	};
	const pages = crm.connector.readAll(context, { fieldMap, from: position, onPage, signal });
	for await (const events of pages) {
		await fabric.backfill.stage({ run, system, pass, position, events });
	}
	const { readings } = await fabric.backfill.endReading({ run, system, pass }, asked.daily());
	return { run, system, records: readings[system]?.records ?? 0, wasReadBefore: false };
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
