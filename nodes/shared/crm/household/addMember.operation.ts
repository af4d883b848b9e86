import type { INodeProperties } from 'n8n-workflow';
import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { recordOptions } from '../panel';
import { memberLocators, moved } from './members';

const role: INodeProperties = {
	displayName: 'Role',
	name: 'role',
	type: 'string',
	default: '',
	placeholder: 'e.g. Spouse',
	description:
		"The contact's role in the household, in the CRM's own word. Empty: what the CRM gives by itself. Salesforce keeps roles only with Financial Services Cloud or for person accounts.",
};

/** A contact who is in another household leaves that one. */
export const addMember: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['addMember'],
			[...memberLocators(crm, resource), role, recordOptions(crm, resource)],
		),

	async execute(call) {
		const { node, index } = call;
		const given = node.getNodeParameter('role', index, '') as string;
		return moved(call, 'join', given.trim());
	},
};
