/** Wealthbox's nested entries (e-mails, phones, addresses, tags) <-> canonical list entries. Pure. */
import type {
	AddressItem,
	EmailItem,
	ListField,
	ListItem,
	PhoneItem,
	TagItem,
} from '../../model/fields';
import { addressBody, changedParts, readAddress, type AddressNames } from '../address-parts';
import type { CrmRecord } from '../connector';
import { compact, hasAddress, idOf, kindWord, refOf, textOf, tidyList } from '../field-codec';
import { isObject } from '../rest';
import { changedAttributes, type ListPlan } from '../update-plan';
import { listItemKey } from '../../model/canonical';
import { kindsOf, type KindMap, type WealthboxSettings } from './settings';

/** Canonical list field <-> Wealthbox's array. */
export const NESTED = {
	emails: 'email_addresses',
	phones: 'phone_numbers',
	addresses: 'street_addresses',
	tags: 'tags',
} as const satisfies Record<ListField, string>;

const ADDRESS_PARTS = {
	street: 'street_line_1',
	street2: 'street_line_2',
	city: 'city',
	state: 'state',
	postalCode: 'zip_code',
	country: 'country',
} as const satisfies AddressNames;

/** Standard kinds that an account may lack -> the nearest that it has. */
const NEAREST: Record<string, string> = {
	direct: 'work',
	tollfree: 'work',
	fax: 'other',
	mailing: 'home',
	personal: 'other',
	mobile: 'other',
	home: 'other',
	work: 'other',
};

/** Entries of one list as the record holds them. */
export function readNested(
	field: ListField,
	entries: unknown,
	settings: WealthboxSettings,
): ListItem[] {
	const rows = Array.isArray(entries) ? entries.filter(isObject) : [];
	return rows.flatMap((row) => readEntry(field, row, settings) ?? []);
}

function readEntry(
	field: ListField,
	row: CrmRecord,
	settings: WealthboxSettings,
): ListItem | undefined {
	const ref = refOf(row.id);
	if (field === 'tags') {
		const name = textOf(row.name);
		return name === undefined ? undefined : compact<TagItem>({ ref, name });
	}
	const primary = typeof row.principal === 'boolean' ? row.principal : undefined;
	const shared = { ref, kind: canonicalKind(row.kind, kindsOf(settings, field)), primary };
	if (field === 'addresses') {
		const item = compact<AddressItem>({ ...shared, ...readAddress(row, ADDRESS_PARTS) });
		return hasAddress(item) ? item : undefined;
	}
	const address = textOf(row.address);
	if (address === undefined) return undefined;
	if (field === 'emails') return compact<EmailItem>({ ...shared, address });
	return compact<PhoneItem>({ ...shared, number: address, extension: textOf(row.extension) });
}

function canonicalKind(word: unknown, kinds: KindMap): string | undefined {
	const own = kindWord(word);
	const mapped = Object.entries(kinds).find(([name]) => name.toLowerCase() === own);
	return mapped?.[1] ?? own;
}

/** Wealthbox's word for a canonical kind; undefined if the account has none for it. */
function ownKind(kind: string | undefined, kinds: KindMap): string | undefined {
	return Object.entries(kinds).find(([, canonical]) => canonical === kind)?.[0];
}

/**
 * A kind as this account can hold it: itself, else the nearest standard one. A word that is neither
 * is not stated, so that the account's own kinds are never written over.
 */
function projectedKind(kind: string | undefined, kinds: KindMap): string | undefined {
	if (kind === undefined || ownKind(kind, kinds) !== undefined) return kind;
	const nearest = NEAREST[kind];
	return nearest !== undefined && ownKind(nearest, kinds) !== undefined ? nearest : undefined;
}

/** A desired list as Wealthbox would hold it. */
export function projectNested(
	field: ListField,
	items: ListItem[],
	settings: WealthboxSettings,
): ListItem[] {
	const tidy = tidyList(field, items);
	if (field === 'tags') return tidy;
	const kinds = kindsOf(settings, field);
	return tidy.map((item) =>
		compact({ ...item, kind: projectedKind((item as EmailItem).kind, kinds) }),
	);
}

/** A new entry as POST and PUT want it. */
export function newEntry(
	field: ListField,
	item: ListItem,
	settings: WealthboxSettings,
): CrmRecord | string {
	if (field === 'tags') return (item as TagItem).name;
	const { kind, primary } = item as EmailItem;
	const shared = { kind: ownKind(kind, kindsOf(settings, field)), principal: primary };
	if (field === 'emails') return compact({ address: (item as EmailItem).address, ...shared });
	if (field === 'phones') {
		const { number, extension } = item as PhoneItem;
		return compact({ address: number, extension, ...shared });
	}
	return compact({ ...addressBody(item as AddressItem, ADDRESS_PARTS), ...shared });
}

/** Only the changed keys of an entry that stays. */
function changedEntry(
	field: ListField,
	now: ListItem,
	to: ListItem,
	settings: WealthboxSettings,
): CrmRecord {
	const attributes = new Set(changedAttributes(field, now, to));
	const full = newEntry(field, to, settings) as CrmRecord;
	const changed: CrmRecord = {};
	if (attributes.has('kind')) changed.kind = full.kind;
	if (attributes.has('primary')) changed.principal = full.principal;
	if (attributes.has('extension')) changed.extension = full.extension ?? '';
	if (listItemKey(field, now) === listItemKey(field, to)) return compact(changed);
	if (field !== 'addresses') return compact({ ...changed, address: full.address });
	const before = newEntry(field, now, settings) as CrmRecord;
	return compact({ ...changed, ...changedParts(before, full, ADDRESS_PARTS, '') });
}

/** The array that carries a plan: new entries, changed ones by id, `destroy` for those to go; tags whole. */
export function planBody(field: ListField, plan: ListPlan, settings: WealthboxSettings): unknown[] {
	if (field === 'tags') return tagNames(plan);
	return [
		...plan.remove.map(({ ref }) => ({ id: idOf(ref), destroy: true })),
		...plan.change.map(({ ref, now, to }) => ({
			id: idOf(ref),
			...changedEntry(field, now, to, settings),
		})),
		...plan.add.map((item) => newEntry(field, item, settings)),
	];
}

/** Tags are replaced whole: those there are, without the removed, with the added. */
function tagNames({ before, add, change, remove }: ListPlan): string[] {
	const gone = new Set(
		[...remove.map(({ from }) => from), ...change.map(({ from }) => from)].map(tagKey),
	);
	const kept = before.filter((item) => !gone.has(tagKey(item)));
	return [...kept, ...change.map(({ to }) => to), ...add].map((item) => (item as TagItem).name);
}

function tagKey(item: ListItem): string {
	return listItemKey('tags', item);
}
