/**
 * What becomes of a family's records when some of them are deleted in one CRM, under each policy of the other two:
 * an item of each kind, a client with all that belongs to it, a household with its members; and what
 * comes back with an undelete. The facts say what every CRM should hold then, as far as it can.
 */
import type { FieldValue } from '../../lib/model/fields';
import type { ObjectName } from '../../lib/model/objects';
import { CRMS, type Crm } from '../../scripts/demo/agreement';
import { GONE, idOf, type Fact, type Office } from './office';
import { screenOf, type Screen } from './office-people';

/** Each is a policy; where a person is asked, with their answer. */
export const TREATMENTS = ['ignore', 'ask, yes', 'ask, no', 'archive', 'delete'] as const;
export type Treatment = (typeof TREATMENTS)[number];

export function policyOf(treatment: Treatment): 'ignore' | 'ask' | 'archive' | 'delete' {
	return treatment === 'ask, yes' || treatment === 'ask, no' ? 'ask' : treatment;
}

/**
 * What people say who are asked: also where Wealthbox's whole minutes leave open whether its record was edited after
 * the removal, and where a record that is to be put away could only be deleted.
 */
export function verdictOf(treatment: Treatment, operation: unknown): 'approve' | 'reject' {
	const isMeant = treatment === 'archive' ? operation === 'archive' : treatment !== 'ask, no';
	return isMeant ? 'approve' : 'reject';
}

type ItemName = Exclude<ObjectName, 'contact' | 'household'>;
type Fields = Record<string, FieldValue>;

/** What a CRM deletes together with a contact. Redtail keeps notes inside their contact. */
const TAKEN_ALONG: Record<Crm, readonly ItemName[]> = {
	wealthbox: ['note'],
	redtail: ['note'],
	salesforce: ['note', 'task', 'event'],
};

/** What says that a record is put away, where the CRM has something for it; the others are kept as they are. */
const PUT_AWAY: Partial<Record<ObjectName, Partial<Record<Crm, Fields>>>> = {
	task: { wealthbox: { done: true }, redtail: { done: true }, salesforce: { done: true } },
	opportunity: {
		...{ wealthbox: { stage: 'Lost' }, redtail: { stage: 'Lost' } },
		salesforce: { stage: 'Lost' },
	},
	event: { wealthbox: { status: 'cancelled' } },
	contact: { wealthbox: { status: 'Inactive' }, redtail: { status: 'Inactive' } },
	household: { wealthbox: { status: 'Inactive' } },
};

const TITLES: Record<ItemName, string> = {
	note: 'Note',
	task: 'Task',
	event: 'Meeting',
	opportunity: 'Deal',
};
const ITEMS = Object.keys(TITLES) as ItemName[];

const DAY_MS = 24 * 60 * 60 * 1_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

export class RemovalStory {
	/** What should be true everywhere by now. */
	readonly facts: Fact[] = [];
	private readonly screen: Screen;
	private readonly lastName: string;

	/** `treatments`: of what is removed elsewhere, by CRM. All names bear `tag`. */
	constructor(
		private readonly office: Office,
		private readonly home: Crm,
		private readonly treatments: Readonly<Record<Crm, Treatment>>,
		tag = 'Vance',
	) {
		this.screen = screenOf(office[home]);
		this.lastName = `${tag}${home}`;
	}

	/** A household of three; everything of the head's and everything of the spouse's is of its own. */
	async enter(): Promise<void> {
		const { screen, lastName, home } = this;
		const members = ['Ada', 'Ben', 'Cleo'];
		const people = members.map((firstName) => screen.person(firstName, lastName));
		await screen.household(this.household, people);
		this.facts.push({ object: 'household', fields: { name: this.household }, except: {} });
		const roles = ['Head', 'Spouse', 'Child'];
		for (const [place, firstName] of members.entries()) {
			const householdRole = home === 'salesforce' ? 'Other Dependent' : (roles[place] ?? '');
			const name = `${firstName} ${lastName}`;
			const fields = { name, household: this.household, householdRole };
			this.facts.push({ object: 'contact', fields, except: {} });
		}
		for (const [place, firstName] of ['Ada', 'Ben'].entries())
			await this.enterItems(firstName, people[place] ?? '');
	}

	/** Each of the head's items is deleted; Wealthbox lets nobody delete a note. */
	async removeItems(): Promise<void> {
		for (const object of ITEMS) {
			if (this.home === 'wealthbox' && object === 'note') continue;
			const fact = this.item(object, 'Ada');
			await this.screen.remove(object, await this.idOf(fact));
			this.departs(fact);
		}
	}

	/** The spouse is deleted: what their CRM takes along departs, too. */
	async removeClient(): Promise<void> {
		const { home } = this;
		const client = this.person('Ben');
		await this.screen.remove('contact', await this.idOf(client));
		this.clientDeparts(client, home);
		for (const object of ITEMS) {
			const fact = this.item(object, 'Ben');
			if (TAKEN_ALONG[home].includes(object)) this.departs(fact);
			for (const crm of CRMS) if (client.except[crm] === null) this.losesClient(fact, crm);
		}
	}

