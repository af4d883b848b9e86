/** A contact in few fields with the same names in all three CRMs. */
import type { IDataObject } from 'n8n-workflow';
import type {
	CanonicalFields,
	ConnectorContext,
	CrmRecord,
	EmailItem,
	PhoneItem,
	ScalarValue,
} from '../../../lib';
import type { Crm } from './crm';

/** At most ten fields, as n8n's guidelines ask of simplified output. */
export function simplify(
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

/** For lists to choose from, e.g. `Jane Doe (jane@example.com)`. */
export function labelOf(crm: Crm, context: ConnectorContext, record: CrmRecord): string {
	const { id, name, email } = simplify(crm, context, record);
	const shown = name === null || name === '' ? `Contact ${String(id)}` : String(name);
	return email === null ? shown : `${shown} (${String(email)})`;
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
