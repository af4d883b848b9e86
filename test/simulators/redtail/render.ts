/** Stored records -> the API's JSON. */
import { ID_FIELDS, RELATIONSHIPS, SUB_NAMES, SUB_RECORDS, type SubName } from './catalog';
import type { Family, FamilyMember, RedtailContact, RedtailStore, SubRecord, Udf } from './store';

/** Whole seconds; the milliseconds are always `.000`. */
export function formatTime(ms: number): string {
	return new Date(wholeSeconds(ms)).toISOString();
}

export function wholeSeconds(ms: number): number {
	return Math.floor(ms / 1_000) * 1_000;
}

export function stamps({ createdAt, updatedAt }: { createdAt: number; updatedAt: number }) {
	return { created_at: formatTime(createdAt), updated_at: formatTime(updatedAt) };
}

export function fullName({ type, values }: RedtailContact): string {
	if (type !== 'Individual') return String(values.company_name ?? '');
	return [values.first_name, values.middle_name, values.last_name].filter(Boolean).join(' ');
}

export function renderSub(name: SubName, contactId: number, sub: SubRecord) {
	const { typeField, types, fields, owner } = SUB_RECORDS[name];
	const own = Object.fromEntries(fields.map((field) => [field, sub.values[field] ?? null]));
	return {
		id: sub.id,
		[`${owner}_id`]: contactId,
		...(owner !== 'contact' && { [`${owner}_type`]: 'Crm::Contact' }),
		...(name === 'phones' && { country_code: sub.countryCode }),
		...own,
		[typeField]: sub.type,
		[`${typeField}_description`]: types[sub.type - 1] ?? null,
		custom_type_title: sub.values.custom_type_title ?? null,
		description: sub.values.description ?? null,
		is_primary: sub.isPrimary,
		is_preferred: false,
		deleted: false,
		...stamps(sub),
	};
}

export function renderUdf(
	contactId: number,
	udf: Udf,
	{ udfFields }: RedtailStore,
): Record<string, unknown> {
	const definition = udfFields.find(({ id }) => id === udf.fieldId);
	return {
		id: udf.id,
		contact_id: contactId,
		contact_udf_field_id: udf.fieldId,
		contact_udf_field_name: definition?.name,
		field_type: definition?.field_type,
		field_type_description: definition?.field_type_description,
		field_value: udf.value,
		deleted: false,
		...stamps(udf),
	};
}

export function renderMember(store: RedtailStore, familyId: number, member: FamilyMember) {
	const contact = store.find(member.contactId);
	return {
		id: member.id,
		family_id: familyId,
		contact_id: member.contactId,
		relationship: member.relationship,
		relationship_name: RELATIONSHIPS.find(({ id }) => id === member.relationship)?.name ?? null,
		hoh: member.isHead,
		full_name: contact ? fullName(contact) : null,
		first_name: contact?.values.first_name ?? null,
		last_name: contact?.values.last_name ?? null,
		...stamps(member),
		deleted: contact?.deleted ?? true,
	};
}

export function renderFamily(store: RedtailStore, family: Family, withMembers: boolean) {
	return {
		id: family.id,
		name: family.name,
		servicing_advisor_id: null,
		writing_advisor_id: null,
		deleted: family.deleted,
		...stamps(family),
		...(withMembers && {
			members: family.members.map((member) => renderMember(store, family.id, member)),
		}),
	};
}

/** The parts of a contact that only the `include` header brings. */
function renderIncludes(
	store: RedtailStore,
	contact: RedtailContact,
	include: ReadonlySet<string>,
): Record<string, unknown> {
	const parts: Record<string, unknown> = {};
	for (const name of SUB_NAMES) {
		if (!include.has(name)) continue;
		parts[name] = contact.subs[name].map((sub) => renderSub(name, contact.id, sub));
	}
	if (include.has('family') || include.has('family.members')) {
		const family = store.familyOf(contact.id);
		parts.family = family ? renderFamily(store, family, include.has('family.members')) : null;
	}
	if (include.has('tag_memberships')) {
		parts.tag_memberships = contact.tags.map((tag) => ({
			id: tag.id,
			name: tag.name,
			description: null,
			deleted: false,
			...stamps(tag),
		}));
	}
	if (include.has('important_information')) {
		parts.important_information = { content: contact.importantInformation };
	}
	return parts;
}

export function renderContact(
	store: RedtailStore,
	contact: RedtailContact,
	include: ReadonlySet<string>,
): Record<string, unknown> {
	const names = Object.entries(ID_FIELDS).map(([field, { shownAs, items }]) => [
		shownAs,
		items.find(({ id }) => id === contact.values[field])?.name ?? null,
	]);
	return {
		id: contact.id,
		type: contact.type,
		full_name: fullName(contact),
		...contact.values,
		...Object.fromEntries(names),
		added_by: contact.addedBy,
		deleted: contact.deleted,
		...stamps(contact),
		...renderIncludes(store, contact, include),
	};
}

/** The slim row of `/contacts/search_basic`. */
export function renderBasic(contact: RedtailContact): Record<string, unknown> {
	const { first_name, middle_name, last_name, company_name, job_title } = contact.values;
	return {
		id: contact.id,
		type: contact.type,
		full_name: fullName(contact),
		first_name,
		middle_name,
		last_name,
		company_name,
		job_title,
		deleted: contact.deleted,
		...stamps(contact),
	};
}
