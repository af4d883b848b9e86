/**
 * Finds the record that an earlier try of the same create may have made: by the external id, else
 * among the contacts that our own user created since the delivery was opened.
 */
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { contentsTried } from '../deliver-common';
import { canonicalText, sameValue } from '../../model/canonical';
import type { DeliveryJob } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { readsIn } from '../../model/field-map';
import { OBJECT, soqlInstant, soqlText, type SalesforceConnection } from './client';
import { isGone } from './errors';
import { crmFieldsOf, effectiveMap, project, readFields } from './fields';
import { isMark } from './marks';
import { withMemberships } from './membership';
import type { OrgModel } from './org-model';
import { asContact, withAccountSide } from './person-accounts';
import { runQuery } from './queries';
import type { SalesforceSettings } from './settings';

/** Clocks differ, and the try may have begun before the delivery's time was written. */
const MARGIN_MS = 5 * 60_000;
const MAX_CANDIDATES = 50;
const NAME_FIELDS = ['firstName', 'middleName', 'lastName', 'suffix'];

/** What the search works with. */
export interface Search {
	context: ConnectorContext;
	connection: SalesforceConnection;
	model: Pick<OrgModel, 'person' | 'households'>;
	settings: Pick<SalesforceSettings, 'externalIdField'>;
}

export async function findEarlierTry(
	search: Search,
	job: DeliveryJob,
): Promise<CrmRecord | undefined> {
	const { context, connection, model, settings } = search;
	const { externalIdField } = settings;
	const map = effectiveMap(job.fieldMap, context.settings).filter(readsIn);
	const fields = [...new Set(['Id', ...map.flatMap(crmFieldsOf)])];
	if (externalIdField === '') return findByContent(search, job, fields);
	if (model.person !== null || model.households?.relations) {
		const condition = `${externalIdField} = ${soqlText(job.unifiedId)}`;
		return (await select(search, fields, `${condition} LIMIT 1`, 1))[0];
	}
	const key = `${externalIdField}/${encodeURIComponent(job.unifiedId)}`;
	const plain = fields.filter((name) => !name.includes('.') && !isMark(name));
	try {
		return (await connection.retrieve(OBJECT, key, { fields: plain })) as CrmRecord;
	} catch (error) {
		if (error instanceof CrmError && isGone(error)) return undefined;
		throw error;
	}
}

async function select(
	{ context, connection, model }: Search,
	names: readonly string[],
	condition: string,
	most: number,
): Promise<CrmRecord[]> {
	const { person } = model;
	const fields = withAccountSide(names, person);
	const soql = `SELECT ${fields.join(', ')} FROM ${OBJECT} WHERE ${condition}`;
	const records = await runQuery(connection, soql, most);
	const whole = records.map((record) => asContact(record, person));
	return withMemberships({ context, connection, model }, whole);
}

async function findByContent(
	search: Search,
	job: DeliveryJob,
	fields: string[],
): Promise<CrmRecord | undefined> {
	const { context, connection } = search;
	const contents = contentsTried(job, (one) => project(one, job.fieldMap, context.settings));
	const names = contents.flatMap(({ lastName }) =>
		typeof lastName === 'string' ? [soqlText(lastName)] : [],
	);
	if (names.length === 0) return undefined;
	const userId = await ownUserId(context, connection);
	const condition =
		`LastName IN (${[...new Set(names)].join(',')}) ` +
		`AND CreatedDate >= ${soqlInstant(Date.parse(job.openedAt) - MARGIN_MS)} ` +
		`AND CreatedById = ${soqlText(userId)} ORDER BY CreatedDate LIMIT ${MAX_CANDIDATES}`;
	const candidates = await select(search, fields, condition, MAX_CANDIDATES);
	for (const wanted of contents) {
		const match = bestMatch(candidates, wanted, job, context);
		if (match !== undefined) return match;
	}
	return undefined;
}

/** Same name is required; of several the one that agrees in most fields, of those the oldest. */
function bestMatch(
	candidates: CrmRecord[],
	wanted: CanonicalFields,
	job: DeliveryJob,
	context: ConnectorContext,
): CrmRecord | undefined {
	const map = effectiveMap(job.fieldMap, context.settings).filter(readsIn);
	let best: { record: CrmRecord; agreeing: number } | undefined;
	for (const record of candidates) {
		const held = readFields(record, map);
		if (!NAME_FIELDS.every((name) => sameName(held[name], wanted[name]))) continue;
		const same = (field: string) => sameValue(field, held[field], wanted[field]);
		if (!isEmptyList(wanted['emails']) && !same('emails')) continue;
		const agreeing = Object.keys(wanted).filter(same).length;
		if (best === undefined || agreeing > best.agreeing) best = { record, agreeing };
	}
	return best?.record;
}

function isEmptyList(value: CanonicalFields[string] | undefined): boolean {
	return !Array.isArray(value) || value.length === 0;
}

function sameName(
	a: CanonicalFields[string] | undefined,
	b: CanonicalFields[string] | undefined,
): boolean {
	const text = (value: typeof a) => canonicalText(typeof value === 'string' ? value : '');
	return text(a).toLowerCase() === text(b).toLowerCase();
}

/**
 * jsforce's `identity()` puts the token into an address, and needs one that it does not have here;
 * the user's id stands at the user-info resource of the instance.
 */
export async function ownUserId(
	context: ConnectorContext,
	connection: SalesforceConnection,
): Promise<string> {
	const answer: unknown = await connection.request('/services/oauth2/userinfo');
	const id = (answer as Record<string, unknown> | null)?.['user_id'];
	if (typeof id === 'string' && id !== '') return id;
	context.log('warn', 'Salesforce does not say which user is connected.');
	throw new CrmError('Salesforce does not say which user is connected', 403, 'user-unknown', {
		retryable: false,
		hint: 'Give the connected app the scope "Access the identity URL service" (id, openid), or set an External ID Field.',
	});
}
