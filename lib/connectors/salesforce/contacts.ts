/** The node's own operations on contacts, with Salesforce's API names. */
import {
	CrmError,
	type Connector,
	type ConnectorContext,
	type CrmRecord,
	type ListOptions,
} from '../connector';
import {
	checkedId,
	connect,
	OBJECT,
	soqlInstant,
	soqlText,
	type SalesforceConnection,
} from './client';
import { RELATION_ROLE } from './household-account';
import { orgModel, PLAIN } from './org-model';
import { readContact, readContacts } from './read-contact';
import { batches, retrieve, runQuery } from './queries';
import { without } from './without';
import { contactsBehind, newTarget, rowOf, targetOf, type WriteTarget } from './write-target';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 50_000;
const MAX_FOUND = 200;
const NUMERIC = new Set(['int', 'long', 'double', 'currency', 'percent']);

const live = (context: ConnectorContext) => connect(context, { priority: 'live' });

async function get(context: ConnectorContext, crmId: string): Promise<CrmRecord> {
	const connection = live(context);
	const record = (await connection.retrieve(OBJECT, checkedId(crmId))) as CrmRecord;
	return (await completed(context, connection, [record]))[0] ?? record;
}

/** Persons with what their accounts have for them. */
async function completed(
	context: ConnectorContext,
	connection: SalesforceConnection,
	records: CrmRecord[],
): Promise<CrmRecord[]> {
	const persons = records.filter(({ IsPersonAccount: is }) => is === true);
	const model = persons.length === 0 ? PLAIN : await orgModel(context);
	if (model.person === null) return records;
	const ids = persons.map(({ Id }) => String(Id));
	const read = await readContacts({ context, connection, model }, ids, [
		'Id',
		...model.person.shared,
	]);
	const shared = new Map(read.map((one) => [one?.['Id'], one]));
	return records.map((record) => {
		const own = shared.get(record['Id']) ?? {};
		return { ...record, ...without(own, ['attributes', 'Account']) };
	});
}

