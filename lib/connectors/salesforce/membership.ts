/**
 * Whose household a contact's is where AccountContactRelation tells it: read beside the contacts, written after them.
 * A contact that is related to several households has one of its own: the one marked as primary group, else the oldest.
 * The others stay as they are.
 */
import type { ConnectorContext, CrmRecord } from '../connector';
import { fromCrm, toCrm } from '../../mapping/transforms';
import { canonicalText } from '../../model/canonical';
import type { FieldMap, FieldMapping } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { parseLocalReference } from '../../model/objects';
import { wordAmong } from '../objects/values';
import { OBJECT, soqlText, type SalesforceConnection } from './client';
import { isHouseholdAccount, isRole } from './household-account';
import type { MemberRelations } from './household-model';
import { HOUSEHOLD_MARK, RELATIONS_MARK, ROLE_MARK } from './marks';
import type { OrgModel } from './org-model';
import { isPerson } from './person-accounts';
import { batches, runQuery } from './queries';
import { itemSettings } from './settings';

export const RELATION = 'AccountContactRelation';
const MOST_RELATIONS = 50_000;

export interface MembershipDesk {
	context: ConnectorContext;
	connection: SalesforceConnection;
	model: Pick<OrgModel, 'households'>;
}

/** True if relations tell this contact's household; `record`: as it was read with its account. */
export function isRelated(
	{ households }: Pick<OrgModel, 'households'>,
	record: CrmRecord | null,
): boolean {
	const relations = households?.relations;
	return relations?.of === 'all' || (relations?.of === 'persons' && isPerson(record));
}

export function isMembership(mapping: FieldMapping): boolean {
	return isHouseholdAccount(mapping) || isRole(mapping);
}

/** The contacts with marks that say where they belong; one query for 200 of them. */
export async function withMemberships(
	desk: MembershipDesk,
	records: readonly CrmRecord[],
): Promise<CrmRecord[]> {
	const { model } = desk;
	const related = records.filter((record) => isRelated(model, record));
	if (related.length === 0) return [...records];
	const told = await relationsOf(
		desk,
		related.map(({ Id }) => String(Id)),
	);
	return records.map((record) => {
		if (!isRelated(model, record)) return record;
		return { ...record, ...marksOf(model, told.get(String(record['Id'])) ?? []) };
	});
}

/** Relations to households, by contact. */
export async function relationsOf(
	{ connection, model: { households } }: MembershipDesk,
	contactIds: readonly string[],
): Promise<Map<string, CrmRecord[]>> {
	const found = new Map<string, CrmRecord[]>();
	const { relations, memberWhere } = households ?? {};
	if (!relations || memberWhere === undefined) return found;
	const names = ['Id', 'AccountId', 'ContactId', 'IsActive', 'IsDirect'];
	if (relations.roles !== null) names.push('Roles');
	if (relations.primaryGroup !== null) names.push(relations.primaryGroup);
	for (const ids of batches([...new Set(contactIds)])) {
		const list = ids.map(soqlText).join(',');
		const soql = `SELECT ${names.join(', ')} FROM ${RELATION} WHERE ContactId IN (${list}) AND ${memberWhere} ORDER BY Id`;
		for (const row of await runQuery(connection, soql, MOST_RELATIONS)) {
			const contactId = String(row['ContactId']);
			found.set(contactId, [...(found.get(contactId) ?? []), row]);
		}
	}
	return found;
}

/** Marks of a contact with these relations. */
export function marksOf(
	{ households }: Pick<OrgModel, 'households'>,
	rows: readonly CrmRecord[],
): CrmRecord {
	const own = ownRelation(rows, households?.relations ?? null);
	return {
		[HOUSEHOLD_MARK]: own?.['AccountId'] ?? null,
		...(households?.relations?.roles === null ? {} : { [ROLE_MARK]: rolesIn(own)[0] ?? null }),
		[RELATIONS_MARK]: rows,
	};
}

function ownRelation(
	rows: readonly CrmRecord[],
	relations: MemberRelations | null,
): CrmRecord | undefined {
	const active = rows.filter(({ IsActive }) => IsActive !== false);
	const mark = relations?.primaryGroup ?? '';
	return active.find((row) => row[mark] === true) ?? active[0];
}

