/**
 * The household of a contact is its account, if that is a household (settings `householdField` and
 * `householdValue`); any other account is an employer, and none of the fabric's business. In the map as it
 * works (fields.ts, effectiveMap) the field's name says how the two are told apart:
 * `AccountId?Type=Household`. Pure.
 */
import type { CrmRecord } from '../connector';
import type { FieldMapping } from '../../model/field-map';
import type { FieldValue } from '../../model/fields';
import { localReference, parseLocalReference } from '../../model/objects';
import { HOUSEHOLD_MARK } from './marks';
import { isPerson } from './person-accounts';

export const HOUSEHOLD_ACCOUNT = 'AccountId';

/** The role in a household stands at the relation of contact and account. */
export const RELATION_ROLE = 'AccountContactRelation.Roles';

export function isRole({ field, crmField }: FieldMapping): boolean {
	return field === 'householdRole' && crmField === RELATION_ROLE;
}

export function isHouseholdAccount({ field, crmField }: FieldMapping): boolean {
	return field === 'household' && crmField.startsWith(HOUSEHOLD_ACCOUNT);
}

export function withHouseholds(mapping: FieldMapping, field: string, value: string): FieldMapping {
	return { ...mapping, crmField: `${HOUSEHOLD_ACCOUNT}?${field}=${value}` };
}

/** The account's id, and what tells whether it is a household. */
export function householdFields({ crmField }: FieldMapping): string[] {
	const [, field] = /\?(\w+)=/.exec(crmField) ?? [];
	return field === undefined ? [HOUSEHOLD_ACCOUNT] : [HOUSEHOLD_ACCOUNT, `Account.${field}`];
}

/** undefined: the record does not say. */
export function readHousehold(
	record: CrmRecord,
	{ crmField }: FieldMapping,
): string | null | undefined {
	const marked = record[HOUSEHOLD_MARK];
	if (marked !== undefined)
		return typeof marked === 'string' ? localReference('household', marked) : null;
	const id = record[HOUSEHOLD_ACCOUNT];
	if (id === undefined) return undefined;
	if (typeof id !== 'string' || id === '' || isPerson(record)) return null;
	const account = record['Account'] as CrmRecord | null | undefined;
	const [, field = '', value = ''] = /\?(\w+)=(.*)$/.exec(crmField) ?? [];
	const isHousehold = account === undefined || account === null || account[field] === value;
	return isHousehold ? localReference('household', id) : null;
}

export function householdValues(value: FieldValue): Record<string, string | null> {
	const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
	return { [HOUSEHOLD_ACCOUNT]: named?.crmId ?? null };
}

/** For comparing: an account that is no household counts as none. */
export function withoutEmployer(record: CrmRecord, mappings: readonly FieldMapping[]): CrmRecord {
	const mapping = mappings.find(isHouseholdAccount);
	if (mapping === undefined || readHousehold(record, mapping) !== null) return record;
	return { ...record, [HOUSEHOLD_ACCOUNT]: null };
}
