import { requiredText, type ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { movedRow } from './moved';

/** A person says that two clients are one. */
export const merge: ItemOperation = {
	option: {
		name: 'Merge',
		value: 'merge',
		description: 'Say that two clients are one: their records are kept alike from now on',
		action: 'Merge two clients',
	},
	properties: [
		{
			displayName: 'Client That Stays',
			name: 'intoId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. U1001',
			description: 'Unified ID of the client that keeps its ID',
		},
		{
			displayName: 'Client That Becomes Part of It',
			name: 'fromId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. U1002',
			description: 'Unified ID of the other one; under it the client is still found',
		},
		requestedByProperty,
	],

	async forItem(call) {
		const help = 'Give a unified ID such as U1001; Client, Get finds it by a CRM record.';
		const into = requiredText(call, 'intoId', 'Client That Stays', help);
		const from = requiredText(call, 'fromId', 'Client That Becomes Part of It', help);
		const by = personOf(call, 'requestedBy');
		return [movedRow(await call.fabric.desk.mergeEntities({ from, into, by }))];
	},
};