/** A multi-select picklist: the first word is the role, others stay. */
function rolesIn(row: CrmRecord | undefined): string[] {
	const text = row?.['Roles'];
	if (typeof text !== 'string') return [];
	return text
		.split(';')
		.map(canonicalText)
		.filter((word) => word !== '');
}

/** Somebody moved the contact, or changed its role, since it was last read. */
export function membershipConflict(
	fresh: CanonicalFields,
	known: CanonicalFields,
	wanted: CanonicalFields,
): string | undefined {
	return ['household', 'householdRole'].find(
		(field) =>
			wanted[field] !== undefined &&
			known[field] !== undefined &&
			(fresh[field] ?? null) !== known[field] &&
			(fresh[field] ?? null) !== wanted[field],
	);
}

/**
 * Leaves one household and joins the other, or changes the role; `known` always tells how far it came. `rows`: the
 * contact's relations as they were read.
 */
export async function writeMembership(
	desk: MembershipDesk,
	crmId: string,
	rows: readonly CrmRecord[],
	{ wanted, map, known }: { wanted: CanonicalFields; map: FieldMap; known: CanonicalFields },
): Promise<void> {
	const relations = desk.model.households?.relations;
	const isMoved = wanted['household'] !== undefined;
	if (!relations || (!isMoved && wanted['householdRole'] === undefined)) return;
	const before = ownRelation(rows, relations);
	const target = isMoved ? accountIn(wanted['household']) : String(before?.['AccountId'] ?? '');
	const place = placeOf(desk, crmId, rows, relations);
	const role = ownRole(map, wanted, relations) ?? rolesIn(before)[0] ?? null;
	let held: string | null = rolesIn(before)[0] ?? null;
	if (before !== undefined && before['AccountId'] !== target) {
		await leave(desk, crmId, before);
		if (isMoved) known['household'] = null;
		held = null;
	}
	if (target !== '') held = await place(target, role);
	if (isMoved) known['household'] = wanted['household'] ?? null;
	const roleMapping = map.find(isRole);
	if (roleMapping !== undefined && relations.roles !== null)
		known['householdRole'] = held === null ? null : (fromCrm(roleMapping, held) ?? null);
}

function accountIn(reference: CanonicalFields[string] | undefined): string {
	const named = typeof reference === 'string' ? parseLocalReference(reference) : undefined;
	return named?.object === 'household' ? named.crmId : '';
}

/** The wanted role in a word that the org has; undefined: nothing is said, or it has no such word. */
function ownRole(
	map: FieldMap,
	wanted: CanonicalFields,
	{ roles }: MemberRelations,
): string | undefined {
	const mapping = map.find(isRole);
	const value = wanted['householdRole'];
	if (mapping === undefined || roles === null || value === undefined || Array.isArray(value))
		return undefined;
	const word = toCrm(mapping, value);
	return typeof word === 'string' ? wordAmong(roles, word) : undefined;
}

/** A direct relation is the contact's own account, and ends with that. */
async function leave({ connection }: MembershipDesk, crmId: string, row: CrmRecord): Promise<void> {
	if (row['IsDirect'] === true) await connection.update(OBJECT, { Id: crmId, AccountId: null });
	else await connection.destroy(RELATION, String(row['Id']));
}

/** Joins the household if need be, with this role; answers the role held then. */
function placeOf(
	{ context, connection }: MembershipDesk,
	crmId: string,
	rows: readonly CrmRecord[],
	{ primaryGroup, roles }: MemberRelations,
) {
	return async (accountId: string, role: string | null): Promise<string | null> => {
		const there = rows.find((row) => row['AccountId'] === accountId);
		const others = rolesIn(there).slice(1);
		const words = [...new Set([role, ...others].filter((word) => word !== null))].join(';');
		const wanted: CrmRecord = {
			...(there?.['IsActive'] === true ? {} : { IsActive: true }),
			...(primaryGroup === null || there?.[primaryGroup] === true ? {} : { [primaryGroup]: true }),
			...(roles === null || (there?.['Roles'] ?? '') === words ? {} : { Roles: words || null }),
		};
		if (there === undefined) {
			const { memberFields } = itemSettings(context.settings);
			const own = { ...memberFields, ...wanted, AccountId: accountId, ContactId: crmId };
			await connection.create(RELATION, own);
		} else if (Object.keys(wanted).length > 0)
			await connection.update(RELATION, { ...wanted, Id: String(there['Id']) });
		return role;
	};
}
