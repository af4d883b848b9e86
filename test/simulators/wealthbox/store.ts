/** The contacts as Wealthbox holds them. Times in ms at full resolution; the API shows minutes. */
import { isSameJson } from '../plain';
import {
	CONTACT_FIELDS,
	CUSTOM_FIELDS,
	NESTED_NAMES,
	PARTIAL_OBJECTS,
	type ContactType,
	type CustomFieldDefinition,
	type NestedName,
} from './catalog';
import type { WealthboxSwitches } from './switches';

export type Scalar = string | number | boolean | null;

export interface NestedEntry {
	id: number;
	kind: string | null;
	principal: boolean;
	/** The entry's own keys, see NESTED_FIELDS. */
	values: Record<string, string>;
}

export interface Tag {
	id: number;
	name: string;
}

export interface WealthboxContact {
	id: number;
	type: ContactType;
	createdAt: number;
	updatedAt: number;
	deletedAt: number | null;
	/** Every scalar field by its API name; null when empty. */
	values: Record<string, Scalar>;
	partials: Record<string, Record<string, string | null>>;
	nested: Record<NestedName, NestedEntry[]>;
	tags: Tag[];
	customFields: Array<{ id: number; value: Scalar }>;
	contactRoles: Array<{ id: number; value: number | null }>;
}

export interface Membership {
	contactId: number;
	title: string;
}

interface StoreState {
	contacts: WealthboxContact[];
	tags: Tag[];
	households: Array<[number, Membership[]]>;
	nextContactId: number;
	nextNestedId: number;
}

const FIRST_CONTACT_ID = 30_714_401;
const FIRST_NESTED_ID = 501;
const FIRST_TAG_ID = 811;

export class WealthboxStore {
	private contacts = new Map<number, WealthboxContact>();
	private tagsByName = new Map<string, Tag>();
	/** Members by the id of the household contact. */
	private households = new Map<number, Membership[]>();
	private nextContactId = FIRST_CONTACT_ID;
	private nextNestedId = FIRST_NESTED_ID;
	/** The account's custom fields; an administrator may change them (fields.ts). */
	readonly customFields: CustomFieldDefinition[] = structuredClone([...CUSTOM_FIELDS]);
	/** Called with the contact's id after each delete, for what hangs on a contact. */
	onDelete: (id: number) => void = () => undefined;

	constructor(
		private readonly now: () => number,
		private readonly switches: WealthboxSwitches,
	) {}

	save(): StoreState {
		return {
			contacts: [...this.contacts.values()],
			tags: this.tags(),
			households: [...this.households],
			nextContactId: this.nextContactId,
			nextNestedId: this.nextNestedId,
		};
	}

	restore({ contacts, tags, households, nextContactId, nextNestedId }: StoreState): void {
		this.contacts = new Map(contacts.map((contact) => [contact.id, contact]));
		this.tagsByName = new Map(tags.map((tag) => [tag.name, tag]));
		this.households = new Map(households);
		this.nextContactId = nextContactId;
		this.nextNestedId = nextNestedId;
	}

	/** Every contact, deleted ones included, oldest first. */
	all(): IterableIterator<WealthboxContact> {
		return this.contacts.values();
	}

	/** A contact, deleted or not. */
	find(id: number): WealthboxContact | undefined {
		return this.contacts.get(id);
	}

	/** A contact that is not deleted. */
	get(id: number): WealthboxContact | undefined {
		const contact = this.contacts.get(id);
		return contact?.deletedAt === null ? contact : undefined;
	}

	/** Builds a contact; nothing is kept when `fill` throws. */
	create(type: ContactType, fill: (draft: WealthboxContact) => void): WealthboxContact {
		const draft = blankContact(this.nextContactId, type, this.now());
		fill(draft);
		this.nextContactId += 1;
		this.contacts.set(draft.id, draft);
		return draft;
	}

