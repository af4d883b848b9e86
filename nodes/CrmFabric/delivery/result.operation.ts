import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import {
	deliveryReportSchema,
	describeIssues,
	type DeliveryReport,
	type RecordedResult,
} from '../../../lib';
import { failureItem, settleFailures, type ItemFailure } from '../../shared/failures';
import type { BatchOperation } from '../operation';

interface ReportItem {
	index: number;
	report: DeliveryReport;
}

interface ResultItem {
	index: number;
	result: RecordedResult;
}

/** Records what came of deliveries; retries by itself, and makes dead letters visible. */
export const deliveryResult: BatchOperation = {
	option: {
		name: 'Record Result',
		value: 'deliveryResult',
		description: 'Record what came of deliveries, after a CRM node with the operation Deliver',
		action: 'Record the result of a delivery',
	},
	properties: [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Fail Execution on Dead Letter',
					name: 'failOnDeadLetter',
					type: 'boolean',
					default: true,
					description:
						'Whether the execution fails when a delivery will not be tried again, so that the list of executions and the error workflow show it. Everything is recorded before.',
				},
			],
		},
	],

	async forBatch(node, fabric) {
		const { reports, failures } = readReports(node);
		const recorded = await fabric.recordResults(reports.map(({ report }) => report));
		const results = reports.flatMap(({ index }, place) => {
			const result = recorded[place];
			return result === undefined ? [] : [{ index, result }];
		});
		hintAtRetries(node, results);
		const items = withDeadLetters(node, results);
		return [...items, ...settleFailures(node, failures)];
	},
};

function readReports(node: IExecuteFunctions) {
	const reports: ReportItem[] = [];
	const failures: ItemFailure[] = [];
	for (const [index, { json }] of node.getInputData().entries()) {
		const parsed = deliveryReportSchema.safeParse(json);
		if (parsed.success) {
			reports.push({ index, report: parsed.data });
			continue;
		}
		const message = `The item is no result of a delivery: ${describeIssues(parsed.error)} [item ${index}]`;
		const error = new NodeOperationError(node.getNode(), message, {
			itemIndex: index,
			description:
				'Connect a CRM node with the resource CRM Fabric, operation Deliver, to this node. A delivery without a result is sent again.',
		});
		failures.push({ index, error });
	}
	return { reports, failures };
}

function withDeadLetters(
	node: IExecuteFunctions,
	results: readonly ResultItem[],
): INodeExecutionData[] {
	const { failOnDeadLetter = true } = node.getNodeParameter('options', 0, {}) as {
		failOnDeadLetter?: boolean;
	};
	const dead = results.filter(({ result }) => result.state === 'dead');
	const fails = failOnDeadLetter && dead.length > 0;
	if (fails && !node.continueOnFail()) throw deadLetterError(node, dead);
	return results.map((item) => {
		if (fails && item.result.state === 'dead') {
			return failureItem({ index: item.index, error: deadLetterError(node, [item]) });
		}
		return { json: { ...item.result }, pairedItem: { item: item.index } };
	});
}

const MAX_NAMED = 10;

function waits({ waiting = 0 }: RecordedResult): string {
	if (waiting === 0) return '';
	return waiting === 1
		? ' 1 record of this client waits for it.'
		: ` ${waiting} records of this client wait for it.`;
}

function deadLetterError(node: IExecuteFunctions, dead: readonly ResultItem[]): NodeOperationError {
	const named = dead
		.slice(0, MAX_NAMED)
		.map(
			({ result }) => `${result.deliveryId} (${result.system}): ${result.reason}${waits(result)}`,
		);
	const more = dead.length > MAX_NAMED ? ` And ${dead.length - MAX_NAMED} more.` : '';
	const count = dead.length === 1 ? '1 delivery is' : `${dead.length} deliveries are`;
	return new NodeOperationError(
		node.getNode(),
		`${count} now a dead letter. ${named.join(' ')}${more}`,
		{
			itemIndex: dead[0]?.index,
			description:
				'The results of the other items are recorded. Repair what the reason names, then use the CRM Fabric node, resource Dead Letter, operation Retry.',
		},
	);
}

function hintAtRetries(node: IExecuteFunctions, results: readonly ResultItem[]): void {
	const waiting = results.filter(({ result }) => result.state === 'retry');
	const [first] = waiting;
	if (first === undefined) return;
	const count = waiting.length === 1 ? '1 delivery' : `${waiting.length} deliveries`;
	const { system, reason, nextTryAt } = first.result;
	const message = `${count} will be tried again by itself, the first (${system}) at ${nextTryAt}: ${reason}`;
	node.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}
