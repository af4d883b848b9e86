/** Opportunities (reference/redtail.md, section 10): money comes as text, stages and types are lists. */
import type { CrmObject } from '../../objects/crm-object';
import type { Picklists } from '../catalog';
import type { Resource } from '../item-client';
import { LINKED_CLIENT, LINKED_CLIENTS } from './links';
import { listedField, plainField } from './values';

export const OPPORTUNITIES: Resource = {
	path: '/opportunities',
	plural: 'opportunities',
	singular: 'opportunity',
};

export const OPPORTUNITY_PICKLISTS: Picklists = {
	stage: { idField: 'stage_id', list: 'opportunity_stages' },
	opportunity_type_description: { idField: 'opportunity_type', list: 'opportunity_types' },
	source: { idField: 'source_id', list: 'sources' },
};

export const OPPORTUNITY: CrmObject = {
	object: 'opportunity',
	capability: {
		...{
			create: true,
			change: true,
			archive: { field: 'stage', value: 'Lost', back: '' },
			delete: true,
			needs: ['name'],
		},
		clients: LINKED_CLIENTS,
	},
	fields: [
		{ name: 'name', label: 'Name', type: 'string', required: true, field: 'name' },
		LINKED_CLIENT,
		plainField('description', 'Description'),
		{ name: 'amount', label: 'Amount', type: 'number', field: 'amount' },
		listedField('stage', 'Stage', 'stage'),
		{ name: 'probability', label: 'Probability', type: 'number', field: 'probability' },
		{ name: 'close_date', label: 'Close Date', type: 'date', field: 'closeDate' },
		listedField('opportunity_type_description', 'Type', 'category'),
		{ name: 'source', label: 'Source', type: 'options' },
		{ name: 'next_step', label: 'Next Step', type: 'string' },
		{ name: 'projected_revenue', label: 'Projected Revenue', type: 'number' },
		{ name: 'actual_revenue', label: 'Actual Revenue', type: 'number' },
		{ name: 'assigned_to', label: 'Assigned To (User ID)', type: 'number' },
		{ name: 'updated_at', label: 'Updated At', type: 'datetime', readOnly: true },
	],
	listFilters: [
		{
			name: 'contact_id',
			label: 'Contact ID',
			type: 'string',
			description: 'Opportunities that are linked to this contact',
		},
		{
			name: 'stage_id',
			label: 'Stage ID',
			type: 'string',
			description: 'Opportunities in this stage',
		},
	],
	matchFields: [{ name: 'name', label: 'Name' }],
};
