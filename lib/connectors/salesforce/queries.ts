/** Queries and retrieves of contacts and whatever else SOQL can name, as the rest of the connector calls them. */
import type { CrmRecord } from '../connector';
import { checkedId, OBJECT, soqlText, type SalesforceConnection } from './client';

/** A collections retrieve takes 200 ids; a SOQL IN list of 200 stays under the 16 KB of an address. */
export const BATCH = 200;

/** All rows up to `maxFetch`; jsforce would stop after the first page, and silently at 10,000. */
export async function runQuery(
	connection: SalesforceConnection,
	soql: string,
	maxFetch: number,
	withDeleted = false,
): Promise<CrmRecord[]> {
	const options = { autoFetch: true, maxFetch, scanAll: withDeleted };
	const result = await connection.query<CrmRecord>(soql, options);
	return result.records;
}

/** True if the contact is in the recycle bin or has left it. Rejects if the connection is at fault. */
export async function isContactGone(
	connection: SalesforceConnection,
	crmId: string,
): Promise<boolean> {
	const soql = `SELECT Id, IsDeleted FROM ${OBJECT} WHERE Id = ${soqlText(checkedId(crmId))}`;
	const found = await runQuery(connection, soql, 1, true);
	return found.every((record) => record['IsDeleted'] === true);
}

/** null stands for a record that is gone. */
export async function retrieve(
	connection: SalesforceConnection,
	ids: string[],
	fields?: string[],
): Promise<Array<CrmRecord | null>> {
	const records: unknown = await connection.retrieve(OBJECT, ids, fields && { fields });
	return Array.isArray(records) ? (records as Array<CrmRecord | null>) : [];
}

export function batches<T>(items: T[], size = BATCH): T[][] {
	const count = Math.ceil(items.length / size);
	return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
