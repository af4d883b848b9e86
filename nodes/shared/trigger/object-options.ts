/** Options of a CRM trigger for what is synced beside contacts; each is shown where its object is chosen. */
import type { INodeProperties } from 'n8n-workflow';
import { connectors, type ObjectName } from '../../../lib';
import type { CrmKind } from '../authentication';

type ItemObject = Exclude<ObjectName, 'contact'>;

const ALL: readonly ItemObject[] = ['household', 'opportunity', 'note', 'task', 'event'];

/** Names of the options: settings of the connectors under the same name. */
export const OBJECT_SETTINGS = [
	'minItemPollSeconds',
	'maxItemPollSeconds',
	'itemPollSeconds',
	'itemPollMaxSeconds',
	'itemScanMinutes',
	'itemScanHours',
	'noteScanMinutes',
	'noteChanges',
	'noteFormat',
	'noteTitle',
	'householdModel',
	'householdField',
	'householdValue',
	'householdRecordType',
	'householdGroupType',
	'familyWrites',
	'memberTitle',
	'taskOpenStatus',
	'taskDoneStatus',
	'undatedTaskFrame',
	'dayTimeUtc',
	'timeZone',
	'eventActivityCode',
	'eventMinutes',
	'activityPastDays',
	'activityFutureDays',
	'amountKind',
	'opportunityStage',
	'opportunityCloseDays',
];

interface Option {
	label: string;
	name: string;
	of: readonly ItemObject[];
	description: string;
	/** Of a choice: the values, or values with labels. */
	choices?: Record<string, string>;
}

export function objectOptions(kind: CrmKind): INodeProperties[] {
	const { defaultSettings = {} } = connectors.get(kind) ?? {};
	return OPTIONS[kind].map((option) => property(option, defaultSettings[option.name]));
}

function property(option: Option, preset: unknown): INodeProperties {
	const { label, name, description, of, choices } = option;
	const base = {
		...{ displayName: label, name, description },
		displayOptions: { show: { '/objects': [...of] } },
	};
	if (choices !== undefined) {
		const options = Object.entries(choices).map(([value, text]) => ({ name: text, value }));
		return { ...base, type: 'options', options, default: String(preset) };
	}
	if (typeof preset === 'boolean') return { ...base, type: 'boolean', default: preset };
	if (typeof preset !== 'number') return { ...base, type: 'string', default: String(preset ?? '') };
	const typeOptions = { minValue: 0, numberPrecision: name.endsWith('Seconds') ? 1 : 0 };
	return { ...base, type: 'number', typeOptions, default: preset };
}

const pace = (busy: string, quiet: string): Option[] => [
	{
		...{ label: 'Poll Others (Busy, Seconds)', name: busy, of: ALL },
		description: 'Pause between two reads of households, notes, tasks and so on while they change',
	},
	{
		...{ label: 'Poll Others (Quiet, Seconds)', name: quiet, of: ALL },
		description: 'The longest pause between these reads, after a while without changes',
	},
];

const WEALTHBOX: Option[] = [
	...pace('minItemPollSeconds', 'maxItemPollSeconds'),
	{
		...{ label: 'Compare Others (Minutes)', name: 'itemScanMinutes', of: ALL },
		description:
			'How often notes, tasks, events and opportunities are listed whole to find deleted ones. 0: never.',
	},
	{
		...{ label: 'Title of Members', name: 'memberTitle', of: ['household'] },
		description: 'Title in the household of a member whom no CRM gives a role',
		choices: Object.fromEntries(
			[
				...['Child', 'Grandchild', 'Grandparent', 'Head', 'Other Dependent', 'Parent', 'Partner'],
				...['Sibling', 'Spouse'],
			].map((title) => [title, title]),
		),
	},
	{
		...{ label: 'Frame of Undated Tasks', name: 'undatedTaskFrame', of: ['task'] },
		description: 'What a task without a due date gets: Wealthbox wants one or the other',
		choices: {
			future: 'Future',
			next_week: 'Next Week',
			this_week: 'This Week',
			today: 'Today',
			tomorrow: 'Tomorrow',
		},
	},
	{
		...{ label: 'Time of Days (UTC)', name: 'dayTimeUtc', of: ['task', 'opportunity'] },
		description:
			'Time of day of due and closing dates, which Wealthbox keeps as moments: one that is on the same day in your time zone',
	},
	{
		...{ label: 'Kind of Amounts', name: 'amountKind', of: ['opportunity'] },
		description: 'Kind of the amount of a new opportunity',
		choices: { AUM: 'AUM', Commission: 'Commission', Fee: 'Fee', Other: 'Other' },
	},
];

