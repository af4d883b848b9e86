/** Three simulated CRMs, a client in each, and how an administrator changes their fields. */
import {
	startRedtailSimulator,
	startSalesforceSimulator,
	startWealthboxSimulator,
} from '../../simulators';
import type { Simulator, SimulatorOptions } from '../../simulators/simulator';
import type { ObjectName } from '../../../lib/model/objects';
import type { Kind } from './office-and-crm';

export const ADA = { type: 'person' as const, firstName: 'Ada', lastName: 'Quill' };
export const EMAIL = 'ada@quill.example';
export const PLAIN = { ...ADA, emails: [{ address: EMAIL, primary: true }] };

export interface Crm {
	kind: Kind;
	start: (options: SimulatorOptions) => Promise<Simulator>;
	switches?: Record<string, unknown>;
	/** Rows of the trigger's resource mapper. */
	rows: Record<string, string>;
	job: string;
	/** The custom field, under another name or id after it was renamed. */
	before: string;
	after: string;
	rename: [method: string, path: string, body: unknown];
	/** A field with a list of values, and one of them that is removed. */
	picklist: { field: string; crmField: string };
	remove: [method: string, path: string, body?: unknown];
	giveBack: [method: string, path: string, body?: unknown];
	/** A mapped field of another object, and how it drifts. */
	other: {
		object: ObjectName;
		crmField: string;
		field: string;
		/** Its row in the panel, where it is not in the default map. */
		row?: Record<string, string>;
		drift: [method: string, path: string, body?: unknown];
		kind: 'vanished' | 'valuesLost';
	};
	/** Held first, lost, and what is written instead. */
	values: { first: string; lost: string; instead: string };
}

const NAMES = { first_name: 'firstName', last_name: 'lastName', job_title: 'jobTitle' };
const TIERS = { first: 'Silver', lost: 'Gold', instead: 'Bronze' };

export const CRMS: Crm[] = [
	{
		kind: 'wealthbox',
		start: startWealthboxSimulator,
		switches: { throttle: false },
		rows: { ...NAMES, email_addresses: 'emails', 'custom_fields.41': 'custom.tier' },
		job: 'job_title',
		before: 'custom_fields.41',
		after: 'custom_fields.51',
		rename: ['PATCH', '/fields/41', { newId: 51, name: 'Client tier' }],
		picklist: { field: 'custom.tier', crmField: 'custom_fields.51' },
		remove: ['PATCH', '/fields/51', { options: ['Silver', 'Bronze'] }],
		giveBack: ['PATCH', '/fields/51', { options: ['Silver', 'Bronze', 'Gold'] }],
		values: TIERS,
		other: {
			...{ object: 'opportunity', crmField: 'custom_fields.46', field: 'custom.region' },
			row: { 'custom_fields.46': 'custom.region' },
			...{ drift: ['DELETE', '/fields/46'], kind: 'vanished' },
		},
	},
	{
		kind: 'redtail',
		start: startRedtailSimulator,
		rows: { ...NAMES, emails: 'emails', category: 'category', 'udfs.12': 'custom.tier' },
		job: 'job_title',
		before: 'udfs.12',
		after: 'udfs.32',
		rename: ['PATCH', '/fields/12', { newId: 32, name: 'Client tier' }],
		picklist: { field: 'category', crmField: 'category' },
		remove: ['DELETE', '/lists/contact_categories/Vendor'],
		giveBack: ['POST', '/lists/contact_categories/Vendor'],
		values: { first: 'Client', lost: 'Vendor', instead: 'Prospect' },
		other: {
			...{ object: 'note', crmField: 'category', field: 'category' },
			...{ drift: ['DELETE', '/lists/categories/Review'], kind: 'valuesLost' },
		},
	},
	{
		kind: 'salesforce',
		start: startSalesforceSimulator,
		switches: { statusValues: ['Gold', 'Silver', 'Bronze'] },
		rows: {
			...{ FirstName: 'firstName', LastName: 'lastName', Title: 'jobTitle' },
			...{ Email: 'emails.primary', Client_Status__c: 'custom.tier' },
		},
		job: 'Title',
		before: 'Client_Status__c',
		after: 'Client_Tier__c',
		rename: [
			'PATCH',
			'/fields/Contact/Client_Status__c',
			{ name: 'Client_Tier__c', label: 'Client Tier' },
		],
		picklist: { field: 'custom.tier', crmField: 'Client_Tier__c' },
		remove: ['PATCH', '/fields/Contact/Client_Tier__c', { values: ['Silver', 'Bronze'] }],
		giveBack: ['PATCH', '/fields/Contact/Client_Tier__c', { values: ['Silver', 'Bronze', 'Gold'] }],
		values: TIERS,
		other: {
			...{ object: 'opportunity', crmField: 'StageName', field: 'stage' },
			drift: ['PATCH', '/fields/Opportunity/StageName', { values: ['Prospecting', 'Closed Won'] }],
			kind: 'valuesLost',
		},
	},
];