	/** A person takes the spouse out of Salesforce's recycle bin, with what went with them. */
	async undeleteClient(crmId: string): Promise<void> {
		const { origin } = new URL(this.office.salesforce.simulator.url);
		const url = `${origin}/_sim/records/Contact/${crmId}/undelete`;
		const answer = await fetch(url, { method: 'POST' });
		if (!answer.ok) throw new Error(`Salesforce's screen answered ${answer.status}.`);
		for (const fact of [this.person('Ben'), ...ITEMS.map((object) => this.item(object, 'Ben'))]) {
			// What was never gone there is about the record of before.
			const isLeft = (crm: Crm) => crm !== 'salesforce' && fact.except[crm]?.client === GONE;
			const left = CRMS.filter(isLeft).map((crm) => [crm, { client: GONE }] as const);
			fact.except = Object.fromEntries(left);
		}
	}

	clientId(): Promise<string> {
		return this.idOf(this.person('Ben'));
	}

	/**
	 * The household is deleted. Its members there stay, without one, everywhere; but Salesforce deletes an account
	 * with its contacts, and these depart as clients.
	 */
	async removeHousehold(): Promise<void> {
		const { home } = this;
		const household = this.fact('household', this.household);
		await this.screen.remove('household', await this.idOf(household));
		this.departs(household);
		for (const firstName of ['Ada', 'Ben', 'Cleo']) {
			const member = this.person(firstName);
			if (home === 'salesforce') this.clientDeparts(member, home);
			else if (member.except[home] !== null)
				Object.assign(member.fields, { household: null, householdRole: null });
			for (const crm of CRMS) if (household.except[crm] === null) this.losesHome(member, crm);
			if (home !== 'salesforce') continue;
			for (const fact of this.itemsOf(firstName)) {
				if (TAKEN_ALONG[home].includes(fact.object as ItemName)) this.departs(fact);
				for (const crm of CRMS) if (member.except[crm] === null) this.losesClient(fact, crm);
			}
		}
	}

	private get household(): string {
		return `${this.lastName} Household`;
	}

	private async enterItems(firstName: string, crmId: string): Promise<void> {
		const { screen } = this;
		const client = { object: 'contact' as const, crmId };
		const name = `${firstName} ${this.lastName}`;
		const title = (object: ItemName) => `${TITLES[object]} of ${name}`;
		const add = (object: ItemName, fields: Fields) =>
			this.facts.push({ object, fields: { client: name, ...fields }, except: {} });
		await screen.note(client, title('note'));
		add('note', { text: title('note') });
		const task = { subject: title('task'), dueDate: inDays(20), priority: 'High' as const };
		await screen.task(client, task);
		add('task', { ...task, done: false });
		const deal = { amount: 250_000.5, stage: 'Identified' as const, closeDate: inDays(90) };
		await screen.opportunity(client, { name: title('opportunity'), ...deal });
		add('opportunity', { name: title('opportunity'), ...deal });
		const startsAt = `${inDays(10)}T15:00:00.000Z`;
		const meeting = { subject: title('event'), startsAt, endsAt: `${inDays(10)}T16:00:00.000Z` };
		await screen.event(client, meeting);
		add('event', meeting);
	}

	/** The record is deleted where it was: elsewhere the policy decides. */
	private departs(fact: Fact): void {
		for (const crm of CRMS) {
			if (fact.except[crm] === null) continue;
			if (crm === this.home) fact.except[crm] = null;
			else if (isPolicyToDelete(this.treatments[crm]) && mayBeDeleted(crm, fact.object))
				fact.except[crm] = null;
			else if (this.treatments[crm] === 'archive')
				fact.except[crm] = { ...fact.except[crm], ...PUT_AWAY[fact.object]?.[crm] };
		}
	}

	private clientDeparts(client: Fact, home: Crm): void {
		client.except[home] = null;
		this.departs(client);
	}

	/** The client is no more in that CRM: what it takes along is gone, the rest is about nobody. */
	private losesClient(fact: Fact, crm: Crm): void {
		const own = fact.except[crm];
		if (own === null) return;
		const isTaken = TAKEN_ALONG[crm].includes(fact.object as ItemName);
		fact.except[crm] = isTaken ? null : { ...own, client: GONE };
	}

	private losesHome(member: Fact, crm: Crm): void {
		const own = member.except[crm];
		if (own !== null) member.except[crm] = { ...own, household: null, householdRole: null };
	}

	private itemsOf(firstName: string): Fact[] {
		return this.facts.filter(({ object, fields }) => {
			const isItem = object !== 'contact' && object !== 'household';
			return isItem && fields.client === `${firstName} ${this.lastName}`;
		});
	}

	private person(firstName: string): Fact {
		return this.fact('contact', `${firstName} ${this.lastName}`);
	}

	private item(object: ItemName, firstName: string): Fact {
		return this.fact(object, `${TITLES[object]} of ${firstName} ${this.lastName}`);
	}

	private fact(object: ObjectName, title: string): Fact {
		const found = this.facts.find((one) => one.object === object && titles(one).includes(title));
		if (found === undefined) throw new Error(`There is no "${title}" (${object}).`);
		return found;
	}

	private idOf(fact: Fact): Promise<string> {
		return idOf(this.office[this.home], fact.object, titles(fact)[0] ?? '');
	}
}

function titles({ fields: { name, subject, text } }: Fact): string[] {
	return [name, subject, text].filter((one) => typeof one === 'string');
}

function isPolicyToDelete(treatment: Treatment): boolean {
	return treatment === 'delete' || treatment === 'ask, yes';
}

function mayBeDeleted(crm: Crm, object: ObjectName): boolean {
	return crm !== 'wealthbox' || object !== 'note';
}
