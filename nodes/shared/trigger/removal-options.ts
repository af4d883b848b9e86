/** Options of a CRM trigger: what removals elsewhere mean here, and what one run may do at most. */
import type { INodeProperties } from 'n8n-workflow';
import { connectors } from '../../../lib';
import { CRM_NAMES, type CrmKind } from '../authentication';

export function removalOptions(kind: CrmKind): INodeProperties[] {
	return [deletePolicy(kind), ...archive(kind), ...LIMITS];
}

function deletePolicy(kind: CrmKind): INodeProperties {
	const crm = CRM_NAMES[kind];
	return {
		displayName: 'When Removed Elsewhere',
		name: 'deletePolicy',
		type: 'options',
		options: [
			{
				name: 'Archive It',
				value: 'archive',
				description: `Put the record away in ${crm}: see Archive Field`,
			},
			{
				name: 'Ask',
				value: 'ask',
				description: 'A review is opened: CRM Fabric node, resource Review',
			},
			{ name: 'Delete It', value: 'delete', description: `Delete the record in ${crm}, too` },
			{ name: 'Ignore', value: 'ignore', description: `The record lives on in ${crm}` },
		],
		default: 'ignore',
		description: `What to do with the record in ${crm} when the client's record in another CRM was deleted or archived`,
	};
}

function archive(kind: CrmKind): INodeProperties[] {
	const { archiveField, archiveValue, unarchiveValue } =
		connectors.get(kind)?.defaultSettings ?? {};
	const crm = CRM_NAMES[kind];
	return [
		{
			displayName: 'Archive Field',
			name: 'archiveField',
			type: 'string',
			default: String(archiveField ?? ''),
			description: `Field of ${crm} that says whether a contact is put away, by its API name. Empty: archiving is refused.`,
		},
		{
			displayName: 'Archiving Here Is a Removal',
			name: 'archiveIsRemoval',
			type: 'boolean',
			default: false,
			description: `Whether a contact that somebody puts away in ${crm} counts as removed, so that the other CRMs follow their own policy`,
		},
		{
			displayName: 'Archived Value',
			name: 'archiveValue',
			type: 'string',
			default: String(archiveValue ?? ''),
			description: 'What the archive field holds when a contact is put away',
		},
		{
			displayName: 'Unarchived Value',
			name: 'unarchiveValue',
			type: 'string',
			default: String(unarchiveValue ?? ''),
			description:
				'What the archive field gets when a contact is taken out again and nobody knows what it held before',
		},
	];
}

/** The defaults are DEFAULT_LIMITS of the library; a test holds the two together. */
const LIMITS: INodeProperties[] = [
	{
		displayName: 'Most Changes per Run',
		name: 'mostChanges',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 2000,
		description:
			'How many contacts one run may change here before it is stopped and a review asks; live changes count per hour, all together. 0: no limit.',
	},
	{
		displayName: 'Most New Contacts per Run',
		name: 'mostCreates',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 1000,
		description:
			'How many contacts one run may create here before it is stopped and a review asks; live changes count per hour, all together. 0: no limit.',
	},
	{
		displayName: 'Most Removals per Run',
		name: 'mostRemovals',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 25,
		description:
			'How many contacts one run may delete or archive here before it is stopped and a review asks; live changes count per hour, all together. 0: no limit.',
	},
];
