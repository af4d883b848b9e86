/** New records of what is no contact: in one call, also where Salesforce keeps them as two rows. */
import { CrmError, type ConnectorContext, type CrmRecord } from '../../connector';
import { checkedId, type SalesforceConnection } from '../client';
import { restFailure } from '../errors';
import { atPerson } from './persons';
import { contentBody, contentLink } from './content-notes';
import { householdModel } from '../household-model';
import type { SalesforceItem } from '../objects/salesforce-object';
import { itemSettings } from '../settings';

export interface NewRow {
	sobject: string;
	row: CrmRecord;
	/** A second row without which the first is no record of its object; it names the first by its id. */
	beside?: { sobject: string; row: (firstId: string) => CrmRecord };
}

/** What makes a new record, with what the delivery does not say. */
export async function newRow(
	context: ConnectorContext,
	connection: SalesforceConnection,
	item: SalesforceItem,
	asked: CrmRecord,
): Promise<NewRow> {
	const { settings, now } = context;
	const { sobject } = item;
	const given = await atPerson(context, connection, item, asked);
	const usual = { ...item.defaults?.(settings, given, now()), ...given };
	if (item.isContent)
		return { sobject, row: contentBody(usual), beside: contentLink(usual['ParentId']) };
	if (!item.ofHouseholds) return { sobject, row: usual };
	const { kind, defaults } = await householdModel(context);
	const row = { ...defaults, ...given };
	if (kind !== 'group') return { sobject, row };
	const { householdGroupType: Type } = itemSettings(settings);
	const group = (AccountId: string) => ({ Name: row['Name'], AccountId, Type });
	return { sobject, row, beside: { sobject: 'PartyRelationshipGroup', row: group } };
}

/** @returns the id of the new record. */
export async function createRecord(
	context: ConnectorContext,
	connection: SalesforceConnection,
	item: SalesforceItem,
	given: CrmRecord,
): Promise<string> {
	const { beside, ...first } = await newRow(context, connection, item, given);
	if (beside !== undefined) return createTogether(connection, first, beside);
	return String((await connection.create(first.sobject, first.row)).id);
}

interface Answer {
	httpStatusCode?: unknown;
	body?: unknown;
}

/**
 * Two rows, of which the second names the first: both are made, or none (REST API Developer Guide, "Composite": allOrNone
 * and reference ids).
 * @returns the id of the first
 */
export async function createTogether(
	connection: SalesforceConnection,
	first: { sobject: string; row: CrmRecord },
	second: NonNullable<NewRow['beside']>,
): Promise<string> {
	const url = (sobject: string) => `/services/data/v${connection.version}/sobjects/${sobject}`;
	const call = (sobject: string, referenceId: string, body: CrmRecord) => ({
		...{ method: 'POST', url: url(sobject), referenceId, body },
	});
	const answer = await connection.requestPost<{ compositeResponse?: Answer[] }>(
		`/services/data/v${connection.version}/composite`,
		{
			allOrNone: true,
			compositeRequest: [
				call(first.sobject, 'first', first.row),
				call(second.sobject, 'second', second.row('@{first.id}')),
			],
		},
	);
	const parts = answer.compositeResponse ?? [];
	// The others only say that they were rolled back with it.
	const failed = parts.filter(({ httpStatusCode: status }) => Number(status) >= 300);
	const guilty =
		failed.find(({ body }) => !JSON.stringify(body).includes('PROCESSING_HALTED')) ?? failed[0];
	if (guilty !== undefined)
		throw restFailure(Number(guilty.httpStatusCode), JSON.stringify(guilty.body));
	const id = (parts[0]?.body as { id?: unknown } | null | undefined)?.id;
	if (typeof id === 'string') return checkedId(id);
	throw new CrmError('Salesforce confirmed the record without its id', 500, 'unexpected-answer', {
		retryable: true,
	});
}
