import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import type { Fabric, ReconcileReport, SystemRow } from '../../../../lib';
import { shownFor } from '../../shown-for';
import { fabricOf, STORE_CREDENTIAL } from '../../store';
import { contextFor, type Crm } from '../crm';
import { toNodeError } from '../errors';
import { checkedSystem } from '../panel';

/** Given one by one; whoever has more wants all of them. */
const MAX_GIVEN = 10_000;

export function reconcileProperties({ kind, connector }: Crm): INodeProperties[] {
	const crm = connector.displayName;
	return shownFor(
		'fabric',
		['reconcile'],
		[
			{
				displayName: `Reads ${crm} and compares it with what CRM Fabric knows. What was missed is taken in and repaired by the workflow that is active; this node itself writes nothing to ${crm}.`,
				name: 'reconcileNotice',
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
				displayName: 'Records',
				name: 'scope',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'All',
						value: 'full',
						description: 'Also finds records that were deleted and deliveries that got lost',
					},
					{
						name: 'Given',
						value: 'slice',
						description: 'One record for each input item',
					},
				],
				default: 'full',
				description: 'Which records to read',
			},
			{
				displayName: 'Record ID',
				name: 'recordId',
				type: 'string',
				default: '={{ $json.crmId }}',
				required: true,
				displayOptions: { show: { scope: ['slice'] } },
				description: `The ID of the contact in ${crm}`,
			},
			{
				displayName: 'Dry Run',
				name: 'dryRun',
				type: 'boolean',
				default: true,
				description: 'Whether to report only what would be done, and change nothing',
			},
		],
	);
}

/** One item: the report. A listing that broke off is an error, after what was read has been compared. */
export async function reconcile(node: IExecuteFunctions, crm: Crm): Promise<INodeExecutionData[]> {
	const system = checkedSystem(node, node.getNodeParameter('system', 0) as string);
	const fabric = await storeOf(node);
	const row = await registered(node, fabric, crm, system);
	const crmIds = node.getNodeParameter('scope', 0, 'full') === 'slice' ? given(node) : undefined;
	const report = await compare(node, { crm, fabric, row, crmIds });
	hintAtFindings(node, report);
	const pairedItem = node.getInputData().map((_, item) => ({ item }));
	return [{ json: { ...report } as unknown as IDataObject, pairedItem }];
}

async function storeOf(node: IExecuteFunctions): Promise<Fabric> {
	if (node.getNode().credentials?.[STORE_CREDENTIAL] !== undefined) return await fabricOf(node);
	throw new NodeOperationError(node.getNode(), 'No store is chosen', {
		description: "Choose the CRM Fabric Store that this account's trigger uses.",
	});
}

async function registered(
	node: IExecuteFunctions,
	fabric: Fabric,
	{ kind, connector }: Crm,
	system: string,
): Promise<SystemRow> {
	const row = (await fabric.systems()).find(({ name }) => name === system);
	if (row?.connector === kind) return row;
	const message =
		row === undefined
			? `The store knows no system "${system}"`
			: `The system "${system}" is no ${connector.displayName} account`;
	throw new NodeOperationError(node.getNode(), message, {
		description:
			"Enter the 'System Name' of this account's trigger. Its workflow must have been active once.",
	});
}

function given(node: IExecuteFunctions): string[] {
	const items = node.getInputData();
	const ids = items.map((_, index) => String(node.getNodeParameter('recordId', index, '')).trim());
	const empty = ids.indexOf('');
	if (empty >= 0) {
		throw new NodeOperationError(node.getNode(), `'Record ID' is empty [item ${empty}]`, {
			itemIndex: empty,
			description: 'Give the ID of a contact for each item, or reconcile all records.',
		});
	}
	if (ids.length <= MAX_GIVEN) return [...new Set(ids)];
	throw new NodeOperationError(node.getNode(), `${ids.length} records are too many`, {
		description: `Give ${MAX_GIVEN} at most, or reconcile all records.`,
	});
}

interface Comparison {
	crm: Crm;
	fabric: Fabric;
	row: SystemRow;
	/** Absent: all records. */
	crmIds?: string[];
}

async function compare(
	node: IExecuteFunctions,
	{ crm, fabric, row, crmIds }: Comparison,
): Promise<ReconcileReport> {
	const { connector } = crm;
	const context = await contextFor(node, crm, row.name, row.settings);
	const signal = node.getExecutionCancelSignal() ?? new AbortController().signal;
	const dryRun = node.getNodeParameter('dryRun', 0, true) as boolean;
	const scope = crmIds === undefined ? 'full' : 'slice';
	const run = await fabric.reconcile.start(row.name, { scope, dryRun });
	const isGone = async (crmId: string) => await connector.isGone(context, crmId, signal);
	try {
		const pages = connector.readAll(context, { fieldMap: row.fieldMap, crmIds, signal });
		for await (const page of pages) await fabric.reconcile.page(run, page);
	} catch (error) {
		// Nothing is taken for deleted because a listing broke off.
		await fabric.reconcile.finish(run, { complete: false, isGone });
		throw toNodeError(node.getNode(), error);
	}
	return await fabric.reconcile.finish(run, { complete: true, isGone });
}

function hintAtFindings(node: IExecuteFunctions, { counts, dryRun, run }: ReconcileReport): void {
	const found = Object.entries(counts).filter(([, count]) => count > 0);
	if (found.length === 0) return;
	const named = found.map(([finding, count]) => `${finding} ${count}`).join(', ');
	const message = dryRun
		? `${run}: ${named}. Nothing was changed; switch Dry Run off to repair it.`
		: `${run}: ${named}. What can be repaired goes out by itself.`;
	node.addExecutionHints({ message, location: 'outputPane' });
}
