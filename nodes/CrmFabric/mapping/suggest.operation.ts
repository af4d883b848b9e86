import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { DeskError, type Suggestion } from '../../../lib';
import type { BatchOperation } from '../operation';
import { askedOf, askedProperties } from './asked';

/** Once for all items: they may be records of the CRM, whose values tell more than names do. */
export const suggest: BatchOperation = {
	option: {
		name: 'Suggest',
		value: 'suggest',
		description:
			'Suggest what fields of the CRM that are not mapped yet may stand for, with a confidence and reasons',
		action: 'Suggest mappings',
	},
	properties: [
		...askedProperties,
		{
			displayName: 'Compare Records',
			name: 'compareRecords',
			type: 'boolean',
			default: false,
			description:
				"Whether the input items are records of this CRM (Get Many with Simplify off), whose values are compared with the clients'",
		},
	],

	async forBatch(node, fabric) {
		const asked = askedOf({ node, fabric, index: 0 });
		const items = node.getInputData();
		const compare = node.getNodeParameter('compareRecords', 0, false) === true;
		const records = compare ? items.map(({ json }) => json) : [];
		const suggestions = await failing(node, fabric.mappings.suggest({ ...asked, records }));
		const pairedItem = items.map((_, item) => ({ item }));
		return suggestions.map((one) => ({ json: row(asked, one), pairedItem }));
	},
};

async function failing<T>(node: IExecuteFunctions, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		const description =
			error instanceof DeskError
				? undefined
				: 'Check that the store can be read, and that the items are records of this CRM.';
		throw new NodeOperationError(node.getNode(), reason, { description });
	}
}

function row(asked: { system: string; object: string }, suggestion: Suggestion): IDataObject {
	return { ...asked, ...suggestion };
}
