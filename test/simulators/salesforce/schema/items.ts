/** What belongs to a client in the simulated org: activities, opportunities and classic notes. */
import { customKeys, type OrgSetup } from './org-setup';
import { field, systemFields, text, type FieldDef, type ObjectDef } from './types';

const who = (): FieldDef =>
	field('WhoId', 'Name ID', 'reference', {
		referenceTo: 'Contact',
		relationshipName: 'Who',
		length: 18,
	});

const what = (): FieldDef =>
	field('WhatId', 'Related To ID', 'reference', {
		referenceTo: 'Account',
		alsoTo: ['Opportunity'],
		relationshipName: 'What',
		length: 18,
	});

function item(
	name: string,
	labelPlural: string,
	keyPrefix: string,
	fields: FieldDef[],
	changeEvents = true,
): ObjectDef {
	const { first, last } = systemFields();
	return {
		name,
		label: name,
		labelPlural,
		keyPrefix,
		writable: true,
		changeEvents,
		fields: [...first, ...fields, ...last],
	};
}

/** Open as long as its status is none that counts as closed. */
export function task(setup: OrgSetup): ObjectDef {
	return item('Task', 'Tasks', '00T', [
		who(),
		what(),
		text('Subject', 'Subject', 255),
		field('ActivityDate', 'Due Date Only', 'date'),
		field('Status', 'Status', 'picklist', {
			length: 40,
			required: true,
			byDefault: 'Not Started',
			values: ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'],
		}),
		field('Priority', 'Priority', 'picklist', {
			length: 20,
			required: true,
			byDefault: 'Normal',
			values: ['High', 'Normal', 'Low'],
		}),
		field('Description', 'Description', 'textarea', { length: 32_000 }),
		...customKeys(setup),
	]);
}

export function event(setup: OrgSetup): ObjectDef {
	return item('Event', 'Events', '00U', [
		who(),
		what(),
		text('Subject', 'Subject', 255),
		text('Location', 'Location', 255),
		field('IsAllDayEvent', 'All-Day Event', 'boolean'),
		field('StartDateTime', 'Start Date Time', 'datetime', { required: true }),
		field('EndDateTime', 'End Date Time', 'datetime', { required: true }),
		field('Description', 'Description', 'textarea', { length: 32_000 }),
		...customKeys(setup),
	]);
}

export function opportunity(setup: OrgSetup): ObjectDef {
	return item('Opportunity', 'Opportunities', '006', [
		field('AccountId', 'Account ID', 'reference', {
			referenceTo: 'Account',
			relationshipName: 'Account',
			length: 18,
		}),
		field('ContactId', 'Contact ID', 'reference', {
			referenceTo: 'Contact',
			length: 18,
			createOnly: true,
		}),
		text('Name', 'Name', 120, { required: true }),
		field('Description', 'Description', 'textarea', { length: 32_000 }),
		field('StageName', 'Stage', 'picklist', {
			length: 40,
			required: true,
			values: [
				'Prospecting',
				'Qualification',
				'Needs Analysis',
				'Proposal/Price Quote',
				'Negotiation/Review',
				'Closed Won',
				'Closed Lost',
			],
		}),
		field('Amount', 'Amount', 'currency'),
		field('Probability', 'Probability (%)', 'percent'),
		field('CloseDate', 'Close Date', 'date', { required: true }),
		...customKeys(setup),
	]);
}

/** Classic notes: no change events. */
export function note(): ObjectDef {
	const fields = [
		field('ParentId', 'Parent ID', 'reference', {
			referenceTo: 'Contact',
			alsoTo: ['Account', 'Opportunity'],
			relationshipName: 'Parent',
			length: 18,
			required: true,
			createOnly: true,
		}),
		text('Title', 'Title', 80, { required: true }),
		field('IsPrivate', 'Private', 'boolean'),
		field('Body', 'Body', 'textarea', { length: 32_000 }),
	];
	return item('Note', 'Notes', '002', fields, false);
}