async function list(context: ConnectorContext, options: ListOptions): Promise<CrmRecord[]> {
	const limit = Math.min(Math.max(1, options.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
	const conditions = Object.entries(options.filters ?? {})
		.filter(([, value]) => value !== '')
		.map(([name, value]) => condition(name, value));
	const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
	const soql = `SELECT Id FROM ${OBJECT}${where} ORDER BY LastModifiedDate DESC LIMIT ${limit}`;
	return wholeRecords(context, live(context), soql, limit);
}

const FILTERS: Record<string, (value: string) => string> = {
	email: (value) => `Email = ${soqlText(value)}`,
	lastName: (value) => `LastName = ${soqlText(value)}`,
	accountId: (value) => `AccountId = ${soqlText(checkedId(value))}`,
	modifiedSince: (value) => `LastModifiedDate >= ${soqlInstant(instantOf(value))}`,
};

function condition(name: string, value: string): string {
	const filter = FILTERS[name];
	if (filter !== undefined) return filter(value);
	throw new CrmError(`Salesforce contacts cannot be filtered by ${name}`, 400, 'INVALID_FILTER', {
		retryable: false,
		hint: `Use one of: ${Object.keys(FILTERS).join(', ')}.`,
	});
}

function instantOf(text: string): number {
	const at = Date.parse(text);
	if (!Number.isNaN(at)) return at;
	throw new CrmError('The time to list from cannot be read', 400, 'INVALID_FILTER', {
		retryable: false,
		hint: 'Write it as 2026-11-22T08:00:00Z.',
	});
}

/** Ids first, then whole records in batches: a list of all fields would not fit into an address. */
async function wholeRecords(
	context: ConnectorContext,
	connection: SalesforceConnection,
	soql: string,
	limit: number,
): Promise<CrmRecord[]> {
	const rows = await runQuery(connection, soql, limit);
	const records: CrmRecord[] = [];
	for (const ids of batches(rows.map((row) => String(row['Id'])))) {
		// Without a list of fields jsforce asks for all of the describe, which it reads once.
		const found = await retrieve(connection, ids);
		const there = found.filter((record) => record !== null);
		records.push(...(await completed(context, connection, there)));
	}
	return records;
}

async function create(
	context: ConnectorContext,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	const connection = live(context);
	const target = newTarget(context, await orgModel(context));
	const { id } = await connection.create(target.sobject, rowFor(target, values));
	const made = String(id);
	if (target.sobject === OBJECT) return readBack(context, made, values);
	const crmId = (await contactsBehind(connection, [made])).get(made);
	return crmId === undefined ? { ...values, AccountId: made } : readBack(context, crmId, values);
}

/** Throws CrmError naming the first field that has no place there. */
function rowFor(target: WriteTarget, values: Record<string, unknown>): CrmRecord {
	const { row, homeless } = rowOf(target, values);
	const [field] = homeless;
	if (field === undefined) return row;
	throw new CrmError(
		`Person accounts have no place for the contact field ${field}`,
		400,
		'INVALID_FIELD',
		{
			retryable: false,
			field,
		},
	);
}

/** Where it is written and deleted. */
async function targetFor(
	context: ConnectorContext,
	connection: SalesforceConnection,
	crmId: string,
): Promise<WriteTarget> {
	const model = await orgModel(context);
	const seen =
		model.person === null ? null : await readContact({ context, connection, model }, crmId, ['Id']);
	return targetOf(model, crmId, seen);
}

async function update(
	context: ConnectorContext,
	crmId: string,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	const connection = live(context);
	const target = await targetFor(context, connection, checkedId(crmId));
	await connection.update(target.sobject, { ...rowFor(target, values), Id: target.id });
	return readBack(context, crmId, values);
}

/** The write is done: if the record cannot be read now, what was written is what there is to show. */
async function readBack(
	context: ConnectorContext,
	crmId: string,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	try {
		return await get(context, crmId);
	} catch {
		context.log('warn', 'The contact was written but could not be read back.');
		return { ...values, Id: crmId };
	}
}

async function remove(context: ConnectorContext, crmId: string): Promise<void> {
	const connection = live(context);
	const { sobject, id } = await targetFor(context, connection, checkedId(crmId));
	await connection.destroy(sobject, id);
}

async function findBy(
	context: ConnectorContext,
	matchField: string,
	value: string,
): Promise<CrmRecord[]> {
	const connection = live(context);
	if (matchField === 'Id') return findById(context, value);
	const { fields } = await connection.describe$(OBJECT);
	const field = fields.find(({ name }) => name.toLowerCase() === matchField.toLowerCase());
	if (field === undefined) {
		throw new CrmError(`Contact has no field ${matchField}`, 400, 'INVALID_FIELD', {
			retryable: false,
			hint: 'Choose Email, Id or one of the external-id fields of Contact.',
			field: matchField,
		});
	}
	const literal = NUMERIC.has(field.type) ? numberLiteral(field.name, value) : soqlText(value);
	const soql = `SELECT Id FROM ${OBJECT} WHERE ${field.name} = ${literal} ORDER BY CreatedDate LIMIT ${MAX_FOUND}`;
	return wholeRecords(context, connection, soql, MAX_FOUND);
}

function numberLiteral(name: string, value: string): string {
	if (/^-?\d+(\.\d+)?$/.test(value.trim())) return value.trim();
	throw new CrmError(`The field ${name} holds numbers only`, 400, 'INVALID_FIELD', {
		retryable: false,
		field: name,
	});
}

async function findById(context: ConnectorContext, crmId: string): Promise<CrmRecord[]> {
	try {
		return [await get(context, crmId)];
	} catch (error) {
		if (error instanceof CrmError && error.status === 404) return [];
		throw error;
	}
}

export const contacts: Connector['contacts'] = {
	get,
	list,
	create,
	update,
	delete: remove,
	findBy,
	/** `findBy` takes any other field of Contact as well, such as the org's external ids. */
	matchFields: [
		{ name: 'Email', label: 'Email' },
		{ name: 'Id', label: 'Record ID' },
	],
	listFilters: [
		{
			name: 'email',
			label: 'Email',
			type: 'string',
			description: 'Contacts with exactly this address',
		},
		{
			name: 'lastName',
			label: 'Last Name',
			type: 'string',
			description: 'Contacts with exactly this last name',
		},
		{
			name: 'accountId',
			label: 'Account ID',
			type: 'string',
			description: 'Contacts of this account',
		},
		{
			name: 'modifiedSince',
			label: 'Modified Since',
			type: 'date',
			description: 'Contacts changed at or after this time',
		},
	],
	idOf: (record) => String(record['Id'] ?? ''),
	notWritten: [RELATION_ROLE],
};
