/** People at the screens of the three CRMs: each makes and changes records in its own CRM's words. */
import type { CrmRecord, RecordClient } from '../../lib/connectors/connector';
import type { Crm } from '../../scripts/demo/agreement';
import type { ObjectName } from '../../lib/model/objects';
import { DOMAIN, type OfficeCrm } from './office';

export interface Ref {
	object: 'contact' | 'household';
	crmId: string;
}
export const ROLES = ['Head', 'Spouse', 'Child'] as const;

export interface TaskFields {
	subject: string;
	/** YYYY-MM-DD */
	dueDate: string;
	priority: 'Low' | 'Normal' | 'High';
}
export interface Deal {
	name: string;
	amount: number;
	stage: 'Identified' | 'Proposal' | 'Won';
	closeDate: string;
}

export interface Meeting {
	subject: string;
	/** ISO, whole minutes. */
	startsAt: string;
	endsAt: string;
}

export interface Screen {
	person: (firstName: string, lastName: string) => string;
	/** Members in the order of {@link ROLES}. */
	household: (name: string, members: readonly string[]) => Promise<string>;
	note: (client: Ref, text: string) => Promise<void>;
	task: (client: Ref, fields: TaskFields) => Promise<void>;
	opportunity: (client: Ref, deal: Deal) => Promise<void>;
	event: (client: Ref, meeting: Meeting) => Promise<void>;
	rename: (household: string, name: string) => Promise<void>;
	/** As a child. */
	move: (contact: string, household: string) => Promise<void>;
	finish: (task: string) => Promise<void>;
	value: (opportunity: string, deal: Pick<Deal, 'amount' | 'stage'>) => Promise<void>;
	/** Not in Redtail. */
	rewrite: (note: string, text: string) => Promise<void>;
	remove: (object: ObjectName, crmId: string) => Promise<void>;
}

export function screenOf(crm: OfficeCrm): Screen {
	return SCREENS[crm.name](crm, {
		person: (firstName, lastName) => {
			const address = `${firstName}.${lastName}@${DOMAIN}`.toLowerCase();
			const emails = [{ address, kind: 'personal', primary: true }];
			return crm.simulator.people.create({ type: 'person', firstName, lastName, emails }).id;
		},
		remove: (object, crmId) => clientOf(crm, object).delete(crm.context, crmId),
	});
}

type Common = Pick<Screen, 'person' | 'remove'>;

function clientOf({ connector }: OfficeCrm, object: ObjectName): RecordClient {
	const client = object === 'contact' ? connector.contacts : connector.records?.[object];
	if (client === undefined) throw new Error(`${connector.displayName} has no ${object}.`);
	return client;
}

async function make(crm: OfficeCrm, object: ObjectName, values: CrmRecord): Promise<string> {
	const client = clientOf(crm, object);
	return client.idOf(await client.create(crm.context, values));
}

async function change(crm: OfficeCrm, object: ObjectName, crmId: string, values: CrmRecord) {
	await clientOf(crm, object).update(crm.context, crmId, values);
}

function wealthboxScreen(crm: OfficeCrm, common: Common): Screen {
	const noon = (day: string) => `${day}T17:00:00Z`;
	const PRIORITIES = { Low: 'Low', Normal: 'Medium', High: 'High' };
	const join = async (household: string, id: string, title: string) => {
		const url = `/households/${household}/members`;
		await crm.context.http({ method: 'POST', url, json: { id: Number(id), title } });
	};
	return {
		...common,
		household: async (name, members) => {
			const id = await make(crm, 'household', { name });
			for (const [place, member] of members.entries()) await join(id, member, ROLES[place] ?? '');
			return id;
		},
		note: async ({ crmId }, content) =>
			void (await make(crm, 'note', { content, linked_to: crmId })),
		task: async ({ crmId }, { subject, dueDate, priority }) => {
			const priorityWord = PRIORITIES[priority];
			const due = { due_date: noon(dueDate), priority: priorityWord };
			await make(crm, 'task', { name: subject, ...due, linked_to: crmId });
		},
		opportunity: async ({ crmId }, { closeDate, ...deal }) => {
			const more = { target_close: noon(closeDate), probability: 50, linked_to: crmId };
			await make(crm, 'opportunity', { ...deal, ...more });
		},
		event: async ({ crmId }, { subject, startsAt, endsAt }) => {
			const times = { starts_at: startsAt, ends_at: endsAt };
			await make(crm, 'event', { title: subject, ...times, linked_to: crmId });
		},
		rename: (household, name) => change(crm, 'household', household, { name }),
		move: (contact, household) => join(household, contact, 'Child'),
		finish: (task) => change(crm, 'task', task, { complete: true }),
		value: (opportunity, deal) => change(crm, 'opportunity', opportunity, deal),
		rewrite: (note, content) => change(crm, 'note', note, { content }),
	};
}

