/**
 * Which family a contact belongs to, and as what (reference/redtail.md, section 11). The contact's record shows it if
 * asked for; it is written at the family, by paths that the setting `familyWrites` has to allow.
 */
import type { CanonicalFields, FieldValue, ScalarValue } from '../../model/fields';
import { mapped } from '../field-codec';
import { fromCrm, toCrm } from '../../mapping/transforms';
import type { FieldMap, FieldMapping } from '../../model/field-map';
import { isUnifiedId, localReference, parseLocalReference } from '../../model/objects';
import type { ConnectorContext, CrmField, CrmRecord } from '../connector';
import { isObject } from '../rest';
import type { RedtailClient } from './client';
import type { Resource } from './item-client';
import { FAMILIES } from './objects/household';
import { redtailSettings } from './settings';

/** The contact's own part: `family:611`, and the name of the relationship. */
export const FAMILY_FIELD = 'family';
export const ROLE_FIELD = 'family_role';

/** As `Connector.describe` tells them, beside the contact's own fields. */
export const MEMBERSHIP_FIELDS: readonly CrmField[] = [
	[FAMILY_FIELD, 'Family'],
	[ROLE_FIELD, 'Role in Family'],
].map(([name = '', label = '']) => ({
	name,
	label,
	type: 'string' as const,
	readOnly: false,
	required: false,
	custom: false,
}));

export function isMembership(crmField: string): boolean {
	return crmField === FAMILY_FIELD || crmField === ROLE_FIELD;
}

export function hasMembership(fieldMap: FieldMap): boolean {
	return mapped(fieldMap).some(
		({ object = 'contact', crmField }) => object === 'contact' && isMembership(crmField),
	);
}

/** undefined: the record was read without its family. */
export function readMembership(record: CrmRecord, crmField: string): ScalarValue | undefined {
	if (!('family' in record)) return undefined;
	const family = familyIn(record);
	if (crmField === FAMILY_FIELD)
		return family === undefined ? null : localReference('household', String(family.id));
	if (family === undefined) return null;
	if (!Array.isArray(family.members)) return undefined;
	const role = memberIn(family, String(record.id))?.relationship_name;
	return typeof role === 'string' && role !== '' ? role : null;
}

/** undefined: Redtail has no place for it. */
export function holdMembership(value: FieldValue, crmField: string): FieldValue | undefined {
	if (Array.isArray(value)) return undefined;
	if (crmField === ROLE_FIELD || value === null || value === '' || isUnifiedId(value)) return value;
	return familyIdOf(value) === undefined ? undefined : value;
}

function familyIn({ family }: CrmRecord): CrmRecord | undefined {
	return isObject(family) && family.id !== undefined && family.deleted !== true
		? family
		: undefined;
}

function memberIn({ members }: CrmRecord, contactId: string): CrmRecord | undefined {
	const all = Array.isArray(members) ? members.filter(isObject) : [];
	return all.find((one) => String(one.contact_id) === contactId && one.deleted !== true);
}

function familyIdOf(value: FieldValue | undefined): string | undefined {
	const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
	return named?.object === 'household' ? named.crmId : undefined;
}

export interface MembershipDesk {
	context: ConnectorContext;
	client: RedtailClient;
	fieldMap: FieldMap;
	crmId: string;
	/** The contact with its family. */
	record: CrmRecord;
}

const membersOf = (familyId: string): Resource => ({
	path: `${FAMILIES.path}/${encodeURIComponent(familyId)}/members`,
	plural: 'members',
	singular: 'family_member',
});

/** Leaves, joins or changes place; `known` always tells how far it came. */
export async function writeMembership(
	desk: MembershipDesk,
	wanted: CanonicalFields,
	known: CanonicalFields,
): Promise<void> {
	const fields = mapped(desk.fieldMap).filter(({ crmField }) => isMembership(crmField));
	const familyField = fields.find(({ crmField }) => crmField === FAMILY_FIELD)?.field ?? '';
	const roleMapping = fields.find(({ crmField }) => crmField === ROLE_FIELD);
	const roleField = roleMapping?.field ?? '';
	if (wanted[familyField] === undefined && wanted[roleField] === undefined) return;
	const family = familyIn(desk.record);
	const member = family && memberIn(family, desk.crmId);
	const isAsked = wanted[familyField] !== undefined;
	const before = family === undefined ? undefined : String(family.id);
	const target = isAsked ? familyIdOf(wanted[familyField]) : before;
	const place = await placeOf(desk, ownRole(roleMapping, wanted) ?? member?.relationship_name);
	let role: unknown = member?.relationship_name ?? null;
	if (target !== before) {
		if (before !== undefined && member !== undefined)
			await desk.client.items.remove(membersOf(before), String(member.id));
		if (isAsked) known[familyField] = null;
		role = target === undefined ? null : await join(desk, target, place);
		if (isAsked) known[familyField] = wanted[familyField] ?? null;
	} else if (target !== undefined && member !== undefined && place.name !== undefined) {
		const body = place.body;
		await desk.client.items.update(membersOf(target), String(member.id), body);
		role = place.name;
	}
	if (isAsked && target === before) known[familyField] = wanted[familyField] ?? null;
	if (roleField !== '' && (wanted[roleField] !== undefined || target !== before))
		known[roleField] = typeof role === 'string' ? (fromCrm(roleMapping ?? {}, role) ?? null) : null;
}

/** The wanted role in Redtail's words; undefined: it is not said. */
function ownRole(mapping: FieldMapping | undefined, wanted: CanonicalFields): unknown {
	const role = mapping && wanted[mapping.field];
	return mapping && role !== undefined && !Array.isArray(role) ? toCrm(mapping, role) : undefined;
}

async function join(desk: MembershipDesk, familyId: string, place: RolePlace): Promise<unknown> {
	const body = { contact_id: Number(desk.crmId), ...place.body };
	const { record } = await desk.client.items.create(membersOf(familyId), body);
	return record?.relationship_name ?? place.name ?? null;
}

interface RolePlace {
	/** As Redtail names it; undefined: it knows no such relationship. */
	name?: string;
	body: CrmRecord;
}

/** Codes of relationships are listed nowhere: they are learned from the families there are. */
async function placeOf(desk: MembershipDesk, role: unknown): Promise<RolePlace> {
	if (typeof role !== 'string' || role === '') return { body: {} };
	const wanted = role.trim().toLowerCase();
	const { familyRoles } = redtailSettings(desk.context.settings);
	const isNamed = ([name]: [string, unknown]) => name.toLowerCase() === wanted;
	const set = Object.entries(familyRoles).find(isNamed);
	const [name, code] = set ?? [...(await learnedRoles(desk))].find(isNamed) ?? [];
	if (name === undefined) return { body: {} };
	return { name, body: { relationship: code, hoh: /\bhead\b/i.test(name) } };
}

const KEEP_MS = 600_000;
const learned = new WeakMap<object, { readAt: number; roles: Map<string, number> }>();

async function learnedRoles({ context, client }: MembershipDesk): Promise<Map<string, number>> {
	const known = learned.get(context.http);
	if (known !== undefined && Math.abs(context.now() - known.readAt) < KEEP_MS) return known.roles;
	const roles = new Map<string, number>();
	for (const { members } of await client.items.all(FAMILIES)) {
		for (const member of Array.isArray(members) ? members.filter(isObject) : []) {
			const { relationship, relationship_name: name } = member;
			if (typeof name === 'string' && Number.isFinite(Number(relationship)))
				roles.set(name, Number(relationship));
		}
	}
	learned.set(context.http, { readAt: context.now(), roles });
	return roles;
}