const REDTAIL: Option[] = [
	...pace('minItemPollSeconds', 'maxItemPollSeconds'),
	{
		...{ label: 'Write Families', name: 'familyWrites', of: ['household'] },
		description:
			'Whether households and their members are written: Redtail does not document how; try it on a test database first',
	},
	{
		...{ label: 'Read All Notes Every (Minutes)', name: 'noteScanMinutes', of: ['note'] },
		description:
			'Notes are listed contact by contact, a call each: those of edited contacts at once, all of them so often. 0: never.',
	},
	{
		...{ label: 'When Notes Change Elsewhere', name: 'noteChanges', of: ['note'] },
		description: 'Redtail lets nobody change a note',
		choices: { append: 'Add a Note That Says What Changed', skip: 'Leave It (Audited)' },
	},
	{
		...{ label: 'Activities: Days Back', name: 'activityPastDays', of: ['task', 'event'] },
		description: 'How many days before today polls look for activities',
	},
	{
		...{ label: 'Activities: Days Ahead', name: 'activityFutureDays', of: ['task', 'event'] },
		description: 'How many days after today polls look for activities',
	},
	{
		...{ label: 'Code of New Events', name: 'eventActivityCode', of: ['event'] },
		description: 'As the list of activity codes in Redtail names it',
	},
	{
		...{ label: 'Length of Events (Minutes)', name: 'eventMinutes', of: ['event'] },
		description: 'Of a new event without an end',
	},
	{
		...{ label: 'Time Zone of Tasks', name: 'timeZone', of: ['task'] },
		description: 'The zone in which the days of tasks are meant, for example America/New_York',
	},
];

const SALESFORCE: Option[] = [
	...pace('itemPollSeconds', 'itemPollMaxSeconds'),
	{
		...{ label: 'Compare Others (Hours)', name: 'itemScanHours', of: ALL },
		description: 'How often they are listed whole, to find what no other read showed. 0: never.',
	},
	{
		...{ label: 'Households Are', name: 'householdModel', of: ['household'] },
		description:
			'How the org keeps households. Found out by itself: Financial Services Cloud where the org has it, else the accounts that Household Field and Household Value name.',
		choices: {
			field: 'Accounts With the Household Value',
			recordType: 'Accounts of a Record Type (Financial Services Cloud Package)',
			auto: 'Found Out by Itself',
			group: 'Party Relationship Groups (Financial Services Cloud)',
		},
	},
	{
		...{ label: 'Household Field', name: 'householdField', of: ['household'] },
		description:
			'API name of the account field that tells households from other accounts, without Financial Services Cloud',
	},
	{
		...{ label: 'Household Value', name: 'householdValue', of: ['household'] },
		description: 'What that field holds in a household',
	},
	{
		...{ label: 'Household Record Type', name: 'householdRecordType', of: ['household'] },
		description:
			'Developer name of the record type of household accounts, with the Financial Services Cloud package',
	},
	{
		...{ label: 'Household Group Type', name: 'householdGroupType', of: ['household'] },
		description:
			'Type of the party relationship groups that are households, with Financial Services Cloud',
	},
	{
		...{ label: 'Notes Are', name: 'noteFormat', of: ['note'] },
		description: 'Which of the two kinds of notes is synced; the other one is left alone.',
		choices: { classic: 'Classic Notes', enhanced: 'Enhanced Notes' },
	},
	{
		...{ label: 'Title of Notes', name: 'noteTitle', of: ['note'] },
		description: 'Title of a note without a subject: Salesforce wants one',
	},
	{
		...{ label: 'Status of Done Tasks', name: 'taskDoneStatus', of: ['task'] },
		description: 'The status that stands for done; all others stand for open',
	},
	{
		...{ label: 'Status of Open Tasks', name: 'taskOpenStatus', of: ['task'] },
		description: 'What a new task gets, and one that is opened again',
	},
	{
		...{ label: 'Opportunity Stage', name: 'opportunityStage', of: ['opportunity'] },
		description: 'Of one that names no stage: Salesforce wants one',
	},
	{
		...{ label: 'Opportunities Close In (Days)', name: 'opportunityCloseDays' },
		of: ['opportunity'],
		description: 'Of one that names no closing date: Salesforce wants one',
	},
];

const OPTIONS: Record<CrmKind, Option[]> = {
	wealthbox: WEALTHBOX,
	redtail: REDTAIL,
	salesforce: SALESFORCE,
};
