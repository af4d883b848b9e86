/** Single values: text, dates, numbers with extensions, and addresses that are several fields. Pure. */
import type { CrmRecord } from '../connector';
import type { AddressItem, PhoneItem, ScalarValue } from '../../model/fields';

export type CrmValues = Record<string, ScalarValue>;

/** REST gives `+0000`, change events `Z`, people write anything ISO. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}/;

/**
 * A field's value in the one form that both reading and writing use: Salesforce trims text and holds
 * the empty text as null.
 */
export function readScalar(field: string, value: unknown): ScalarValue {
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	if (typeof value !== 'string') return null;
	const text = value.trim();
	if (text === '') return null;
	if (field === 'birthDate') return DATE.exec(text)?.[0] ?? null;
	if (!INSTANT.test(text)) return text;
	const at = Date.parse(text);
	return Number.isNaN(at) ? text : new Date(at).toISOString();
}

/** The last one counts; `x`, `ext` and `ext.` are what people and Salesforce's own screens write. */
const EXTENSION = /^(.*\d.*?)\s*(?:ext\.?|x)\s*(\d{1,10})$/i;

/** Phone fields are free text without a place of its own for the extension. */
export function splitExtension(text: string): Pick<PhoneItem, 'number' | 'extension'> {
	const match = EXTENSION.exec(text);
	const [, number, extension] = match ?? [];
	return number === undefined || extension === undefined ? { number: text } : { number, extension };
}

export function joinExtension({ number, extension }: PhoneItem): string {
	const trimmed = extension?.trim() ?? '';
	return trimmed === '' ? number : `${number.trim()} x${trimmed}`;
}

const PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'] as const;
type Part = (typeof PARTS)[number];

const STANDARD_ADDRESS = /^(\w*)Address$/;
const CUSTOM_ADDRESS = /^(\w+)__c$/;

/** `MailingAddress`, `OtherAddress`: the compound fields of a Contact. */
export function isAddressField(crmField: string): boolean {
	return STANDARD_ADDRESS.test(crmField);
}

/** `MailingAddress` + `City` -> `MailingCity`; a custom address `Home__c` -> `Home__City__s`. */
export function addressPart(crmField: string, part: string): string {
	const standard = STANDARD_ADDRESS.exec(crmField);
	if (standard !== null) return `${standard[1] ?? ''}${part}`;
	const custom = CUSTOM_ADDRESS.exec(crmField);
	return custom === null ? `${crmField}${part}` : `${custom[1] ?? ''}__${part}__s`;
}

export function addressFields(crmField: string): string[] {
	return PARTS.map((part) => addressPart(crmField, part));
}

/** Salesforce's street holds several lines: the first is the street, the rest `street2`. */
export function addressItem(record: CrmRecord, crmField: string): AddressItem | undefined {
	const part = (name: Part): string | undefined => {
		const text = readScalar('addresses', record[addressPart(crmField, name)]);
		return typeof text === 'string' ? text : undefined;
	};
	const [street, ...more] = lines(part('Street'));
	const item: AddressItem = {
		street,
		street2: more.length === 0 ? undefined : more.join('\n'),
		city: part('City'),
		state: part('State'),
		postalCode: part('PostalCode'),
		country: part('Country'),
	};
	const said = Object.entries(item).filter(([, value]) => value !== undefined);
	return said.length === 0 ? undefined : (Object.fromEntries(said) as AddressItem);
}

/** Without an item every part is cleared. */
export function addressValues(crmField: string, item: AddressItem | undefined): CrmValues {
	const street = [...lines(item?.street), ...lines(item?.street2)].join('\n');
	const parts: Record<Part, string | undefined> = {
		Street: street,
		City: item?.city,
		State: item?.state,
		PostalCode: item?.postalCode,
		Country: item?.country,
	};
	return Object.fromEntries(
		PARTS.map((part) => [addressPart(crmField, part), readScalar('addresses', parts[part])]),
	);
}

function lines(text: string | undefined): string[] {
	const all = (text ?? '').split(/\r\n|\r|\n/).map((line) => line.trim());
	return all.filter((line) => line !== '');
}
