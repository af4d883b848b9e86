/**
 * What belongs to a person account: Salesforce's own screens hang notes and opportunities on the account, activities on the
 * contact behind it. Read, either is the person; written, each goes where the screens show it.
 */
import type { ConnectorContext, CrmRecord } from '../../connector';
import { checkedId, soqlText, type SalesforceConnection } from '../client';
import { orgModel } from '../org-model';
import { isPerson } from '../person-accounts';
import { batches, runQuery } from '../queries';
import type { SalesforceItem } from '../objects/salesforce-object';

/** Account -> the contact behind it; what is no person account is missing. */
export async function personsAmong(
	context: ConnectorContext,
	connection: SalesforceConnection,
	accountIds: readonly string[],
): Promise<Map<string, string>> {
	const found = new Map<string, string>();
	if (accountIds.length === 0 || (await orgModel(context)).person === null) return found;
	for (const ids of batches([...accountIds])) {
		const list = ids.map(soqlText).join(',');
		const soql = `SELECT Id, PersonContactId FROM Account WHERE IsPersonAccount = true AND Id IN (${list})`;
		for (const { Id, PersonContactId: own } of await runQuery(connection, soql, ids.length))
			if (typeof own === 'string') found.set(String(Id), own);
	}
	return found;
}

/** The body of a new record, at the account of the person that it is about. */
export async function atPerson(
	context: ConnectorContext,
	connection: SalesforceConnection,
	{ object }: SalesforceItem,
	body: CrmRecord,
): Promise<CrmRecord> {
	const contactId = object === 'note' ? body['ParentId'] : body['ContactId'];
	const isAbout = typeof contactId === 'string' && contactId.startsWith('003');
	if ((object !== 'note' && object !== 'opportunity') || !isAbout) return body;
	if ((await orgModel(context)).person === null) return body;
	const soql = `SELECT AccountId, Account.IsPersonAccount FROM Contact WHERE Id = ${soqlText(checkedId(contactId))}`;
	const [contact] = await runQuery(connection, soql, 1);
	if (contact === undefined || !isPerson(contact)) return body;
	const { AccountId: accountId } = contact;
	return object === 'note'
		? { ...body, ParentId: accountId }
		: { ...body, AccountId: body['AccountId'] ?? accountId };
}
