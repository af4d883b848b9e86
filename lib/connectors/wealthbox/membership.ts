/** Who belongs to which household, and as what: calls of their own (reference/wealthbox.md, section 8.6). */
import { fromCrm, toCrm } from '../../mapping/transforms';
import type { CanonicalFields, FieldValue, ScalarValue } from '../../model/fields';
import { localReference, parseLocalReference } from '../../model/objects';
import { CrmError, type CrmRecord } from '../connector';
import { mapped, refOf, textOf } from '../field-codec';
import { wordAmong } from '../objects/values';
import { isGone, isObject } from '../rest';
import { accountOf } from './account';
import type { Desk } from './desk';

export const HOUSEHOLD_FIELD = 'household';
export const TITLE_FIELD = 'household.title';

export const TITLES = [
	'Head',
	'Spouse',
	'Child',
	'Other Dependent',
	'Partner',
	'Parent',
	'Sibling',
	'Grandparent',
	'Grandchild',
];

export function isMembership(crmField: string): boolean {
	return crmField === HOUSEHOLD_FIELD || crmField === TITLE_FIELD;
}

/** undefined: the record does not say (a household belongs to none). */
export function readMembership(record: CrmRecord, crmField: string): ScalarValue | undefined {
	if (!(HOUSEHOLD_FIELD in record)) return undefined;
	const home = isObject(record.household) ? record.household : undefined;
	if (crmField === TITLE_FIELD) return textOf(home?.title) ?? null;
	const id = refOf(home?.id);
	return id === undefined ? null : localReference('household', id);
}

/** undefined: Wealthbox has no place for it. A title cannot be taken away. */
export function holdMembership(value: ScalarValue, crmField: string): ScalarValue | undefined {
	return crmField === TITLE_FIELD ? wordAmong(TITLES, value) : value;
}

function householdId(value: FieldValue | undefined): string | undefined {
	const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
	return named?.object === 'household' ? named.crmId : undefined;
}

export function changesMembership(fields: CanonicalFields): boolean {
	return fields.household !== undefined || fields.householdRole !== undefined;
}

/**
 * Makes the contact a member as `wanted` says; `now`: what it holds. Answers what it holds afterwards, as
 * far as its household is concerned.
 */
export async function writeMembership(
	desk: Desk,
	crmId: string,
	wanted: CanonicalFields,
	now: CanonicalFields,
): Promise<CanonicalFields> {
	return accountOf(desk.context).inTurn(async () => {
		const before = householdId(now.household);
		const to = wanted.household === undefined ? before : householdId(wanted.household);
		if (to !== undefined) return join(desk, crmId, { to, before, wanted, now });
		if (before !== undefined) await leave(desk, crmId, before);
		return { household: null, householdRole: null };
	});
}

interface Move {
	to: string;
	before: string | undefined;
	wanted: CanonicalFields;
	now: CanonicalFields;
}

async function join(desk: Desk, crmId: string, { to, before, wanted, now }: Move) {
	const { client, job, settings } = desk;
	const roles = [wanted.householdRole, job.desired.householdRole, now.householdRole];
	const mapping = mapped(job.fieldMap).find(({ crmField }) => crmField === TITLE_FIELD) ?? {};
	const role = roles
		.map((one) => (typeof one === 'string' ? toCrm(mapping, one) : undefined))
		.map((one) => (typeof one === 'string' ? wordAmong(TITLES, one) : undefined))
		.find((one) => one !== undefined);
	const title = role ?? settings.memberTitle;
	const household = await added(desk, to, crmId, title);
	accountOf(desk.context).noteKind(to, true);
	const told = memberIn(household, crmId);
	if (told === undefined) throw lostMember();
	// Whether joining one household ends the membership in another is not documented for certain.
	if (before !== undefined && before !== to) {
		const record = await client.get(crmId);
		if (readMembership(record, HOUSEHOLD_FIELD) !== localReference('household', to))
			await leave(desk, crmId, before);
	}
	const held = textOf(told.title) ?? title;
	const householdRole = fromCrm(mapping, held) ?? null;
	return { household: localReference('household', to), householdRole };
}

async function added({ client }: Desk, to: string, crmId: string, title: string) {
	try {
		return await client.addMember(to, crmId, title);
	} catch (error) {
		if (isGone(error)) throw noHousehold();
		throw error;
	}
}

/** The household's answer may leave its members out: then nothing speaks against it. */
function memberIn({ members }: CrmRecord, crmId: string): CrmRecord | undefined {
	if (!Array.isArray(members)) return {};
	return members.filter(isObject).find(({ id }) => String(id) === crmId);
}

async function leave({ client }: Desk, crmId: string, from: string): Promise<void> {
	try {
		await client.removeMember(from, crmId);
	} catch (error) {
		if (!isGone(error)) throw error;
	}
}

function lostMember(): CrmError {
	const message = 'Wealthbox did not keep the new member of a household; it is tried again';
	return new CrmError(message, 0, 'member-lost', { retryable: true });
}

function noHousehold(): CrmError {
	const message = 'Wealthbox does not know the household or the contact (404)';
	return new CrmError(message, 0, 'household-gone', {
		retryable: true,
		hint: 'Once its deletion has come in, the contact is taken out of it.',
	});
}
