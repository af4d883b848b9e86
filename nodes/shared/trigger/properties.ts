/** The panel of a CRM trigger. Everything has a default: choosing the credentials is enough. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import { authenticationProperty, CRM_NAMES, crmCredentials, type CrmKind } from '../authentication';
import { STORE_CREDENTIAL } from '../store';
import { mappingProperties } from './mapping-properties';
import { objectsProperty } from './objects';
import { optionsProperty } from './options';

export function crmTriggerCredentials(kind: CrmKind): INodeCredentialDescription[] {
	// The condition always holds. Without one, n8n's editor takes the store for one more way to sign in
	// to the CRM and offers it no credentials of its own type.
	const displayOptions = { show: { start: ['everything', 'load', 'now'] } };
	const store = {
		name: STORE_CREDENTIAL,
		displayName: 'CRM Fabric Store',
		required: true,
		displayOptions,
	};
	return [...crmCredentials(kind), store];
}

export function crmTriggerProperties(kind: CrmKind): INodeProperties[] {
	const crm = CRM_NAMES[kind];
	return [
		{
			displayName:
				'<b>Execute step</b> reads up to three contacts as a sample and marks nothing as read. Once the workflow is published, changes arrive by themselves. Nodes behind the trigger do act on the sample.',
			name: 'testNotice',
			type: 'notice',
			default: '',
		},
		...authenticationProperty(kind),
		{
			displayName: 'System Name',
			name: 'system',
			type: 'string',
			default: kind,
			required: true,
			placeholder: `e.g. ${kind}-east`,
			description: `Short name of this ${crm} account in the store, the audit trail and the rules. Keep it once the workflow has run; give a second ${crm} account a name of its own.`,
		},
		{
			displayName: 'Start With',
			name: 'start',
			type: 'options',
			options: [
				{
					name: 'Everything',
					value: 'everything',
					description: `Read all that ${crm} holds of the objects below first, then changes`,
				},
				{
					name: 'Planned First Load',
					value: 'load',
					description:
						'Take changes from now; what is there comes by a plan that you approve (template First Load), and no client is created elsewhere before',
				},
				{
					name: 'Only Changes From Now',
					value: 'now',
					description: 'Leave what is there alone until somebody changes it',
				},
			],
			default: 'everything',
			description:
				'What to do at the very first start; later starts go on where the last one stopped',
		},
		...objectsProperty(kind),
		...mappingProperties(kind),
		optionsProperty(kind),
	];
}
