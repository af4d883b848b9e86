/** A record in few fields with the same names in all three CRMs. */
import type { IDataObject } from 'n8n-workflow';
import {
	OBJECT_FIELDS,
	type CanonicalFields,
	type ConnectorContext,
	type CrmRecord,
	type EmailItem,
	type ObjectName,
	type PhoneItem,
	type ScalarValue,
} from '../../../lib';
import type { Crm } from './crm';
import type { CrmResource } from './resource';

const MAX_FIELDS = 10;

/** At most ten fields, as n8n's guidelines ask of simplified output. */
export function simplify(
	crm: Crm,
	context: ConnectorContext,
	record: CrmRecord,
	{ name, client }: Pick<CrmResource, 'name' | 'client'>,
): IDataObject {
	if (name === 'contact') return simpleContact(crm, context, record);
	const { connector } = crm;
	const map = connector.objectFieldMap ?? [];
	const fields = connector.toCanonical(record, map, context.settings, name);
	const told = fieldsOf(name).filter((field) => !Array.isArray(fields[field]));
	return Object.fromEntries([
		['id', client.idOf(record)],
		...told.slice(0, MAX_FIELDS - 1).map((field) => [field, scalar(fields, field)]),
	]) as IDataObject;
}

function fieldsOf(object: Exclude<ObjectName, 'contact'>): readonly string[] {
	return OBJECT_FIELDS[object];
}

function simpleContact(
	{ connector }: Crm,
	context: ConnectorContext,
	record: CrmRecord,
): IDataObject {
	const fields = connector.toCanonical(record, connector.defaultFieldMap, context.settings);
	return {
		id: connector.contacts.idOf(record),
		type: scalar(fields, 'type'),
		name: nameOf(fields),
		firstName: scalar(fields, 'firstName'),
		lastName: scalar(fields, 'lastName'),
		email: primary<EmailItem>(fields.emails)?.address ?? null,
		phone: primary<PhoneItem>(fields.phones)?.number ?? null,
		companyName: scalar(fields, 'companyName'),
		jobTitle: scalar(fields, 'jobTitle'),
		status: scalar(fields, 'status'),
	};
}

const MAX_LABEL = 60;

/** For lists to choose from, e.g. `Jane Doe (jane@example.com)`, or how a note begins. */
export function labelOf(
	crm: Crm,
	context: ConnectorContext,
	record: CrmRecord,
	resource: CrmResource,
): string {
	const { id, name, subject, text, email = null } = simplify(crm, context, record, resource);
	const said = [name, subject, text].find((value) => typeof value === 'string' && value !== '');
	const shown = String(said ?? `${resource.label} ${String(id)}`).replace(/\s+/g, ' ');
	const short = shown.length > MAX_LABEL ? `${shown.slice(0, MAX_LABEL)}…` : shown;
	return email === null ? short : `${short} (${String(email)})`;
}

function scalar(fields: CanonicalFields, field: string): ScalarValue {
	const value = fields[field];
	return value === undefined || Array.isArray(value) ? null : value;
}

function nameOf(fields: CanonicalFields): string | null {
	const person = ['firstName', 'middleName', 'lastName'].map((field) => scalar(fields, field));
	const name = person.filter((part) => part !== null && part !== '').join(' ');
	return name === '' ? ((scalar(fields, 'name') as string | null) ?? null) : name;
}

function primary<T extends { primary?: boolean }>(value: unknown): T | undefined {
	const items = Array.isArray(value) ? (value as T[]) : [];
	return items.find((item) => item.primary) ?? items[0];
}
