import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { RuleSetError, type Fabric, type NormalisedClient } from '../../../lib';
import { failureItem, type ItemFailure } from '../../shared/failures';
import type { BatchOperation } from '../operation';

/** Behind Field Merge, or over a list of clients: one run, which can be undone. */
export const normalise: BatchOperation = {
	option: {
		name: 'Normalise Clients',
		value: 'normalise',
		description:
			'Bring names, dates, phones, e-mails and addresses of clients to their normal form',
		action: 'Normalise clients',
	},
	properties: [
		{
			displayName: 'Unified ID',
			name: 'unifiedId',
			type: 'string',
			default: '={{ $json.unifiedId }}',
			required: true,
			placeholder: 'e.g. U1001',
			description: 'The client; behind Field Merge every item has it',
		},
		{
			displayName: 'Country',
			name: 'country',
			type: 'string',
			default: 'US',
			placeholder: 'e.g. US',
			description:
				'ISO code of two letters: what phones, states, postal codes and dates without a country are read as',
		},
	],

	async forBatch(node, fabric) {
		const ids = node.getInputData().map((_item, index) => idOf(node, index));
		const country = String(node.getNodeParameter('country', 0, 'US'))
			.trim()
			.toUpperCase();
		const { run, clients } = await normaliseAll(node, fabric, [...new Set(ids)], country);
		const byId = new Map(clients.map((client) => [client.unifiedId, client]));
		return ids.map((id, index): INodeExecutionData => {
			const client = byId.get(id);
			if (client !== undefined) return { json: row(client, run), pairedItem: { item: index } };
			return settle(node, unknown(node, index));
		});
	},
};

/** Empty for an item that names none, such as the delete of a record that was never linked. */
function idOf(node: IExecuteFunctions, index: number): string {
	const id: unknown = node.getNodeParameter('unifiedId', index, '');
	return typeof id === 'string' ? id.trim() : '';
}

async function normaliseAll(
	node: IExecuteFunctions,
	fabric: Fabric,
	ids: string[],
	country: string,
) {
	try {
		return await fabric.quality.normaliseClients(ids, { country }, 'Data Quality');
	} catch (error) {
		if (!(error instanceof RuleSetError)) {
			const reason = error instanceof Error ? error : String(error);
			throw new NodeOperationError(node.getNode(), reason, {
				description: 'Nothing was changed. Check that the store can be written.',
			});
		}
		throw new NodeOperationError(node.getNode(), `'Country' cannot be used: ${error.message}`, {
			description: 'Give an ISO code of two letters, for example US.',
		});
	}
}

function row(
	{ unifiedId, changed, warnings, repairs }: NormalisedClient,
	run: string,
): IDataObject {
	return {
		unifiedId,
		changed,
		repairs: repairs
			.filter(({ field }) => changed.includes(field.split('.')[0] ?? field))
			.map((one) => ({ ...one })),
		warnings: warnings.map((one) => ({ ...one })),
		run,
	};
}

function unknown(node: IExecuteFunctions, index: number): ItemFailure {
	const message = `There is no such client [item ${index}]`;
	const description = "'Unified ID' names none. Behind Field Merge, use {{ $json.unifiedId }}.";
	return {
		index,
		error: new NodeOperationError(node.getNode(), message, { itemIndex: index, description }),
	};
}

function settle(node: IExecuteFunctions, failure: ItemFailure): INodeExecutionData {
	if (!node.continueOnFail()) throw failure.error;
	return failureItem(failure);
}
