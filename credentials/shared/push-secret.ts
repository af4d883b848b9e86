import type { INodeProperties } from 'n8n-workflow';

/** With which signed push calls are checked (docs/push.md); empty: none is accepted. */
export const pushSecretProperty: INodeProperties = {
	displayName: 'Push Signing Secret',
	name: 'pushSecret',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description:
		'Only for a relay that calls this trigger when something has changed: what it signs its calls with, 16 characters or more. Without it every such call is refused.',
};
