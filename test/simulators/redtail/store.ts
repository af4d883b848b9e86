/** The contacts as Redtail holds them. Times in ms at full resolution; the API shows seconds. */
import { isSameJson } from '../plain';
import {
	CONTACT_ID_FIELDS,
	DATE_FIELDS,
	ID_FIELDS,
	LISTS,
	SUB_NAMES,
	TEXT_FIELDS,
	UDF_FIELDS,
	type ContactType,
	type ListItem,
	type SubName,
	type UdfDefinition,
} from './catalog';
import type { RedtailSwitches } from './switches';

export type Scalar = string | number | boolean | null;

interface Stamped {
	id: number;
	createdAt: number;
	updatedAt: number;
}

export interface SubRecord extends Stamped {
	/** 1-based position in the list of types. */
	type: number;
	isPrimary: boolean;
	/** Text fields, see SubDefinition; null when empty. */
	values: Record<string, string | null>;
	/** Phones only. */
	countryCode: number | null;
}

export interface Udf extends Stamped {
	fieldId: number;
	value: string | null;
}

export interface TagMembership extends Stamped {
	name: string;
}

export interface RedtailContact extends Stamped {
	type: ContactType;
	deleted: boolean;
	addedBy: number;
	/** Every scalar field by its API name; null when empty. */
	values: Record<string, Scalar>;
	subs: Record<SubName, SubRecord[]>;
	udfs: Udf[];
	tags: TagMembership[];
	importantInformation: string | null;
}

export interface FamilyMember extends Stamped {
	contactId: number;
	isHead: boolean;
	/** One of RELATIONSHIPS. */
	relationship: number;
}

export interface Family extends Stamped {
	name: string;
	deleted: boolean;
	members: FamilyMember[];
}

interface StoreState {
	contacts: RedtailContact[];
	families: Family[];
	nextContactId: number;
	nextSubId: number;
}

const FIRST_CONTACT_ID = 812_345;
const FIRST_SUB_ID = 9_101;
const FIRST_FAMILY_ID = 611;

export class RedtailStore {
	private contacts = new Map<number, RedtailContact>();
	private familyList: Family[] = [];
	private nextContactId = FIRST_CONTACT_ID;
	private nextSubId = FIRST_SUB_ID;

	/** The database's user defined fields; an administrator may change them (fields.ts). */
	readonly udfFields: UdfDefinition[] = structuredClone([...UDF_FIELDS]);
	/** Entries of lists that an administrator has removed. */
	readonly removedItems = new Set<ListItem>();

	constructor(
		readonly now: () => number,
		private readonly switches: RedtailSwitches,
	) {}

	save(): StoreState {
		return {
			contacts: [...this.contacts.values()],
			families: this.familyList,
			nextContactId: this.nextContactId,
			nextSubId: this.nextSubId,
		};
	}

	restore({ contacts, families, nextContactId, nextSubId }: StoreState): void {
		this.contacts = new Map(contacts.map((contact) => [contact.id, contact]));
		this.familyList = families;
		this.nextContactId = nextContactId;
		this.nextSubId = nextSubId;
	}

	/** Every contact, deleted ones included, by id. */
	all(): IterableIterator<RedtailContact> {
		return this.contacts.values();
	}

	/** A contact, deleted or not. */
	find(id: number): RedtailContact | undefined {
		return this.contacts.get(id);
	}

	/** A contact that is not deleted. */
	get(id: number): RedtailContact | undefined {
		const contact = this.contacts.get(id);
		return contact?.deleted === false ? contact : undefined;
	}

	/** Builds a contact; nothing is kept when `fill` throws. */
	create(
		type: ContactType,
		addedBy: number,
		fill: (draft: RedtailContact) => void,
	): RedtailContact {
		const draft = blankContact({ id: this.nextContactId, ...this.stamps() }, type, addedBy);
		fill(draft);
		this.nextContactId += 1;
		this.contacts.set(draft.id, draft);
		return draft;
	}

	/**
	 * Changes a contact as a whole or, when `change` throws, not at all. Tells whether anything
	 * differs now. `part: 'sub'` moves the contact's updated_at only if the switch says so.
	 */
	update(id: number, part: 'contact' | 'sub', change: (draft: RedtailContact) => void): boolean {
		const before = this.contacts.get(id);
		if (!before) return false;
		const draft = structuredClone(before);
		change(draft);
		const changed = !isSameJson(before, draft);
		const bumps = part === 'contact' || this.switches.subRecordBumps;
		if (bumps && (changed || this.switches.noChangeBumps)) draft.updatedAt = this.now();
		this.contacts.set(id, draft);
		return changed;
	}

	/** Soft delete, as the `deleted` flag on every record suggests. */
	delete(id: number): void {
		this.update(id, 'contact', (draft) => {
			draft.deleted = true;
		});
	}

	undelete(id: number): void {
		this.update(id, 'contact', (draft) => {
			draft.deleted = false;
		});
	}

	/** Id and times for a new sub-record, UDF or tag membership. */
	stamped(): Stamped {
		this.nextSubId += 1;
		return { id: this.nextSubId - 1, ...this.stamps() };
	}

	/** The first member is the head, the others are spouses. */
	addFamily(name: string, contactIds: readonly number[]): Family {
		const members = contactIds.map((contactId, index) => ({
			...this.stamped(),
			contactId,
			isHead: index === 0,
			relationship: index === 0 ? 1 : 2,
		}));
		const id = FIRST_FAMILY_ID + this.familyList.length;
		const family = { id, ...this.stamps(), name, deleted: false, members };
		this.familyList.push(family);
		return family;
	}

	/** Those that are not deleted. */
	families(): Family[] {
		return this.familyList.filter(({ deleted }) => !deleted);
	}

	familyOf(contactId: number): Family | undefined {
		return this.families().find(({ members }) =>
			members.some((member) => member.contactId === contactId),
		);
	}

	private stamps(): { createdAt: number; updatedAt: number } {
		const now = this.now();
		return { createdAt: now, updatedAt: now };
	}
}

function blankContact(stamped: Stamped, type: ContactType, addedBy: number): RedtailContact {
	const names = [...TEXT_FIELDS, ...DATE_FIELDS, ...CONTACT_ID_FIELDS, ...Object.keys(ID_FIELDS)];
	const defaultOf = (list: string) => LISTS[list]?.find(({ isDefault }) => isDefault)?.id ?? null;
	return {
		...stamped,
		type,
		deleted: false,
		addedBy,
		values: {
			...Object.fromEntries(names.map((name) => [name, null])),
			favorite: false,
			status_id: defaultOf('contact_statuses'),
		},
		subs: Object.fromEntries(SUB_NAMES.map((name) => [name, []])) as unknown as Record<
			SubName,
			SubRecord[]
		>,
		udfs: [],
		tags: [],
		importantInformation: null,
	};
}
