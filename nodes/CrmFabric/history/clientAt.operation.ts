import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { clientProperties, findClient } from '../client-picker';
import { isoTime, type ItemOperation } from '../operation';
import { timeOf } from '../time';

/** A client's fields and records as they were then, from the audit trail. */
export const clientAt: ItemOperation = {
	option: {
		name: 'Get Client at a Point in Time',
		value: 'clientAt',
		description: 'See what a client looked like at some time, and which records it had',
		action: 'Get a client at a point in time',
	},
	properties: [
		...clientProperties,
		{
			displayName: 'At',
			name: 'at',
			type: 'dateTime',
			default: '',
			required: true,
			description: 'The point in time',
		},
	],

	async forItem(call) {
		const at = timeOf(call, 'at', 'At');
		const { unifiedId } = await findClient(call);
		const past = await call.fabric.history.entityAt(unifiedId, at);
		if (past === undefined) {
			const message = `There was no client ${unifiedId} at ${isoTime(at)} [item ${call.index}]`;
			throw new NodeOperationError(call.node.getNode(), message, {
				itemIndex: call.index,
				description: 'Choose a later time: Audit, History says when the client was made.',
			});
		}
		return [
			{
				unifiedId: past.unifiedId,
				at: past.at,
				fields: past.fields as IDataObject,
				links: past.links.map(({ since, ...link }) => ({ ...link, since: isoTime(since) })),
			},
		];
	},
};
