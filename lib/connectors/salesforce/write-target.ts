/**
 * Where a contact is written: the contact itself, or the account that a person account is. For single rows and
 * collections alike: which object, which id, and the values under its own names.
 */
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { checkedId, OBJECT, soqlText, type SalesforceConnection } from './client';
import type { OrgModel, PersonType } from './org-model';
import { isPerson } from './person-accounts';
import { runQuery } from './queries';
import { settingsOf } from './settings';

export const ACCOUNT = 'Account';

export interface WriteTarget {
	sobject: typeof OBJECT | typeof ACCOUNT;
	/** Of the row that is changed or deleted; empty for a new one. */
	id: string;
	/** What a new row says of itself, whatever the delivery says. */
	always: CrmRecord;
	/** API name there of a contact's field; undefined: it has no place. */
	fieldOf: (contactField: string) => string | undefined;
}

const onContact = (id: string): WriteTarget => ({
	sobject: OBJECT,
	id,
	always: {},
	fieldOf: (name) => name,
});

/** `seen`: the contact as it was read with {@link withAccountSide}; null where the org has no person accounts. */
export function targetOf({ person }: OrgModel, crmId: string, seen: CrmRecord | null): WriteTarget {
	if (person === null || !isPerson(seen)) return onContact(crmId);
	const id = checkedId(String(seen?.['AccountId'] ?? ''));
	return { sobject: ACCOUNT, id, always: {}, fieldOf: person.fieldOf };
}

/** A new client's; setting `newPersons`. */
export function newTarget(context: ConnectorContext, model: OrgModel): WriteTarget {
	const { newPersons } = settingsOf(context);
	if (model.person === null || newPersons === 'contact') return onContact('');
	const type = personType(context, model);
	if (type === undefined) return onContact('');
	const always = { RecordTypeId: type.id };
	return { sobject: ACCOUNT, id: '', always, fieldOf: model.person.fieldOf };
}

/** The one that the setting names, else the connected user's own default, else Salesforce's standard one. */
function personType(context: ConnectorContext, { personTypes }: OrgModel): PersonType | undefined {
	const { personAccountRecordType: wanted, newPersons } = settingsOf(context);
	const named = (name: string) =>
		personTypes.find(
			({ id, developerName }) =>
				developerName.toLowerCase() === name.toLowerCase() || id.slice(0, 15) === name.slice(0, 15),
		);
	const usual = personTypes.find(({ isDefault }) => isDefault) ?? named('PersonAccount');
	const found = wanted === '' ? (usual ?? personTypes[0]) : named(wanted);
	if (found !== undefined || (wanted === '' && newPersons === 'auto')) return found;
	throw new CrmError(
		'The connected user may not use such a record type for person accounts',
		400,
		'INVALID_RECORD_TYPE',
		{
			retryable: false,
			hint: "Assign it to the user's profile, or correct the settings personAccountRecordType and newPersons.",
		},
	);
}

/** The values under the target's own names; `homeless`: contact fields that have no place there. */
export function rowOf(
	target: WriteTarget,
	values: Readonly<Record<string, unknown>>,
): { row: CrmRecord; homeless: string[] } {
	const row: CrmRecord = { ...target.always };
	const homeless: string[] = [];
	for (const [name, value] of Object.entries(values)) {
		const own = target.fieldOf(name);
		if (own === undefined) homeless.push(name);
		else row[own] = value;
	}
	return { row, homeless };
}

/** Contacts behind accounts that were just made, by the accounts' ids. */
export async function contactsBehind(
	connection: SalesforceConnection,
	accountIds: readonly string[],
): Promise<Map<string, string>> {
	if (accountIds.length === 0) return new Map();
	const list = accountIds.map((id) => soqlText(checkedId(id))).join(',');
	const soql = `SELECT Id, PersonContactId FROM ${ACCOUNT} WHERE Id IN (${list})`;
	const rows = await runQuery(connection, soql, accountIds.length);
	const pairs = rows.map(
		({ Id, PersonContactId: own }) => [String(Id), String(own ?? '')] as const,
	);
	return new Map(pairs.filter(([, own]) => own !== ''));
}
