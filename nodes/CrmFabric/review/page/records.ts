/** Two records side by side, with what speaks for and against their being one client. */
import {
	fieldLabel,
	LIST_FIELDS,
	SCALAR_FIELDS,
	type CanonicalFields,
	type Evidence,
} from '../../../../lib';
import { lines, table, text } from './html';
import { shownLines } from './values';

type FieldEvidence = Evidence['fields'][number];

/** Parts of a field that are compared one by one stand in the row of the field. */
const ROW_OF: Record<string, string> = {
	nameOrder: 'firstName',
	names: 'lastName',
	streetNumber: 'addresses',
	street: 'addresses',
	street2: 'addresses',
	city: 'addresses',
	postalCode: 'addresses',
	state: 'addresses',
};

const PART_LABELS: Record<string, string> = {
	nameOrder: 'order',
	names: 'names',
	streetNumber: 'number',
	street: 'street',
	street2: 'unit',
	city: 'city',
	postalCode: 'ZIP',
	state: 'state',
};

export interface Column {
	/** HTML */
	head: string;
	fields: CanonicalFields;
}

export function sideBySide(left: Column, right: Column, evidence?: Evidence): string {
	const byRow = groupByRow(evidence?.fields ?? []);
	const names = fieldsOf(left.fields, right.fields, [...byRow.keys()]);
	const rows = names.map((field) => [
		text(fieldLabel(field)),
		cell(field, left.fields),
		cell(field, right.fields),
		...(evidence === undefined ? [] : [verdicts(byRow.get(field) ?? [])]),
	]);
	const more = evidence === undefined ? [] : ['Comparison'];
	return table(['', left.head, right.head, ...more], rows);
}

export function oneRecord({ head, fields }: Column): string {
	const rows = fieldsOf(fields, {}, []).map((field) => [
		text(fieldLabel(field)),
		cell(field, fields),
	]);
	return table(['', head], rows);
}

const SHOWN_DIGITS = 4;

/** Of a tax id the end is enough: the comparison says whether the rest agrees. */
function cell(field: string, fields: CanonicalFields): string {
	const shown = shownLines(field, fields[field]);
	if (field !== 'taxId') return lines(shown) || '–';
	return lines(shown.map((id) => `ending in ${id.slice(-SHOWN_DIGITS)}`)) || '–';
}

function groupByRow(all: readonly FieldEvidence[]): Map<string, FieldEvidence[]> {
	const groups = new Map<string, FieldEvidence[]>();
	for (const one of all) {
		const row = ROW_OF[one.field] ?? one.field;
		groups.set(row, [...(groups.get(row) ?? []), one]);
	}
	return groups;
}

/** Standard fields in their order, then the firm's own, then what else was compared. */
function fieldsOf(a: CanonicalFields, b: CanonicalFields, compared: string[]): string[] {
	const isShown = (field: string) =>
		shownLines(field, a[field]).length + shownLines(field, b[field]).length > 0;
	const standard: readonly string[] = [...SCALAR_FIELDS, ...LIST_FIELDS];
	const custom = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
		(field) => !standard.includes(field),
	);
	const shown = [...standard, ...custom.sort()].filter(isShown);
	return [...shown, ...compared.filter((field) => !shown.includes(field))];
}

const PLAIN_WORDS: Record<string, string> = { typo: 'a typing error apart', unlike: 'unlike' };

/** Bold: speaks for it. Italic: speaks against it. */
function verdicts(all: readonly FieldEvidence[]): string {
	return all
		.map(({ field, agreement, weight }) => {
			const part = PART_LABELS[field];
			const words = PLAIN_WORDS[agreement] ?? agreement;
			const said = text(part === undefined ? words : `${part}: ${words}`);
			if (isAgainst(agreement, weight)) return `<i>${said}</i>`;
			return weight > 0 ? `<b>${said}</b>` : said;
		})
		.join('<br>');
}

function isAgainst(agreement: string, weight: number): boolean {
	return weight < 0 || /^(differs|none|other)/.test(agreement);
}