function redtailScreen(crm: OfficeCrm, common: Common): Screen {
	const { origin } = new URL(crm.simulator.url);
	const CODES = { Low: 1, Normal: 2, High: 3 };
	const STAGES = { Identified: 'Prospecting', Proposal: 'Proposal', Won: 'Won' };
	// How families are written over the API is not documented: this is a person at the screen.
	const atScreen = async (method: string, path: string, body: CrmRecord) => {
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(`${origin}/_sim/families${path}`, {
			...{ method, headers, body: JSON.stringify(body) },
		});
		if (!answer.ok) throw new Error(`Redtail's screen answered ${answer.status} to ${path}.`);
		return (await answer.json()) as CrmRecord;
	};
	return {
		...common,
		household: async (name, members) => {
			const placed = members.map((id, place) => ({ contact_id: id, relationship: place + 1 }));
			return String((await atScreen('POST', '', { name, members: placed })).id);
		},
		note: async ({ crmId }, body) => void (await make(crm, 'note', { contact_id: crmId, body })),
		task: async ({ crmId }, { subject, dueDate, priority }) => {
			const day = `${dueDate}T00:00:00.000Z`;
			const times = { all_day: true, start_date: day, end_date: day };
			const importance = CODES[priority];
			await make(crm, 'task', { subject, ...times, importance, linked_contacts: crmId });
		},
		opportunity: async ({ crmId }, { closeDate, stage, ...deal }) => {
			const own = { close_date: closeDate, stage: STAGES[stage], linked_contacts: crmId };
			await make(crm, 'opportunity', { ...deal, ...own });
		},
		event: async ({ crmId }, { subject, startsAt, endsAt }) => {
			const times = { start_date: startsAt, end_date: endsAt };
			await make(crm, 'event', { subject, ...times, linked_contacts: crmId });
		},
		rename: async (household, name) => void (await atScreen('PUT', `/${household}`, { name })),
		move: async (contact, household) =>
			void (await atScreen('PUT', `/${household}/members/${contact}`, { relationship: 3 })),
		finish: (task) => change(crm, 'task', task, { completed: true }),
		value: (opportunity, { amount, stage }) =>
			change(crm, 'opportunity', opportunity, { amount, stage: STAGES[stage] }),
		rewrite: () => Promise.reject(new Error('Redtail lets nobody change a note.')),
	};
}

function salesforceScreen(crm: OfficeCrm, common: Common): Screen {
	const STAGES = { Identified: 'Prospecting', Proposal: 'Proposal/Price Quote', Won: 'Closed Won' };
	const about = ({ object, crmId }: Ref, contact: string, account: string) => ({
		[object === 'contact' ? contact : account]: crmId,
	});
	const move = (contact: string, AccountId: string) =>
		change(crm, 'contact', contact, { AccountId });
	return {
		...common,
		household: async (Name, members) => {
			const id = await make(crm, 'household', { Name });
			for (const member of members) await move(member, id);
			return id;
		},
		note: async ({ crmId }, Body) =>
			void (await make(crm, 'note', { ParentId: crmId, Title: 'Note', Body })),
		task: async (client, { subject, dueDate, priority }) => {
			const own = { Subject: subject, ActivityDate: dueDate, Priority: priority };
			await make(crm, 'task', { ...own, ...about(client, 'WhoId', 'WhatId') });
		},
		opportunity: async (client, { name, amount, stage, closeDate }) => {
			const own = { Name: name, Amount: amount, StageName: STAGES[stage], CloseDate: closeDate };
			await make(crm, 'opportunity', { ...own, ...about(client, 'ContactId', 'AccountId') });
		},
		event: async (client, { subject, startsAt, endsAt }) => {
			const own = { Subject: subject, StartDateTime: startsAt, EndDateTime: endsAt };
			await make(crm, 'event', { ...own, ...about(client, 'WhoId', 'WhatId') });
		},
		rename: (household, Name) => change(crm, 'household', household, { Name }),
		move,
		finish: (task) => change(crm, 'task', task, { Status: 'Completed' }),
		value: (opportunity, { amount, stage }) =>
			change(crm, 'opportunity', opportunity, { Amount: amount, StageName: STAGES[stage] }),
		rewrite: (note, Body) => change(crm, 'note', note, { Body }),
	};
}

const SCREENS: Record<Crm, (crm: OfficeCrm, common: Common) => Screen> = {
	wealthbox: wealthboxScreen,
	redtail: redtailScreen,
	salesforce: salesforceScreen,
};
