/** Values of single fields: what a write may set, and how a read shows them. Pure. */
import { contentPath, keptContent } from './content-text';
import { rowError, SalesforceError } from './errors';
import { toId18 } from './ids';
import { NUMERIC, type FieldDef, type Value } from './schema';
import type { Row } from './store';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

export function isDate(text: string): boolean {
	const time = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function mistyped(def: FieldDef, input: unknown): SalesforceError {
	const token =
		typeof input === 'string' ? 'STRING' : typeof input === 'number' ? 'NUMBER' : 'OTHER';
	return new SalesforceError(
		400,
		'JSON_PARSER_ERROR',
		`Cannot deserialize instance of ${def.type} from VALUE_${token} value ${String(input)} or request may be missing a required field`,
	);
}

/**
 * The value as it is stored: text trimmed, the empty text null. Throws the row error that
 * Salesforce answers for a value which the field does not take.
 */
export function coerce(def: FieldDef, input: unknown): Value {
	if (def.type === 'boolean') return coerceBoolean(def, input);
	if (input === null || input === undefined) return null;
	if (NUMERIC.has(def.type)) return coerceNumber(def, input);
	if (typeof input !== 'string') throw mistyped(def, input);
	const text = input.trim();
	if (text === '') return null;
	if (def.type === 'date') {
		if (!isDate(text)) throw mistyped(def, input);
		return text;
	}
	if (def.type === 'datetime') return coerceTime(def, text);
	if (def.type === 'reference') return coerceReference(def, text);
	if (def.type === 'base64') return keptContent(def, text);
	return checkText(def, text);
}

function coerceBoolean(def: FieldDef, input: unknown): Value {
	if (input === null || input === undefined) return false;
	if (typeof input === 'boolean') return input;
	if (input === 'true' || input === 'false') return input === 'true';
	throw mistyped(def, input);
}

function coerceNumber(def: FieldDef, input: unknown): Value {
	const number = typeof input === 'string' && input.trim() !== '' ? Number(input) : input;
	if (typeof number !== 'number' || !Number.isFinite(number)) throw mistyped(def, input);
	return number;
}

/** Whole seconds; a time without a zone is refused. */
function coerceTime(def: FieldDef, text: string): Value {
	const at = /(Z|[+-]\d\d:?\d\d)$/.test(text)
		? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
		: Number.NaN;
	if (Number.isNaN(at)) throw mistyped(def, text);
	return new Date(at - (at % 1000)).toISOString();
}

function coerceReference(def: FieldDef, text: string): Value {
	const id = toId18(text);
	if (id === undefined) {
		throw rowError('MALFORMED_ID', `${def.label}: id value of incorrect type: ${text}`, [def.name]);
	}
	return id;
}

function checkText(def: FieldDef, text: string): Value {
	const { label, name, length } = def;
	if (length !== undefined && text.length > length) {
		const message = `${label}: data value too large: ${text} (max length=${length})`;
		throw rowError('STRING_TOO_LONG', message, [name]);
	}
	if (def.type === 'email' && !EMAIL.test(text)) {
		throw rowError('INVALID_EMAIL_ADDRESS', `${label}: invalid email address: ${text}`, [name]);
	}
	const words = def.isMulti ? text.split(';') : [text];
	const isListed = words.every((word) => def.values?.includes(word));
	if ((def.restricted || def.isMulti) && !isListed) {
		const message = `${label}: bad value for restricted picklist field: ${text}`;
		throw rowError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, [name]);
	}
	return text;
}

/** The parts of a compound field, in the order of the schema. */
export function partsOf(row: Row, compound: string): FieldDef[] {
	return row.object.fields.filter((def) => def.compound === compound);
}

/** The stored value; a compound name is put together from its parts. Addresses have none. */
export function plainValue(row: Row, def: FieldDef): Value {
	const stored = row.values[def.name];
	if (stored !== undefined) return stored;
	if (def.type === 'boolean') return false;
	if (def.type === 'address') return null;
	const order = ['FirstName', 'MiddleName', 'LastName', 'Suffix'];
	const names = partsOf(row, def.name).length === 0 ? [] : order.map((name) => row.values[name]);
	const joined = names.filter((name) => typeof name === 'string').join(' ');
	return joined === '' ? null : joined;
}

/** The value as a REST answer shows it. */
export function restValue(row: Row, def: FieldDef): unknown {
	if (def.type === 'address') return restAddress(row, def.name);
	if (def.type === 'base64') return contentPath(row, def);
	const value = plainValue(row, def);
	const isTime = def.type === 'datetime' && typeof value === 'string';
	return isTime ? restTime(Date.parse(value)) : value;
}

function restAddress(row: Row, compound: string): unknown {
	const parts = partsOf(row, compound).map((def) => {
		const name = (def.part ?? def.name).replace(/^./, (first) => first.toLowerCase());
		return [name, row.values[def.name] ?? null] as const;
	});
	if (parts.every(([, value]) => value === null)) return null;
	return { ...Object.fromEntries(parts), geocodeAccuracy: null, latitude: null, longitude: null };
}

/** REST writes the zone as `+0000`, change events as `Z`. */
export function restTime(at: number): string {
	return new Date(at).toISOString().replace('Z', '+0000');
}
