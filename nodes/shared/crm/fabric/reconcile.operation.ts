import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import {
	describes,
	isObjectName,
	listsOf,
	objectsOf,
	type Connector,
	type ConnectorContext,
	type Fabric,
	type FieldMap,
	type ObjectName,
	type ReconcileReport,
	type SystemRow,
} from '../../../../lib';
import { shownFor } from '../../shown-for';
import { fabricOf, STORE_CREDENTIAL } from '../../store';
import { contextFor, type Crm } from '../crm';
import { toNodeError } from '../errors';
import { checkedSystem } from '../panel';
import { resourcesOf } from '../resource';
import { systemNameProperty } from '../system-name';

/** Given one by one; whoever has more wants all of them. */
const MAX_GIVEN = 10_000;

export function reconcileProperties(node: Crm): INodeProperties[] {
	const crm = node.connector.displayName;
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
			systemNameProperty(node),
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
			...objectProperty(node),
			{
				displayName: 'Record ID',
				name: 'recordId',
				type: 'string',
				default: '={{ $json.crmId }}',
				required: true,
				displayOptions: { show: { scope: ['slice'] } },
				description: `The ID of the record in ${crm}`,
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

/** Which records are given; nothing to choose where the CRM has contacts only. */
function objectProperty(crm: Crm): INodeProperties[] {
	const resources = resourcesOf(crm);
	if (resources.length === 1) return [];
	const options = resources.map(({ label, name }) => ({ name: label, value: name as string }));
	return [
		{
			displayName: 'Object',
			name: 'object',
			type: 'options',
			noDataExpression: true,
			options: options.sort((a, b) => a.name.localeCompare(b.name)),
			default: 'contact',
			displayOptions: { show: { scope: ['slice'] } },
			description: 'What the given records are',
		},
	];
}

function givenObject(node: IExecuteFunctions): ObjectName {
	const object = node.getNodeParameter('object', 0, 'contact') as string;
	return isObjectName(object) ? object : 'contact';
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

/** The store that the node must have chosen. */
export async function storeOf(node: IExecuteFunctions): Promise<Fabric> {
	if (node.getNode().credentials?.[STORE_CREDENTIAL] !== undefined) return await fabricOf(node);
	throw new NodeOperationError(node.getNode(), 'No store is chosen', {
		description: "Choose the CRM Fabric Store that this account's trigger uses.",
	});
}

/** The system of this name, if it is an account of this CRM. */
export async function registered(
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
			description: 'Give the ID of a record for each item, or reconcile all records.',
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
	const objects = crmIds === undefined ? objectsOf(row.fieldMap) : [givenObject(node)];
	const fieldMap = await mapAfterLook(fabric, connector, context, row, objects);
	const run = await fabric.reconcile.start(row.name, { scope, dryRun });
	const isGone = async (crmId: string, object: ObjectName) =>
		await connector.isGone(context, crmId, signal, object);
	try {
		for (const [object, ...alongside] of listsOf(connector, objects)) {
			const what = { fieldMap, object, alongside, crmIds, signal };
			const pages = connector.readAll(context, what);
			for await (const page of pages) await fabric.reconcile.page(run, page);
		}
	} catch (error) {
		// Nothing is taken for deleted because a listing broke off.
		await fabric.reconcile.finish(run, { complete: false, isGone });
		throw toNodeError(node.getNode(), error);
	}
	return await fabric.reconcile.finish(run, { complete: true, isGone });
}

/** The mapping in force after the CRM was asked for its fields: one that is gone must not seem cleared. */
async function mapAfterLook(
	fabric: Fabric,
	connector: Connector,
	context: ConnectorContext,
	row: SystemRow,
	objects: readonly ObjectName[],
): Promise<FieldMap> {
	const { name: system } = row;
	try {
		for (const object of objects.filter((one) => describes(connector, one)))
			await fabric.mappings.observe({ system, object }, await connector.describe(context, object));
	} catch {
		// Whatever keeps the CRM from answering keeps the listing from being complete, which is told there.
	}
	return (await fabric.systems()).find(({ name }) => name === system)?.fieldMap ?? row.fieldMap;
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
