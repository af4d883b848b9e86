import { NodeOperationError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import type { RecordCall, RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { fieldValues } from '../field-values';
import { fieldsProperty, recordOptions, simplifyProperty } from '../panel';
import { shown } from '../record/shown';

/** Creates a contact, or updates the one that is found by the match field. */
export const upsert: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			'contact',
			['upsert'],
			[
				matchField,
				matchValue,
				fieldsProperty(resource),
				simplifyProperty,
				recordOptions(crm, resource),
			],
		),

	async execute(call) {
		const { crm, context } = call;
		const field = textParameter(call, 'matchField', 'Field to Match On');
		const value = textParameter(call, 'matchValue', 'Value to Match');
		const values = fieldValues(call);
		const crmId = await findOne(call, field, value);
		const { contacts } = crm.connector;
		const record =
			crmId === undefined
				? await contacts.create(context, withMatch(call, values, field, value))
				: await contacts.update(context, crmId, values);
		return shown(call, record);
	},
};

const matchField: INodeProperties = {
	displayName: 'Field to Match On Name or ID',
	name: 'matchField',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getMatchFields' },
	default: '',
	required: true,
	description:
		'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	hint: 'One contact at most may have the value in this field',
};

const matchValue: INodeProperties = {
	displayName: 'Value to Match',
	name: 'matchValue',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. nathan@example.com',
	description: 'The contact that has this value is updated; if there is none, it is created',
};

function textParameter({ node, index }: RecordCall, name: string, label: string): string {
	const value: unknown = node.getNodeParameter(name, index, '');
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (text !== '') return text;
	throw new NodeOperationError(node.getNode(), `'${label}' is empty [item ${index}]`, {
		itemIndex: index,
		description: 'Without it every run would create the contact once more.',
	});
}

async function findOne(call: RecordCall, field: string, value: string) {
	const { node, index, crm, context } = call;
	const found = await crm.connector.contacts.findBy(context, field, value);
	if (found.length <= 1) return found[0] && crm.connector.contacts.idOf(found[0]);
	throw new NodeOperationError(
		node.getNode(),
		`${found.length} contacts have this value in '${field}' [item ${index}]`,
		{
			itemIndex: index,
			description:
				'Match on a field that tells contacts apart, or merge the duplicates in the CRM.',
		},
	);
}

/** Under which names a create may carry what the contact is looked for by; the first is written. */
const CARRIERS: Record<string, [string, ...string[]]> = {
	email: ['email', 'emails', 'email_addresses'],
	phone: ['phone', 'phones', 'phone_numbers'],
	phone_number: ['phone', 'phones'],
	name: ['name', 'first_name', 'last_name', 'company_name'],
};

/** The new contact gets the value it was looked for by: the next run must find it. */
function withMatch(call: RecordCall, values: IDataObject, field: string, value: string) {
	if (field.toLowerCase() === 'id') {
		const message = `There is no contact with this ID [item ${call.index}]`;
		throw new NodeOperationError(call.node.getNode(), message, {
			itemIndex: call.index,
			description: 'The CRM gives IDs itself. To create contacts, match on another field.',
		});
	}
	const [first, ...others] = CARRIERS[field] ?? [field];
	if ([first, ...others].some((name) => name in values)) return values;
	return { [first]: value, ...values };
}
