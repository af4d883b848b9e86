/**
 * Person accounts that were merged: what says so is the account (`Account.MasterRecordId` of the deleted one, which
 * only queryAll shows), and the contact that lives on is the one behind the account that does.
 */
import type { CrmRecord } from '../connector';
import { soqlText, type SalesforceConnection } from './client';
import { runQuery } from './queries';
import { ACCOUNT, contactsBehind } from './write-target';

/** `contacts`: deleted ones with their AccountId, a batch of them. -> contact id, the contact that lives on. */
export async function mergedPersons(
	connection: SalesforceConnection,
	contacts: readonly CrmRecord[],
): Promise<Map<string, string>> {
	const byAccount = new Map<string, string>();
	for (const { Id: id, AccountId: account } of contacts)
		if (typeof account === 'string' && account !== '') byAccount.set(account, String(id));
	if (byAccount.size === 0) return new Map();
	const list = [...byAccount.keys()].map(soqlText).join(',');
	const soql = `SELECT Id, MasterRecordId FROM ${ACCOUNT} WHERE IsDeleted = true AND Id IN (${list})`;
	const gone = await runQuery(connection, soql, byAccount.size, true);
	const masters = gone.filter(({ MasterRecordId: master }) => typeof master === 'string');
	const ids = [...new Set(masters.map(({ MasterRecordId: master }) => String(master)))];
	const behind = await contactsBehind(connection, ids);
	const merged = new Map<string, string>();
	for (const { Id: account, MasterRecordId: master } of masters) {
		const [from, into] = [byAccount.get(String(account)), behind.get(String(master))];
		if (from !== undefined && into !== undefined) merged.set(from, into);
	}
	return merged;
}
