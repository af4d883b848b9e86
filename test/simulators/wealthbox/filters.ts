/** The filters and orders of `GET /contacts` (reference section 8.1). */
import { ListQuery } from './listing';
import { contactName } from './render';
import type { NestedEntry, WealthboxContact, WealthboxStore } from './store';
import type { WealthboxSwitches } from './switches';

const SCALAR_FILTERS = [
	'id',
	'name',
	'email',
	'phone',
	'external_unique_id',
	'contact_type',
	'type',
	'active',
	'household_title',
	'deleted',
	'deleted_since',
	'updated_since',
	'updated_before',
	'order',
];

type Test = (contact: WealthboxContact) => boolean;

const lower = (value: unknown) => String(value ?? '').toLowerCase();
const digits = (value: string) => value.replace(/\D/g, '');

function holds(entries: readonly NestedEntry[], isWanted: (address: string) => boolean): boolean {
	return entries.some(({ values }) => isWanted(values.address ?? ''));
}

function phoneTest(wanted: string, { phoneFilter }: WealthboxSwitches): Test {
	const isWanted = (phone: string) =>
		phoneFilter === 'exact' ? phone === wanted : digits(phone) === digits(wanted);
	return ({ nested }) => holds(nested.phone_numbers, isWanted);
}

/** One test for each filter that takes plain text. */
function textTests(query: ListQuery, store: WealthboxStore, switches: WealthboxSwitches): Test[] {
	const make: Record<string, (wanted: string) => Test> = {
		id: (wanted) => (contact) => contact.id === Number(wanted),
		name: (wanted) => (contact) => lower(contactName(contact)).includes(lower(wanted)),
		email: (wanted) => (contact) =>
			holds(contact.nested.email_addresses, (address) => lower(address) === lower(wanted)),
		phone: (wanted) => phoneTest(wanted, switches),
		external_unique_id: (wanted) => (contact) => contact.values.external_unique_id === wanted,
		contact_type: (wanted) => (contact) => contact.values.contact_type === wanted,
		type: (wanted) => (contact) => lower(contact.type) === lower(wanted),
		household_title: (wanted) => (contact) => store.householdOf(contact.id)?.title === wanted,
	};
	return Object.entries(make).flatMap(([name, test]) => {
		const wanted = query.scalar(name);
		return wanted === undefined ? [] : [test(wanted)];
	});
}

function tests(query: ListQuery, store: WealthboxStore, switches: WealthboxSwitches): Test[] {
	const all = textTests(query, store, switches);
	const deletedSince = query.time('deleted_since');
	const since = query.time('updated_since') ?? -Infinity;
	const before = query.time('updated_before') ?? Infinity;
	if (query.flag('deleted') === true || deletedSince !== undefined) {
		all.push(({ deletedAt }) => deletedAt !== null && deletedAt >= (deletedSince ?? -Infinity));
	} else {
		all.push(({ deletedAt }) => deletedAt === null);
	}
	all.push(({ updatedAt }) => updatedAt >= since && updatedAt < before);
	const active = query.flag('active');
	if (active !== undefined) all.push(({ values }) => (values.status === 'Active') === active);
	const tags = query.list('tags');
	if (tags.length > 0) all.push((contact) => contact.tags.some(({ name }) => tags.includes(name)));
	return all;
}

const byCreated = (a: WealthboxContact, b: WealthboxContact) =>
	a.createdAt - b.createdAt || a.id - b.id;
const byUpdated = (a: WealthboxContact, b: WealthboxContact) =>
	a.updatedAt - b.updatedAt || a.id - b.id;

/**
 * Oldest created first unless asked otherwise; `created`, `updated` and `recent` show the newest
 * first.
 */
const ORDERS: Record<string, (a: WealthboxContact, b: WealthboxContact) => number> = {
	asc: byCreated,
	desc: (a, b) => byCreated(b, a),
	created: (a, b) => byCreated(b, a),
	updated: (a, b) => byUpdated(b, a),
	recent: (a, b) => byUpdated(b, a),
};

export function contactQuery(query: URLSearchParams, switches: WealthboxSwitches): ListQuery {
	return new ListQuery(query, SCALAR_FILTERS, switches.timeZone);
}

export function listContacts(
	query: ListQuery,
	store: WealthboxStore,
	switches: WealthboxSwitches,
): WealthboxContact[] {
	const all = tests(query, store, switches);
	const rows = [...store.all()].filter((contact) => all.every((test) => test(contact)));
	return rows.sort(ORDERS[query.scalar('order') ?? 'asc'] ?? byCreated);
}
