/** The panel in the library's form. */
import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import {
	guessMapping,
	isMappable,
	readRuleSet,
	type KeyMapping,
	type RuleSet,
	type RuleSetInput,
} from '../../lib';
import { CUSTOM } from './field-options';

const MAX_KEYS = 2_000;

/** Throws NodeOperationError naming the rule that cannot be used. */
export function readRules(
	node: IExecuteFunctions,
	base: Pick<RuleSetInput, 'normalise' | 'partTitles'>,
): RuleSet {
	const rows = collection(node, 'rules.rules');
	const { country, dateOrder, regions } = node.getNodeParameter('checkOptions', 0, {}) as {
		[name: string]: string | undefined;
	};
	const input = {
		...base,
		rules: rows.map(ruleOf),
		...(said(country) && { country: country?.trim().toUpperCase() }),
		...(said(dateOrder) && dateOrder !== 'country' && { dateOrder }),
		...(said(regions) && { regions }),
	} as RuleSetInput;
	try {
		return readRuleSet(input);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new NodeOperationError(node.getNode(), `'Rules' cannot be used: ${message}`, {
			description: 'Change this rule or option in the panel. Nothing was checked.',
		});
	}
}

function collection(node: IExecuteFunctions, name: string): IDataObject[] {
	const rows: unknown = node.getNodeParameter(name, 0, []);
	return Array.isArray(rows) ? (rows as IDataObject[]) : [];
}

function said(value: unknown): boolean {
	return value !== undefined && value !== null && String(value).trim() !== '';
}

/** What the panel keeps of other checks is left out. */
function ruleOf(row: IDataObject): IDataObject {
	const { check, on, onRepairable, otherwise, message } = row;
	const isRepairable = check === 'allowed' || check === 'format';
	return {
		check,
		field: fieldOf(row),
		on: isRepairable ? onRepairable : on,
		...(isRepairable && onRepairable === 'repair' && { otherwise }),
		...(said(message) && { message }),
		...detailsOf(row),
	};
}

function detailsOf({ check, format, values, pattern, min, max, earliest, latest }: IDataObject) {
	switch (check) {
		case 'format':
			return { format };
		case 'allowed':
			return { values: linesOf(values) };
		case 'pattern':
			return { pattern };
		case 'length':
			return { min, max };
		case 'dateRange':
			return { ...(said(earliest) && { earliest }), ...(said(latest) && { latest }) };
		default:
			return {};
	}
}

/** One value a line; an expression may give a list. */
function linesOf(values: unknown): string[] {
	const lines = Array.isArray(values) ? values.map(String) : String(values ?? '').split('\n');
	return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function fieldOf({ field, customField }: IDataObject): string {
	if (field !== CUSTOM) return String(field ?? '');
	const name = String(customField ?? '').trim();
	return name.startsWith('custom.') ? name : `custom.${name}`;
}

/** Throws NodeOperationError. `rules`: a custom field that they name is the item's key of that name. */
export function readMapping(node: IExecuteFunctions, rules: RuleSet['rules']): KeyMapping[] {
	const isManual = node.getNodeParameter('mappingMode', 0, 'auto') === 'manual';
	const mapping = isManual ? manualMapping(node) : guessMapping(keysOf(node));
	const mapped = new Set(mapping.map(({ field }) => field));
	const custom = [...new Set(rules.map(({ field }) => field))].filter(
		(field) => field.startsWith('custom.') && !mapped.has(field),
	);
	return [...mapping, ...custom.map((field) => ({ key: field.slice('custom.'.length), field }))];
}

function keysOf(node: IExecuteFunctions): string[] {
	const keys = new Set<string>();
	for (const { json } of node.getInputData()) {
		for (const key of Object.keys(json)) if (keys.size < MAX_KEYS) keys.add(key);
	}
	return [...keys];
}

function manualMapping(node: IExecuteFunctions): KeyMapping[] {
	const mapping = collection(node, 'mapping.keys').map((row) => ({
		key: String(row.key ?? '').trim(),
		field: fieldOf(row),
	}));
	const wrong = mapping.findIndex(({ key, field }) => key === '' || !isMappable(field));
	if (wrong < 0 && mapping.length > 0) return mapping;
	const what =
		mapping.length === 0 ? 'is empty' : `cannot be used: key ${wrong + 1} is not complete`;
	throw new NodeOperationError(node.getNode(), `'Keys' ${what}`, {
		description:
			'Name a key of the item and the field that it holds; a custom field needs a name of letters, digits, - and _.',
	});
}
