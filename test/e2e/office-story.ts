/**
 * Three families, one entered in each CRM, and what becomes of them: the steps that people take, and after
 * each of them what every CRM should hold, as far as it can.
 */
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import { idOf, type Fact, type Office } from './office';
import { ROLES, screenOf, type Deal, type Screen, type TaskFields } from './office-people';
import type { ObjectName } from '../../lib/model/objects';

interface Family {
	/** Where it is entered. */
	home: Crm;
	/** Who edits it. */
	editor: Crm;
	lastName: string;
	members: readonly [string, string, string];
}

const FAMILIES: readonly Family[] = [
	{ home: 'wealthbox', editor: 'redtail', lastName: 'Hollis', members: ['Ada', 'Ben', 'Cleo'] },
	{ home: 'redtail', editor: 'salesforce', lastName: 'Marsh', members: ['Dora', 'Emil', 'Fay'] },
	{ home: 'salesforce', editor: 'wealthbox', lastName: 'Quint', members: ['Gus', 'Hedy', 'Ivo'] },
];

/** What becomes of a record whose twin in another CRM is deleted. */
export const POLICIES = { wealthbox: 'delete', redtail: 'ask', salesforce: 'ignore' } as const;

export interface Removal {
	crm: Crm;
	object: 'note' | 'task';
	title: string;
	/** Where it lives on: its policy says so, or Wealthbox, which lets nobody delete a note. */
	stays: readonly Crm[];
	/** A person is asked there. */
	asks: Crm | null;
	because: string;
}

const NOTE_TEXT = '.\nTwo lines & a sign.';

/** None of them was entered or edited in Wealthbox: within its minute that would be asked about, too. */
export const REMOVALS: readonly Removal[] = [
	{
		...{ crm: 'salesforce', object: 'task', title: 'Task 2 of Quint', stays: [] },
		...{ asks: 'redtail', because: 'deleted in Wealthbox, asked about in Redtail' },
	},
	{
		...{ crm: 'redtail', object: 'task', title: 'Task 1 of Marsh', stays: ['salesforce'] },
		...{ asks: null, because: 'deleted in Wealthbox, ignored by Salesforce' },
	},
	{
		...{ crm: 'wealthbox', object: 'task', title: 'Task 2 of Marsh', stays: ['salesforce'] },
		...{ asks: 'redtail', because: 'asked about in Redtail, ignored by Salesforce' },
	},
	{
		...{ crm: 'salesforce', object: 'note', title: `Note 2 of Marsh${NOTE_TEXT}` },
		...{ stays: ['wealthbox'], asks: 'redtail' },
		because: 'asked about in Redtail; Wealthbox lets nobody delete a note',
	},
];

const DAY_MS = 24 * 60 * 60 * 1_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

export class OfficeStory {
	/** What should be true everywhere by now. */
	readonly facts: Fact[] = [];
	private readonly screens: Record<Crm, Screen>;

	constructor(private readonly office: Office) {
		const { wealthbox, redtail, salesforce } = office;
		this.screens = {
			wealthbox: screenOf(wealthbox),
			redtail: screenOf(redtail),
			salesforce: screenOf(salesforce),
		};
	}

	/** A family with its household, two notes, two tasks and an opportunity, in one CRM. */
	async enter(home: Crm): Promise<void> {
		const family = FAMILIES.find((one) => one.home === home);
		if (family === undefined) throw new Error(`No family lives in ${home}.`);
		const { lastName, members } = family;
		const screen = this.screens[home];
		const people = members.map((firstName) => screen.person(firstName, lastName));
		const [head = '', spouse = ''] = people;
		const household = await screen.household(homeOf(family), people);
		// Redtail's notes and activities are a contact's, never a family's.
		const isShared = home !== 'redtail';
		const about = (crmId: string) => ({ object: 'contact' as const, crmId });
		const whole = isShared ? { object: 'household' as const, crmId: household } : about(spouse);
		this.peopleFacts(family);
		await screen.note(about(head), this.note(family, 1));
		await screen.note(whole, this.note(family, 2, isShared));
		await screen.task(about(spouse), this.task(family, 1, 'High'));
		await screen.task(whole, this.task(family, 2, 'Normal', isShared));
		await screen.opportunity(about(head), this.deal(family));
	}

	/** A task is done, a deal moves on, a household gets another name, a note another text. */
	async edit(): Promise<void> {
		for (const family of FAMILIES) {
			const { editor } = family;
			const screen = this.screens[editor];
			const find = (object: ObjectName, title: string) => idOf(this.office[editor], object, title);
			await screen.finish(await find('task', `Task 1 of ${family.lastName}`));
			this.fact('task', `Task 1 of ${family.lastName}`).fields.done = true;
			const deal = { amount: 300_000, stage: 'Won' as const };
			await screen.value(await find('opportunity', `Deal of ${family.lastName}`), deal);
			Object.assign(this.fact('opportunity', `Deal of ${family.lastName}`).fields, deal);
			await this.rename(family, await find('household', homeOf(family)));
			await this.rewrite(family);
		}
	}

