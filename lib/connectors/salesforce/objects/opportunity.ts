/**
 * Opportunities. The client is the account if that is a household, else the contact that the opportunity
 * was made with: Salesforce lets nobody change that one afterwards.
 */
import { parseLocalReference } from '../../../model/objects';
import type { CrmObjectField } from '../../objects/crm-object';
import { canonicalNumber } from '../../objects/values';
import { itemSettings } from '../settings';
import {
	clientOf,
	customField,
	filter,
	MODIFIED_SINCE,
	picklist,
	plain,
	STAMPS,
	text,
	type SalesforceItem,
} from './salesforce-object';

const DAY_MS = 24 * 60 * 60 * 1_000;

const opportunityClient: CrmObjectField = {
	...{ name: 'ContactId', label: 'Client (Contact or Household Account)', type: 'string' },
	field: 'client',
	read: (record) => clientOf(record, 'ContactId', 'AccountId'),
	write: (value, { current }) => {
		const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
		if (named?.object === 'household') return { AccountId: named.crmId };
		return named === undefined || current !== null ? undefined : { ContactId: named.crmId };
	},
};

const number = (name: string, label: string, field: string): CrmObjectField => ({
	...plain(name, label, { type: 'number', field }),
	hold: (value) => (Array.isArray(value) ? undefined : canonicalNumber(value)),
});

export const opportunity: SalesforceItem = {
	object: 'opportunity',
	sobject: 'Opportunity',
	capability: {
		create: true,
		change: true,
		archive: { field: 'StageName', value: 'Closed Lost', back: '', moves: ['probability'] },
		delete: true,
		needs: ['name'],
	},
	reads: ['AccountId'],
	searchBy: 'Name',
	fields: [
		opportunityClient,
		text('Name', 'Name', 'name', 120, true),
		text('Description', 'Description', 'text', 32_000),
		number('Amount', 'Amount', 'amount'),
		picklist('StageName', 'Stage', 'stage', [], true),
		number('Probability', 'Probability (%)', 'probability'),
		{
			...plain('CloseDate', 'Close Date', { type: 'date', field: 'closeDate', required: true }),
			hold: (value) => (value === null || value === '' ? undefined : value),
		},
		plain('AccountId', 'Account ID'),
		...STAMPS,
	],
	customField,
	/** Salesforce wants a stage and a date of every opportunity. */
	defaults: (settings, _body, now) => {
		const { opportunityStage, opportunityCloseDays } = itemSettings(settings);
		const closes = new Date(now + opportunityCloseDays * DAY_MS);
		return { StageName: opportunityStage, CloseDate: closes.toISOString().slice(0, 10) };
	},
	matchFields: [],
	listFilters: [
		filter('AccountId', 'Account ID', 'Only opportunities of this account'),
		filter('StageName', 'Stage', 'Opportunities in exactly this stage'),
		filter('OwnerId', 'Owner', 'ID of the user whose opportunities to list'),
		MODIFIED_SINCE,
	],
};
