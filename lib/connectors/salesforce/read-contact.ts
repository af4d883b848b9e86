/** Contacts as they are now: of a person account, with what the account has. */
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { OBJECT, soqlText, type SalesforceConnection } from './client';
import { HOUSEHOLD_ACCOUNT } from './household-account';
import { isMark } from './marks';
import { withMemberships } from './membership';
import type { OrgModel } from './org-model';
import { asContact, withAccountSide } from './person-accounts';
import { batches, retrieve, runQuery } from './queries';

interface Desk {
	context: ConnectorContext;
	connection: SalesforceConnection;
	model: Pick<OrgModel, 'person' | 'households'>;
}

/** In the order of `ids`, 2,000 at most; null stands for a contact that is gone. */
export async function readContacts(
	desk: Desk,
	ids: string[],
	names: readonly string[],
): Promise<Array<CrmRecord | null>> {
	const { connection, model } = desk;
	const { person } = model;
	const fields = withAccountSide(names, person);
	if (!fields.some((name) => name.includes('.')) && !asksHousehold(names))
		return retrieve(connection, ids, fields);
	const found = new Map<string, CrmRecord>();
	for (const some of batches(ids)) {
		const list = some.map((id) => soqlText(id)).join(',');
		const soql = `SELECT ${fields.join(', ')} FROM ${OBJECT} WHERE Id IN (${list})`;
		const rows = await runQuery(connection, soql, some.length);
		const whole = rows.map((record) => asContact(record, person));
		for (const record of await related(desk, names, whole))
			found.set(shortId(record['Id']), record);
	}
	return ids.map((id) => found.get(shortId(id)) ?? null);
}

/** Ids of 15 and of 18 signs name the same. */
function shortId(id: unknown): string {
	const SHORT = 15;
	return String(id).slice(0, SHORT);
}

/** Throws CrmError 404 if there is no such contact. */
export async function readContact(
	desk: Desk,
	crmId: string,
	names: readonly string[],
): Promise<CrmRecord> {
	const { connection, model } = desk;
	const { person } = model;
	const fields = withAccountSide(names, person);
	if (!fields.some((name) => name.includes('.')) && !asksHousehold(names))
		return (await connection.retrieve(OBJECT, crmId, { fields })) as CrmRecord;
	const soql = `SELECT ${fields.join(', ')} FROM ${OBJECT} WHERE Id = ${soqlText(crmId)}`;
	const [record] = await runQuery(connection, soql, 1);
	if (record !== undefined) {
		const [whole = record] = await related(desk, names, [asContact(record, person)]);
		return whole;
	}
	throw new CrmError('Salesforce has no such contact', 404, 'NOT_FOUND', { retryable: false });
}

/** Who asks for no household is spared the query. */
async function related(
	desk: Desk,
	names: readonly string[],
	records: CrmRecord[],
): Promise<CrmRecord[]> {
	return asksHousehold(names) ? withMemberships(desk, records) : records;
}

function asksHousehold(names: readonly string[]): boolean {
	return names.some((name) => isMark(name) || name === HOUSEHOLD_ACCOUNT);
}
