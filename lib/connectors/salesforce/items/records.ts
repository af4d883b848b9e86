/** The node's own operations on what is no contact, with Salesforce's API names. */
import {
	CrmError,
	type Connector,
	type ConnectorContext,
	type CrmRecord,
	type RecordClient,
} from '../../connector';
import { checkedId, connect, soqlInstant, soqlText } from '../client';
import { householdModel } from '../household-model';
import { ITEMS } from '../objects';
import type { SalesforceItem } from '../objects/salesforce-object';
import { runQuery } from '../queries';
import { createRecord } from './create';
import { eitherNotes } from './note-records';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 50_000;

/** For `Connector.records`. */
export const records: NonNullable<Connector['records']> = Object.fromEntries(
	ITEMS.map((item) => {
		const client = clientOf(item);
		return [item.object, item.object === 'note' ? eitherNotes(client) : client];
	}),
);

function clientOf(item: SalesforceItem): RecordClient {
	const { sobject, listFilters, matchFields } = item;
	const live = (context: ConnectorContext) => connect(context, { priority: 'live' });
	const get = async (context: ConnectorContext, crmId: string) =>
		(await live(context).retrieve(sobject, checkedId(crmId))) as CrmRecord;
	return {
		get,
		async list(context, options) {
			const limit = Math.min(Math.max(1, options.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
			const own = item.ofHouseholds ? [(await householdModel(context)).where] : [];
			const asked = Object.entries(options.filters ?? {}).filter(([, value]) => value !== '');
			const conditions = [...own, ...asked.map(([name, value]) => condition(item, name, value))];
			const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
			const fields = (await live(context).describe$(sobject)).fields
				.filter(({ type }) => type !== 'address' && type !== 'location')
				.map(({ name }) => name);
			const soql = `SELECT ${fields.join(', ')} FROM ${sobject}${where} ORDER BY LastModifiedDate DESC LIMIT ${limit}`;
			return runQuery(live(context), soql, limit);
		},
		async create(context, values) {
			const id = await createRecord(context, live(context), item, values);
			return get(context, id);
		},
		async update(context, crmId, values) {
			const Id = checkedId(crmId);
			await live(context).update(sobject, { ...values, Id });
			return get(context, Id);
		},
		async delete(context, crmId) {
			await live(context).destroy(sobject, checkedId(crmId));
		},
		async findBy(context, matchField, value) {
			if (matchField !== 'Id') throw unknownField(sobject, matchField);
			return [await get(context, value)];
		},
		matchFields,
		listFilters,
		idOf: (record) => String(record['Id'] ?? ''),
	};
}

function condition({ sobject, listFilters }: SalesforceItem, name: string, value: string): string {
	if (!listFilters.some((one) => one.name === name)) throw unknownField(sobject, name);
	if (name !== 'modifiedSince') return `${name} = ${soqlText(value)}`;
	const at = Date.parse(value);
	if (!Number.isNaN(at)) return `LastModifiedDate >= ${soqlInstant(at)}`;
	throw new CrmError('The time to list from cannot be read', 400, 'INVALID_FILTER', {
		retryable: false,
		hint: 'Write it as 2026-11-22T08:00:00Z.',
	});
}

function unknownField(sobject: string, name: string): CrmError {
	return new CrmError(`${sobject} cannot be searched by ${name}`, 400, 'INVALID_FILTER', {
		retryable: false,
	});
}
