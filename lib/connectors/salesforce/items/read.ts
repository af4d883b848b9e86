/** Reads of households, opportunities, notes, tasks and events: by id, in pages, by time, and what is gone. */
import type { CrmRecord, ConnectorContext } from '../../connector';
import type { CallPriority } from '../../budget';
import type { FieldMap } from '../../../model/field-map';
import { mapOfObject } from '../../../model/field-map';
import { mapped } from '../../field-codec';
import { checkedId, connect, soqlText } from '../client';
import { ABOUT_HOUSEHOLD, type SalesforceItem } from '../objects/salesforce-object';
import { household } from '../objects/household';
import { batches, runQuery } from '../reader';

export const PAGE = 500;
const ACCOUNT = '001';
/** Fields that may name an account. */
const ACCOUNT_FIELDS = ['WhatId', 'AccountId', 'ParentId'];

export interface ItemReads {
	context: ConnectorContext;
	item: SalesforceItem;
	fields: readonly string[];
	priority: CallPriority;
	signal?: AbortSignal;
	onCall?: () => void;
}

/** API names that a read asks for. */
export function fieldsOf(item: SalesforceItem, fieldMap: FieldMap): string[] {
	const own = ['Id', 'LastModifiedDate', 'SystemModstamp', ...item.reads];
	const crmFields = mapped(mapOfObject(fieldMap, item.object)).map(({ crmField }) => crmField);
	return [...new Set([...own, ...crmFields])];
}

/** Rows that fit `conditions`, in the order of ids or as `order` says. */
export async function select(
	reads: ItemReads,
	conditions: readonly string[],
	{ order = 'Id', limit = PAGE, withDeleted = false } = {},
): Promise<CrmRecord[]> {
	const { context, item, fields, priority, signal, onCall } = reads;
	const own = item.where === undefined ? [] : [item.where(context.settings)];
	const all = [...own, ...conditions];
	const where = all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`;
	const soql = `SELECT ${fields.join(', ')} FROM ${item.sobject}${where} ORDER BY ${order} LIMIT ${limit}`;
	const connection = connect(context, { priority, signal, onCall });
	const rows = await runQuery(connection, soql, limit, withDeleted);
	return markHouseholds(reads, rows);
}

/** These records; what is gone is missing. */
export async function byIds(reads: ItemReads, crmIds: readonly string[]): Promise<CrmRecord[]> {
	const found: CrmRecord[] = [];
	for (const ids of batches([...new Set(crmIds)].map(checkedId)))
		found.push(...(await select(reads, [`Id IN (${ids.map(soqlText).join(',')})`])));
	return found;
}

/** Which of the accounts that the rows name are households: one query, and none if they name none. */
async function markHouseholds(reads: ItemReads, rows: CrmRecord[]): Promise<CrmRecord[]> {
	const accounts = new Set(rows.flatMap(accountOf));
	if (accounts.size === 0) return rows;
	const { context, priority, signal, onCall } = reads;
	const connection = connect(context, { priority, signal, onCall });
	const homes = new Set<unknown>();
	for (const ids of batches([...accounts])) {
		const list = ids.map(soqlText).join(',');
		const condition = household.where?.(context.settings) ?? '';
		const soql = `SELECT Id FROM Account WHERE ${condition} AND Id IN (${list})`;
		for (const { Id } of await runQuery(connection, soql, ids.length)) homes.add(Id);
	}
	return rows.map((row) => {
		const isAbout = accountOf(row).some((id) => homes.has(id));
		return isAbout ? { ...row, [ABOUT_HOUSEHOLD]: true } : row;
	});
}

function accountOf(row: CrmRecord): string[] {
	return ACCOUNT_FIELDS.flatMap((name) => {
		const id = row[name];
		return typeof id === 'string' && id.startsWith(ACCOUNT) ? [id] : [];
	});
}

/** Household -> ids of the contacts whose account it is. */
export async function membersOf(
	context: ConnectorContext,
	households: readonly string[],
	scope: { priority: CallPriority; signal?: AbortSignal; onCall?: () => void },
): Promise<Map<string, string[]>> {
	const MOST_MEMBERS = 20_000;
	const members = new Map<string, string[]>(households.map((id) => [id, []]));
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
	const soql = `SELECT Id, IsDeleted FROM ${item.sobject} WHERE Id = ${soqlText(checkedId(crmId))}`;
	const found = await runQuery(connect(context, { priority, signal, onCall }), soql, 1, true);
	return found.every((record) => record['IsDeleted'] === true);
}
