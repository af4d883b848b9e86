/** Values as a person reads them, a line an entry, and back from what a person types. */
import {
	isListField,
	listItemKey,
	type AddressItem,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type PhoneItem,
	type ScalarValue,
	type TagItem,
	type ValueQuestion,
} from '../../../../lib';

/** Nothing: no lines. */
export function shownLines(field: string, value: FieldValue | undefined): string[] {
	if (value === undefined || value === null || value === '') return [];
	if (Array.isArray(value)) {
		return isListField(field) ? value.map((item) => itemLine(field, item)) : [];
	}
	if (typeof value === 'boolean') return [value ? 'Yes' : 'No'];
	return [String(value)];
}

function itemLine(field: ListField, item: ListItem): string {
	if (field === 'tags') return (item as TagItem).name;
	const { kind, primary } = item as EmailItem;
	const notes = [kind, primary === true ? 'primary' : undefined].filter((note) => note);
	const own = field === 'addresses' ? addressLine(item as AddressItem) : pointOf(item);
	return notes.length === 0 ? own : `${own} (${notes.join(', ')})`;
}

function pointOf(item: ListItem): string {
	if ('address' in item) return item.address;
	const { number, extension } = item as PhoneItem;
	const shown = homeNumber(number);
	return extension ? `${shown} ext. ${extension}` : shown;
}

/** However a CRM writes a number: the same digits are to look the same. */
function homeNumber(number: string): string {
	const [, area, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number) ?? [];
	return area === undefined ? number : `(${area}) ${exchange}-${line}`;
}

function addressLine({ street, street2, city, state, postalCode, country }: AddressItem): string {
	const place = [state, postalCode].filter(Boolean).join(' ');
	return [street, street2, city, place, country].filter(Boolean).join(', ');
}

/** Addresses have too many parts for one line of a form. */
export function canBeTyped(field: string): boolean {
	return field !== 'addresses';
}

/** The text that a person would start from. */
export function typedLines(field: string, value: FieldValue): string {
	if (!Array.isArray(value)) return shownLines(field, value).join('');
	const plain = value.map((item) => ('name' in item ? item.name : pointOf(item)));
	return plain.join('\n');
}

/** Lists: an entry a line, the first one primary. Throws nothing: the library checks the value. */
export function typedValue(
	{ field, current, candidate }: ValueQuestion,
	typed: string,
): FieldValue {
	if (!isListField(field)) return scalarOf(typed.trim(), [current, candidate]);
	const known = [current, candidate].flatMap((value) => (Array.isArray(value) ? value : []));
	const entries = typed.split('\n').map((line) => line.trim());
	return entries
		.filter((line) => line !== '')
		.map((line, place) => entryOf(field, line, known, place));
}

function scalarOf(typed: string, examples: FieldValue[]): ScalarValue {
	if (examples.some((value) => typeof value === 'number') && Number.isFinite(Number(typed))) {
		return Number(typed);
	}
	if (!examples.some((value) => typeof value === 'boolean')) return typed;
	if (/^(yes|true)$/i.test(typed)) return true;
	return /^(no|false)$/i.test(typed) ? false : typed;
}

/** What is known of an entry beside its text stays: whether it is a home or a work number, say. */
function entryOf(field: ListField, line: string, known: ListItem[], place: number): ListItem {
	const plain = plainEntry(field, line);
	if (field === 'tags') return plain;
	const key = listItemKey(field, plain);
	const twin = known.find((item) => listItemKey(field, item) === key) as EmailItem | undefined;
	const kind = twin?.kind === undefined ? {} : { kind: twin.kind };
	return { ...plain, ...kind, ...(place === 0 && { primary: true }) };
}

function plainEntry(field: ListField, line: string): ListItem {
	if (field === 'tags') return { name: line };
	if (field === 'emails') return { address: line };
	const [number = line, extension] = line.split(/\s*ext\.?\s*/i);
	return extension ? { number, extension } : { number };
}
