/** Stored contact -> the API's JSON. */
import {
	CONTACT_FIELDS,
	CONTACT_ROLES,
	CURRENT_USER,
	NESTED_FIELDS,
	NESTED_NAMES,
	PARTIAL_OBJECTS,
	USERS,
	type NestedName,
} from './catalog';
import type { NestedEntry, WealthboxContact, WealthboxStore } from './store';
import { formatTime } from './time';

/** First, middle and last name of a person; the name of anything else. */
export function contactName({ type, values }: WealthboxContact): string {
	if (type !== 'Person') return String(values.name ?? '');
	return [values.first_name, values.middle_name, values.last_name].filter(Boolean).join(' ');
}

function formattedAddress({ values }: NestedEntry): string {
	const { street_line_1, street_line_2, city, state, zip_code, country } = values;
	const region = [state, zip_code].filter(Boolean).join(' ');
	return [street_line_1, street_line_2, city, region, country].filter(Boolean).join(', ');
}

function renderNested(name: NestedName, entry: NestedEntry): Record<string, unknown> {
	const { id, kind, principal, values } = entry;
	const own = Object.fromEntries(NESTED_FIELDS[name].map((key) => [key, values[key] ?? '']));
	const formatted = name === 'street_addresses' && { address: formattedAddress(entry) };
	return { id, kind, principal, ...own, ...formatted };
}

function renderMembers(store: WealthboxStore, householdId: number): unknown[] {
	return store.members(householdId).flatMap(({ contactId, title }) => {
		const member = store.get(contactId);
		if (!member) return [];
		const { first_name = null, last_name = null } = member.values;
		return [{ id: contactId, first_name, last_name, title, type: member.type }];
	});
}

function renderHousehold(contact: WealthboxContact, store: WealthboxStore): unknown {
	const home = store.householdOf(contact.id);
	const household = home && store.get(home.householdId);
	if (!home || !household) return null;
	return {
		id: household.id,
		name: contactName(household),
		title: home.title,
		members: renderMembers(store, household.id),
	};
}

function renderCustomFields(
	{ customFields }: WealthboxContact,
	{ customFields: definitions }: WealthboxStore,
): unknown[] {
	return customFields.map(({ id, value }) => {
		const definition = definitions.find((field) => field.id === id);
		return {
			id,
			name: definition?.name,
			value,
			document_type: definition?.document_type,
			field_type: definition?.field_type,
		};
	});
}

function renderRoles({ contactRoles }: WealthboxContact): unknown[] {
	return contactRoles.map(({ id, value }) => {
		const role = CONTACT_ROLES.find((candidate) => candidate.id === id);
		const option = role?.available_options.find((candidate) => candidate.id === value);
		return { id, name: role?.name, value, assigned_to: option?.assigned_to ?? null };
	});
}

export function renderContact(
	contact: WealthboxContact,
	store: WealthboxStore,
	zone: string,
): Record<string, unknown> {
	const { values, partials, nested } = contact;
	const scalars = [...CONTACT_FIELDS.keys()].map((name) => [name, values[name] ?? null]);
	const objects = Object.entries(PARTIAL_OBJECTS).map(([name, keys]) => [
		name,
		Object.fromEntries(keys.map((key) => [key, partials[name]?.[key] ?? null])),
	]);
	const lists = NESTED_NAMES.map((name) => [
		name,
		nested[name].map((entry) => renderNested(name, entry)),
	]);
	return {
		id: contact.id,
		creator: CURRENT_USER.id,
		created_at: formatTime(contact.createdAt, zone),
		updated_at: formatTime(contact.updatedAt, zone),
		type: contact.type,
		...Object.fromEntries([...scalars, ...objects]),
		name: contactName(contact),
		...(contact.type === 'Household'
			? { members: renderMembers(store, contact.id) }
			: { household: renderHousehold(contact, store) }),
		image: 'https://app.crmworkspace.com/images/placeholder.png',
		tags: contact.tags,
		...Object.fromEntries(lists),
		custom_fields: renderCustomFields(contact, store),
		contact_roles: renderRoles(contact),
	};
}

/** The user of this id, as lists show users. */
export function renderUser(user: (typeof USERS)[number], account: number): Record<string, unknown> {
	return { id: user.id, email: user.email, name: user.name, account, status: user.status };
}
