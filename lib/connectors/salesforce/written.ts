/** What a contact's write comes to where the record has no place for all of it. */
import type { DeliveryOutcome } from '../../model/delivery';
import { baseField, type FieldMap } from '../../model/field-map';
import type { CanonicalFields } from '../../model/fields';
import { crmFieldsOf } from './fields';
import { isHouseholdAccount } from './household-account';
import { confirmed, type Work } from './remove';

/** CRM fields that were left out of the row, and the mappings that they come from. */
export interface LeftOut {
	mappings: FieldMap;
	homeless: readonly string[];
}

/** The outcome of a write of `wanted` without what was left out. */
export function written(
	work: Pick<Work, 'context' | 'calls'>,
	crmId: string,
	wanted: CanonicalFields,
	{ mappings, homeless }: LeftOut,
): DeliveryOutcome {
	if (homeless.length === 0) return confirmed(work, crmId, wanted);
	const out = mappings.filter((mapping) =>
		crmFieldsOf(mapping).some((name) => homeless.includes(name)),
	);
	const fields = new Set(out.map(({ field }) => baseField(field)));
	const known = Object.fromEntries(Object.entries(wanted).filter(([field]) => !fields.has(field)));
	// A person account has no account beside itself: what it holds is no household.
	const isAlone = out.every(isHouseholdAccount);
	if (isAlone) return confirmed(work, crmId, { ...known, household: null });
	return {
		status: 'rejected',
		reason:
			`Person accounts have no place for the contact field ${homeless[0]}. ` +
			"Open the Salesforce Trigger's Field Mapping and choose another field.",
		code: 'no-place-in-person-account',
		field: homeless[0],
		known,
		crmId,
	};
}

export function missingKey(field: string): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			`Salesforce has no external-id field ${field} on Contact. Create it as a unique external id, ` +
			'or clear the setting External ID Field.',
		code: 'external-id-field-missing',
		field,
	};
}
