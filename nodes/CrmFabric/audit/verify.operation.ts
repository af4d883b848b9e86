import { NodeOperationError } from 'n8n-workflow';
import type { ItemOperation } from '../operation';

/** Walks the hash chain of the audit trail: was a row altered, put in or taken out? */
export const verify: ItemOperation = {
	option: {
		name: 'Verify',
		value: 'verify',
		description: 'Prove that nobody altered, added or removed a row of the audit trail',
		action: 'Verify the audit trail',
	},
	properties: [
		{
			displayName: 'Earlier Head',
			name: 'head',
			type: 'string',
			default: '',
			description:
				'The head that an earlier verification returned and that was kept outside the store. With it, a trail that was cut off or written anew is found, too.',
		},
		{
			displayName: 'Fail if Broken',
			name: 'failIfBroken',
			type: 'boolean',
			default: true,
			description:
				'Whether the execution fails when the trail is not as it was written, so that the error workflow tells somebody',
		},
	],

	async forItem({ node, fabric, index }) {
		const head = String(node.getNodeParameter('head', index, '')).trim();
		const proof = await fabric.history.verifyAudit(head === '' ? {} : { head });
		const { firstBroken } = proof;
		if (firstBroken !== undefined && node.getNodeParameter('failIfBroken', index, true) === true) {
			const message = `The audit trail is broken at row ${firstBroken.seq}: ${firstBroken.reason} [item ${index}]`;
			throw new NodeOperationError(node.getNode(), message, {
				itemIndex: index,
				description:
					'The rows before it can be trusted. Compare with a backup of the store to see what was changed.',
			});
		}
		return [{ ...proof }];
	},
};
