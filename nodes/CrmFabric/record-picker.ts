/** Panel fields that name a system, or a contact's record in it. */
import type { INodeProperties } from 'n8n-workflow';

export const systemProperty: INodeProperties = {
	displayName: 'System Name or ID',
	name: 'system',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getSystems' },
	default: '',
	required: true,
	description:
		'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
};

export const recordIdProperty: INodeProperties = {
	displayName: 'Record ID',
	name: 'recordId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 30714402',
	description: 'The ID of the contact in that CRM',
};
