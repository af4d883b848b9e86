/** Reads of households, opportunities, notes, tasks and events: by id, in pages, by time, and what is gone. */
import type { CallPriority } from '../../budget';
import type { ConnectorContext, CrmRecord } from '../../connector';
import type { FieldMap } from '../../../model/field-map';
import { mapOfObject } from '../../../model/field-map';
import { mapped } from '../../field-codec';
import { checkedId, connect, soqlText } from '../client';
import { RELATION } from '../membership';
import { ABOUT_HOUSEHOLD, ABOUT_PERSON, type SalesforceItem } from '../objects/salesforce-object';
import { asClassic, namesInContent } from './content-notes';
import { householdModel } from '../household-model';
import { batches, runQuery } from '../queries';
import type { ItemReads } from './item-reads';
import { personsAmong } from './persons';

export const PAGE = 500;
const ACCOUNT = '001';
/** Fields that may name an account. */
const ACCOUNT_FIELDS = ['WhatId', 'AccountId', 'ParentId'];

/** API names that a read asks for. */
export function fieldsOf(item: SalesforceItem, fieldMap: FieldMap): string[] {
	const own = ['Id', 'LastModifiedDate', stampOf(item), ...item.reads];
	const crmFields = mapped(mapOfObject(fieldMap, item.object)).map(({ crmField }) => crmField);
	return [...new Set([...own, ...crmFields])];
}

/** The time by which changes are found. ContentNote has none that an automated process moves, too. */
export function stampOf({ isContent }: SalesforceItem): string {
	return isContent ? 'LastModifiedDate' : 'SystemModstamp';
}

/** Rows that fit `conditions`, in the order of ids or as `order` says. */
export async function select(
	reads: ItemReads,
	conditions: readonly string[],
	{ order = 'Id', limit = PAGE, withDeleted = false } = {},
): Promise<CrmRecord[]> {
	const { context, item, fields, priority, signal, onCall } = reads;
	const own = item.ofHouseholds ? [(await householdModel(context)).where] : [];
	const all = [...own, ...conditions];
	const where = all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`;
	const names = item.isContent ? namesInContent(fields) : fields;
	const soql = `SELECT ${names.join(', ')} FROM ${item.sobject}${where} ORDER BY ${order} LIMIT ${limit}`;
	const connection = connect(context, { priority, signal, onCall });
	const rows = await runQuery(connection, soql, limit, withDeleted);
	return markHouseholds(reads, item.isContent ? await asClassic(reads, rows) : rows);
}

/** These records; what is gone is missing. */
export async function byIds(reads: ItemReads, crmIds: readonly string[]): Promise<CrmRecord[]> {
	const found: CrmRecord[] = [];
	for (const ids of batches([...new Set(crmIds)].map(checkedId)))
		found.push(...(await select(reads, [`Id IN (${ids.map(soqlText).join(',')})`])));
	return found;
}

/** Which of the accounts that the rows name are households or persons: a query each, and none if they name none. */
export async function markHouseholds(reads: ItemReads, rows: CrmRecord[]): Promise<CrmRecord[]> {
	const accounts = new Set(rows.flatMap(accountOf));
	if (accounts.size === 0) return rows;
	const { context, priority, signal, onCall } = reads;
	const connection = connect(context, { priority, signal, onCall });
	const homes = new Set<unknown>();
	for (const ids of batches([...accounts])) {
		const list = ids.map(soqlText).join(',');
		const { where } = await householdModel(context);
		const soql = `SELECT Id FROM Account WHERE ${where} AND Id IN (${list})`;
		for (const { Id } of await runQuery(connection, soql, ids.length)) homes.add(Id);
	}
	const others = [...accounts].filter((id) => !homes.has(id));
	const persons = await personsAmong(context, connection, others);
	return rows.map((row) => {
		const named = accountOf(row);
		if (named.some((id) => homes.has(id))) return { ...row, [ABOUT_HOUSEHOLD]: true };
		const person = named.map((id) => persons.get(id)).find((id) => id !== undefined);
		return person === undefined ? row : { ...row, [ABOUT_PERSON]: person };
	});
}

function accountOf(row: CrmRecord): string[] {
	return ACCOUNT_FIELDS.flatMap((name) => {
		const id = row[name];
		return typeof id === 'string' && id.startsWith(ACCOUNT) ? [id] : [];
	});
}

interface Scope {
	priority: CallPriority;
	signal?: AbortSignal;
	onCall?: () => void;
}

const MOST_MEMBERS = 20_000;

/** Household -> ids of its contacts, as the org's model tells them. */
export async function membersOf(
	context: ConnectorContext,
	households: readonly string[],
	scope: Scope,
): Promise<Map<string, string[]>> {
	const { relations } = await householdModel(context);
	const direct =
		relations?.of === 'all' ? undefined : await accountsContacts(context, households, scope);
	const members = direct ?? new Map<string, string[]>(households.map((id) => [id, []]));
	if (relations === null) return members;
	for (const ids of batches([...members.keys()])) {
		const list = ids.map(soqlText).join(',');
		const soql = `SELECT AccountId, ContactId FROM ${RELATION} WHERE AccountId IN (${list}) AND IsActive = true`;
		for (const row of await runQuery(connect(context, scope), soql, MOST_MEMBERS)) {
			const own = members.get(String(row['AccountId']));
			const contactId = String(row['ContactId']);
			if (own !== undefined && !own.includes(contactId)) own.push(contactId);
		}
	}
	return members;
}

/** Account -> ids of the contacts whose account it is. */
export async function accountsContacts(
	context: ConnectorContext,
	accounts: readonly string[],
	scope: Scope,
): Promise<Map<string, string[]>> {
	const members = new Map<string, string[]>(accounts.map((id) => [id, []]));
	for (const ids of batches([...members.keys()])) {
		const list = ids.map(soqlText).join(',');
		const soql = `SELECT Id, AccountId FROM Contact WHERE AccountId IN (${list})`;
		for (const { Id, AccountId } of await runQuery(connect(context, scope), soql, MOST_MEMBERS))
			members.get(String(AccountId))?.push(String(Id));
	}
	return members;
}

/** True if the record is in the recycle bin, has left it, or is none of this object any more. */
export async function isItemGone(reads: ItemReads, crmId: string): Promise<boolean> {
	const { context, item, priority, signal, onCall } = reads;
	const connection = connect(context, { priority, signal, onCall });
	const isIt = `FROM ${item.sobject} WHERE Id = ${soqlText(checkedId(crmId))}`;
	// Whether the recycle bin shows enhanced notes is not documented.
	if (item.isContent) return (await runQuery(connection, `SELECT Id ${isIt}`, 1)).length === 0;
	const soql = `SELECT Id, IsDeleted ${isIt}`;
	const found = await runQuery(connection, soql, 1, true);
	return found.every((record) => record['IsDeleted'] === true);
}