	/** The child of each family moves in with the next one. */
	async move(): Promise<void> {
		for (const [place, family] of FAMILIES.entries()) {
			// Neither where the family was entered nor where it was edited.
			const crm = CRMS.find((one) => one !== family.home && one !== family.editor) ?? family.home;
			const next = FAMILIES[(place + 1) % FAMILIES.length] ?? family;
			const child = nameOf(family, 2);
			const find = (object: ObjectName, title: string) => idOf(this.office[crm], object, title);
			const target = await find('household', newHomeOf(next));
			await this.screens[crm].move(await find('contact', child), target);
			const { fields } = this.fact('contact', child);
			fields.household = newHomeOf(next);
			// Salesforce keeps no roles: what it was stays.
			if (crm !== 'salesforce') fields.householdRole = 'Child';
		}
	}

	/** Deletes a record in one CRM: until a person has said yes, it is still where they are asked. */
	async remove({ crm, object, title, stays, asks }: Removal): Promise<void> {
		await this.screens[crm].remove(object, await idOf(this.office[crm], object, title));
		const fact = this.fact(object, title);
		for (const one of CRMS) if (!stays.includes(one) && one !== asks) fact.except[one] = null;
	}

	/** A person has said yes. */
	approved({ asks, object, title }: Removal): void {
		if (asks !== null) this.fact(object, title).except[asks] = null;
	}

	private fact(object: ObjectName, title: string): Fact {
		const found = this.facts.find(
			(one) => one.object === object && Object.values(one.fields).includes(title),
		);
		if (found === undefined) throw new Error(`There is no "${title}" (${object}).`);
		return found;
	}

	private peopleFacts(family: Family): void {
		const { home } = family;
		for (const [place] of family.members.entries()) {
			const name = nameOf(family, place);
			// Who was entered where no roles are known gets the one that the others give by themselves.
			const householdRole = home === 'salesforce' ? 'Other Dependent' : (ROLES[place] ?? '');
			const fields = { name, household: homeOf(family), householdRole };
			this.facts.push({ object: 'contact', fields, except: {} });
		}
		this.facts.push({ object: 'household', fields: { name: homeOf(family) }, except: {} });
	}

	private note(family: Family, number: number, isShared = false): string {
		const text = `Note ${number} of ${family.lastName}${NOTE_TEXT}`;
		const client = number === 1 ? nameOf(family, 0) : clientOf(family, isShared);
		const except = isShared ? { redtail: null } : {};
		this.facts.push({ object: 'note', fields: { client, text }, except });
		return text;
	}

	private task(
		family: Family,
		number: number,
		priority: TaskFields['priority'],
		isShared = false,
	): TaskFields {
		const task = {
			...{ subject: `Task ${number} of ${family.lastName}`, dueDate: inDays(20 + number) },
			priority,
		};
		const client = number === 1 ? nameOf(family, 1) : clientOf(family, isShared);
		const except = isShared ? { redtail: { client: null } } : {};
		this.facts.push({ object: 'task', fields: { ...task, client, done: false }, except });
		return task;
	}

	private deal(family: Family): Deal {
		const deal = {
			...{ name: `Deal of ${family.lastName}`, amount: 250_000.5 },
			...{ stage: 'Identified' as const, closeDate: inDays(90) },
		};
		const client = nameOf(family, 0);
		this.facts.push({ object: 'opportunity', fields: { ...deal, client }, except: {} });
		return deal;
	}

	private async rename(family: Family, household: string): Promise<void> {
		const name = newHomeOf(family);
		await this.screens[family.editor].rename(household, name);
		for (const { object, fields } of this.facts) {
			if (object === 'household' && fields.name === homeOf(family)) fields.name = name;
			for (const field of ['household', 'client'])
				if (fields[field] === homeOf(family)) fields[field] = name;
		}
	}

	/** Redtail lets nobody change a note: there it stays, and somebody else writes. */
	private async rewrite(family: Family): Promise<void> {
		const crm = family.editor === 'redtail' ? 'salesforce' : family.editor;
		const fact = this.facts.find(({ object, fields }) => {
			return object === 'note' && String(fields.text).startsWith(`Note 1 of ${family.lastName}`);
		});
		if (fact === undefined) throw new Error('The note is not known.');
		const before = String(fact.fields.text);
		const text = `${before}\nAnd a third one.`;
		await this.screens[crm].rewrite(await idOf(this.office[crm], 'note', before), text);
		fact.fields.text = text;
		fact.except.redtail = { text: before };
	}
}

function nameOf({ members, lastName }: Family, place: number): string {
	return `${members[place]} ${lastName}`;
}

function homeOf({ lastName }: Family): string {
	return `${lastName} Household`;
}

function newHomeOf({ lastName }: Family): string {
	return `${lastName} Family Office`;
}

/** Of the second note and task: the household where the CRM can say so, else the spouse. */
function clientOf(family: Family, isShared: boolean): string {
	return isShared ? homeOf(family) : nameOf(family, 1);
}