	/**
	 * Changes a contact as a whole or, when `change` throws, not at all. Tells whether anything
	 * differs now.
	 */
	update(id: number, change: (draft: WealthboxContact) => void): boolean {
		const before = this.contacts.get(id);
		if (!before) return false;
		const draft = structuredClone(before);
		change(draft);
		const changed = !isSameJson(before, draft);
		if (changed || this.switches.noChangeBumps) draft.updatedAt = this.now();
		this.contacts.set(id, draft);
		return changed;
	}

	delete(id: number): void {
		const contact = this.get(id);
		if (!contact) return;
		const home = this.householdOf(id);
		if (home) this.removeMember(home.householdId, id);
		this.households.delete(id);
		contact.deletedAt = this.now();
		contact.updatedAt = contact.deletedAt;
		this.onDelete(id);
	}

	undelete(id: number): void {
		const contact = this.contacts.get(id);
		if (!contact) return;
		contact.deletedAt = null;
		contact.updatedAt = this.now();
	}

	nestedId(): number {
		this.nextNestedId += 1;
		return this.nextNestedId - 1;
	}

	/** The tag of this name, made if need be. */
	tag(name: string): Tag {
		const known = this.tagsByName.get(name);
		if (known) return known;
		const tag = { id: FIRST_TAG_ID + this.tagsByName.size, name };
		this.tagsByName.set(name, tag);
		return tag;
	}

	tags(): Tag[] {
		return [...this.tagsByName.values()];
	}

	members(householdId: number): Membership[] {
		return [...(this.households.get(householdId) ?? [])];
	}

	householdOf(contactId: number): { householdId: number; title: string } | undefined {
		for (const [householdId, members] of this.households) {
			const member = members.find((candidate) => candidate.contactId === contactId);
			if (member) return { householdId, title: member.title };
		}
		return undefined;
	}

	householdNamed(name: string): WealthboxContact | undefined {
		return [...this.contacts.values()].find(
			({ type, deletedAt, values }) =>
				type === 'Household' && deletedAt === null && values.name === name,
		);
	}

	/**
	 * A contact is in at most one household: it leaves the one it was in. Tells whether anything
	 * changed.
	 */
	addMember(householdId: number, contactId: number, title: string): boolean {
		const home = this.householdOf(contactId);
		if (home?.householdId === householdId && home.title === title) return false;
		if (home && home.householdId !== householdId) this.removeMember(home.householdId, contactId);
		const others = this.members(householdId).filter((member) => member.contactId !== contactId);
		this.writeMembers(householdId, [...others, { contactId, title }], contactId);
		return true;
	}

	removeMember(householdId: number, contactId: number): boolean {
		const members = this.members(householdId);
		const left = members.filter((member) => member.contactId !== contactId);
		if (left.length === members.length) return false;
		this.writeMembers(householdId, left, contactId);
		return true;
	}

	/** Writes the whole member list, as Wealthbox does; that is why parallel calls lose members. */
	writeMembers(householdId: number, members: Membership[], contactId: number): void {
		this.households.set(householdId, members);
		const { householdBumps } = this.switches;
		if (householdBumps === 'both' || householdBumps === 'member') this.touch(contactId);
		if (householdBumps === 'both' || householdBumps === 'household') this.touch(householdId);
	}

	private touch(id: number): void {
		const contact = this.get(id);
		if (contact) contact.updatedAt = this.now();
	}
}

function blankScalars(): Record<string, Scalar> {
	return Object.fromEntries([...CONTACT_FIELDS.keys()].map((name) => [name, null]));
}

function blankPartials(): WealthboxContact['partials'] {
	return Object.fromEntries(
		Object.entries(PARTIAL_OBJECTS).map(([name, keys]) => [
			name,
			Object.fromEntries(keys.map((key) => [key, null])),
		]),
	);
}

function blankContact(id: number, type: ContactType, now: number): WealthboxContact {
	return {
		id,
		type,
		createdAt: now,
		updatedAt: now,
		deletedAt: null,
		values: { ...blankScalars(), status: 'Active', visible_to: 'Everyone' },
		partials: blankPartials(),
		nested: Object.fromEntries(NESTED_NAMES.map((name) => [name, []])) as unknown as Record<
			NestedName,
			NestedEntry[]
		>,
		tags: [],
		customFields: [],
		contactRoles: [],
	};
}
