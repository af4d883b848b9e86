import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import {
	ConfigurationFailure,
	deliverAndLook,
	deliverManyAndLook,
	deliveryJobSchema,
	describeIssues,
	type DeliveryJob,
	type DeliveryOutcome,
} from '../../../../lib';
import { settleFailures, type ItemFailure } from '../../failures';
import { contextFor, type Crm } from '../crm';
import { shownFor } from '../../shown-for';
import { checkedSystem } from '../panel';
import { inLanes } from './lanes';
import { systemNameProperty } from '../system-name';

/** Records written at a time. More would not be faster: the CRM's rate limit is what holds. */
const CONCURRENCY = 2;

interface JobItem {
	index: number;
	job: DeliveryJob;
}

export function deliverProperties(crm: Crm): INodeProperties[] {
	return shownFor(
		'fabric',
		['deliver'],
		[
			{
				displayName:
					'Takes the items of a Delivery Trigger and writes them. Connect its output to a CRM Fabric node with the operation Record Result. The CRM Fabric Store is needed here only if n8n runs in queue mode.',
				name: 'deliverNotice',
				type: 'notice',
				default: '',
			},
			{
				...systemNameProperty(crm),
				hint: 'Items of other systems are refused, so that nothing is written into the wrong account.',
			},
		],
	);
}

/**
 * Writes deliveries. What the CRM or the network does is an outcome, not an error; items that are no
 * deliveries of this system are errors, and then nothing is written unless the node is set to continue.
 */
export async function deliver(node: IExecuteFunctions, crm: Crm): Promise<INodeExecutionData[]> {
	const system = checkedSystem(node, node.getNodeParameter('system', 0) as string);
	const { jobs, failures } = readJobs(node, system);
	const refused = settleFailures(node, failures);
	const outcomes = await outcomesOf(node, crm, jobs);
	const delivered = jobs.map(({ index, job }, place) =>
		resultItem(index, job, outcomes[place] as DeliveryOutcome),
	);
	hintAtFailures(node, outcomes);
	return [...delivered, ...refused];
}

function readJobs(node: IExecuteFunctions, system: string) {
	const jobs: JobItem[] = [];
	const failures: ItemFailure[] = [];
	for (const [index, { json }] of node.getInputData().entries()) {
		const parsed = deliveryJobSchema.safeParse(json);
		if (!parsed.success) {
			const issues = describeIssues(parsed.error);
			failures.push(unfit(node, index, `The item is no delivery: ${issues}`, FROM_TRIGGER));
		} else if (parsed.data.system !== system) {
			const message = `The delivery is for the system "${parsed.data.system}", but this node writes to "${system}"`;
			failures.push(unfit(node, index, message, ROUTE));
		} else {
			jobs.push({ index, job: parsed.data });
		}
	}
	return { jobs, failures };
}

const FROM_TRIGGER = 'Connect a Delivery Trigger to this node and pass its items on as they are.';
const ROUTE =
	"Put a Switch node before the CRM nodes, routed by the item's field system, or correct 'System Name' in this node. The delivery is sent again.";

function unfit(
	node: IExecuteFunctions,
	itemIndex: number,
	message: string,
	description: string,
): ItemFailure {
	const error = new NodeOperationError(node.getNode(), `${message} [item ${itemIndex}]`, {
		itemIndex,
		description,
	});
	return { index: itemIndex, error };
}

/** The settings under which the delivery was computed are those under which it is written. */
async function outcomeOf(
	node: IExecuteFunctions,
	crm: Crm,
	job: DeliveryJob,
): Promise<DeliveryOutcome> {
	try {
		const context = await contextFor(node, crm, job.system, job.settings);
		return await deliverAndLook(crm.connector, context, job);
	} catch (error) {
		// The other items of the batch may be written already: their outcomes must not be lost.
		return unexpected(node, job, error);
	}
}

async function outcomesOf(
	node: IExecuteFunctions,
	crm: Crm,
	items: readonly JobItem[],
): Promise<DeliveryOutcome[]> {
	const jobs = items.map(({ job }) => job);
	if (crm.connector.deliverMany !== undefined) return await outcomesTogether(node, crm, jobs);
	const write = async (job: DeliveryJob) => await outcomeOf(node, crm, job);
	return await inLanes(jobs, ({ unifiedId }) => unifiedId, CONCURRENCY, write);
}

/** Deliveries that were computed under the same settings are written together. */
async function outcomesTogether(
	node: IExecuteFunctions,
	crm: Crm,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryOutcome[]> {
	const outcomes = new Map<DeliveryJob, DeliveryOutcome>();
	for (const some of bySettings(jobs)) {
		const [{ system, settings }] = some;
		try {
			const context = await contextFor(node, crm, system, settings);
			const told = await deliverManyAndLook(crm.connector, context, some);
			for (const [place, job] of some.entries()) {
				const outcome = told?.[place];
				if (outcome !== undefined) outcomes.set(job, outcome);
			}
		} catch (error) {
			for (const job of some) outcomes.set(job, unexpected(node, job, error));
		}
	}
	const silent = new Error('The connector gave no outcome');
	return jobs.map((job) => outcomes.get(job) ?? unexpected(node, job, silent));
}

type Some = [DeliveryJob, ...DeliveryJob[]];

function bySettings(jobs: readonly DeliveryJob[]): Some[] {
	const groups = new Map<string, Some>();
	for (const job of jobs) {
		const key = JSON.stringify(job.settings ?? null);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [job]);
		else group.push(job);
	}
	return [...groups.values()];
}

function unexpected(node: IExecuteFunctions, job: DeliveryJob, error: unknown): DeliveryOutcome {
	if (error instanceof ConfigurationFailure) {
		const reason = `${error.message} ${error.hint}`;
		return { status: 'retry', reason, code: 'configuration', outcomeUnknown: true };
	}
	const name = error instanceof Error ? error.name : typeof error;
	node.logger.error('A delivery stopped unexpectedly', { deliveryId: job.deliveryId, name });
	const reason = `The connector stopped unexpectedly (${name}). The log of n8n has the delivery's number.`;
	return { status: 'retry', reason, code: 'unexpected', outcomeUnknown: true };
}

function resultItem(index: number, job: DeliveryJob, outcome: DeliveryOutcome): INodeExecutionData {
	const { deliveryId, claimToken, system, unifiedId, operation } = job;
	const crmId = ('crmId' in outcome ? outcome.crmId : undefined) ?? job.crmId;
	const json = { deliveryId, claimToken, system, unifiedId, crmId, operation, outcome };
	return { json, pairedItem: { item: index } };
}

function hintAtFailures(node: IExecuteFunctions, outcomes: readonly DeliveryOutcome[]): void {
	const failed = outcomes.filter(({ status }) => status !== 'confirmed');
	if (failed.length === 0) return;
	const message = `${failed.length} of ${outcomes.length} deliveries were not confirmed; the field outcome says why. CRM Fabric, Record Result, decides which are tried again.`;
	node.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}
