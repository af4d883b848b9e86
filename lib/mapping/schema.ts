/**
 * What a CRM's own fields were and are. Of fields that are mapped the old state is kept until somebody
 * agrees to the new one, so that a drift stands however often the CRM is asked. Pure.
 */
import type { CrmField } from '../connectors/connector';
import type { FieldMap } from '../model/field-map';
import type { CrmSchema } from '../model/mapping';
import { wordKey } from './transforms';

/** What is told once and holds nothing. */
export interface SchemaNews {
	kind: 'required' | 'valuesGained' | 'fieldGained';
	crmField: string;
	label: string;
	values?: string[];
}

export interface Observed {
	schema: CrmSchema;
	news: SchemaNews[];
}

const MAX_LOST = 500;

export function byName(fields: readonly CrmField[]): Map<string, CrmField> {
	return new Map(fields.map((field) => [field.name, field]));
}

export function mappedNames(map: FieldMap): Set<string> {
	return new Set(map.flatMap(({ crmField, direction }) => (direction === 'off' ? [] : [crmField])));
}

/** The schema after the CRM was asked. Without an earlier one, what is there is taken as agreed. */
export function observed(
	before: CrmSchema | undefined,
	described: readonly CrmField[],
	map: FieldMap,
	now: number,
): Observed {
	const current = [...described];
	if (before === undefined)
		return { schema: { accepted: current, current, lost: {}, seenAt: now }, news: [] };
	const mapped = mappedNames(map);
	const [was, is] = [byName(before.accepted), byName(current)];
	// As long as a mapped field is missing, what is new may be its successor: it is not taken for known.
	const isMissing = [...mapped].some((name) => was.has(name) && !is.has(name));
	const names = [...new Set([...is.keys(), ...mapped])];
	const accepted = names.flatMap((name) => {
		if (mapped.has(name)) return kept(was.get(name), is.get(name)) ?? [];
		return isMissing && !was.has(name) ? [] : (is.get(name) ?? []);
	});
	const lost = Object.fromEntries(
		[...mapped].flatMap((name) => {
			const values = lostValues(before.lost[name] ?? [], was.get(name), is.get(name));
			return values.length === 0 ? [] : [[name, values]];
		}),
	);
	const schema = { accepted, current, lost, seenAt: now };
	return { schema, news: newsOf(before.current, current, mapped) };
}

/** What stays agreed of a mapped field: all that would be a drift keeps its old state. */
function kept(was: CrmField | undefined, is: CrmField | undefined): CrmField | undefined {
	if (was === undefined || is === undefined) return was ?? is;
	return {
		...is,
		label: was.label,
		type: was.type,
		readOnly: was.readOnly && is.readOnly,
		...(is.options === undefined && was.options !== undefined && { options: was.options }),
	};
}

/** A list that is not told at all (another type, no right to see it) has lost nothing. */
function lostValues(
	before: readonly string[],
	was: CrmField | undefined,
	is: CrmField | undefined,
): string[] {
	if (is?.options === undefined) return [...before];
	const there = new Set(is.options.map(({ value }) => wordKey(value)));
	const all = [...before, ...(was?.options ?? []).map(({ value }) => value)];
	const unique = new Map(all.map((value) => [wordKey(value), value]));
	return [...unique].flatMap(([key, value]) => (there.has(key) ? [] : [value])).slice(0, MAX_LOST);
}

function newsOf(
	before: readonly CrmField[],
	current: readonly CrmField[],
	mapped: ReadonlySet<string>,
): SchemaNews[] {
	const was = byName(before);
	return current.flatMap((field): SchemaNews[] => {
		const { name: crmField, label } = field;
		const old = was.get(crmField);
		if (old === undefined) return [{ kind: 'fieldGained', crmField, label }];
		if (!mapped.has(crmField)) return [];
		const known = new Set(old.options?.map(({ value }) => wordKey(value)));
		const gained = (field.options ?? []).filter(({ value }) => !known.has(wordKey(value)));
		const values = gained.map(({ value }) => value);
		return [
			...(field.required && !old.required ? [{ kind: 'required' as const, crmField, label }] : []),
			...(values.length > 0 && old.options !== undefined
				? [{ kind: 'valuesGained' as const, crmField, label, values }]
				: []),
		];
	});
}

/**
 * Somebody has saved the map: what is there now is agreed. What the map still writes into a field that
 * can only be read is not, nor are values that are gone.
 */
export function agreed(schema: CrmSchema, map: FieldMap): CrmSchema {
	const was = byName(schema.accepted);
	const written = new Set(
		map.flatMap(({ crmField, direction }) =>
			direction === 'both' || direction === 'out' ? [crmField] : [],
		),
	);
	const mapped = mappedNames(map);
	const there = byName(schema.current);
	const accepted = schema.current.map((field) => {
		const wasReadOnly = was.get(field.name)?.readOnly ?? field.readOnly;
		return written.has(field.name) ? { ...field, readOnly: field.readOnly && wasReadOnly } : field;
	});
	// A field that is still mapped and still missing: what it was tells which one is its successor.
	const missing = schema.accepted.filter(({ name }) => mapped.has(name) && !there.has(name));
	const lost = Object.fromEntries(Object.entries(schema.lost).filter(([name]) => mapped.has(name)));
	return { ...schema, accepted: [...accepted, ...missing], lost };
}
