/**
 * How a CRM's fields have drifted from what the mapping was made for. Level-triggered: computed from
 * the map, what was agreed and what is there; mending the map, or the field's return, ends it. Pure.
 */
import type { CrmField } from '../connectors/connector';
import {
	baseField,
	readsIn,
	writesOut,
	type FieldMap,
	type FieldMapping,
} from '../model/field-map';
import { OBJECT_LABELS, type ObjectName } from '../model/objects';
import type { CrmSchema, Drift, DriftKind, DriftSettings, FieldHold } from '../model/mapping';
import { similarity } from './similarity';
import { byName } from './schema';
import { fromCrm, toCrm, wordKey } from './transforms';

export interface DriftScope {
	system: string;
	object: ObjectName;
	settings: DriftSettings;
}

/** Drifts of every mapped field of the object, in the map's order. `map`: of this object alone. */
export function driftsOf(map: FieldMap, schema: CrmSchema, scope: DriftScope): Drift[] {
	const lookup = { was: byName(schema.accepted), is: byName(schema.current) };
	const groups = new Map<string, FieldMap>();
	for (const mapping of map) {
		if (mapping.direction === 'off') continue;
		groups.set(mapping.crmField, [...(groups.get(mapping.crmField) ?? []), mapping]);
	}
	return [...groups].flatMap(([crmField, group]) => {
		const found = finding(crmField, group, schema, lookup);
		if (found === undefined) return [];
		const { label = crmField } = lookup.was.get(crmField) ?? {};
		const { system, object, settings } = scope;
		const fields = [...new Set(group.map(({ field }) => baseField(field)))];
		const policy =
			found.kind === 'relabelled' && settings.relabelled === 'report' ? 'report' : settings.policy;
		const sentence = `${OBJECT_LABELS[object]} field "${label}" (${crmField}) of ${system} ${found.sentence}`;
		return [{ ...found, system, object, crmField, label, fields, policy, sentence }];
	});
}

type Finding = Pick<Drift, 'kind' | 'sentence' | 'suggestions' | 'values'>;

interface Lookup {
	was: Map<string, CrmField>;
	is: Map<string, CrmField>;
}

const MAP_AGAIN = 'Map its successor, or switch the field off, and save the mapping.';
const AGREE = 'If it is still right, save the mapping as it is; else map another field.';

function finding(
	crmField: string,
	group: FieldMap,
	schema: CrmSchema,
	{ was, is }: Lookup,
): Finding | undefined {
	const [before, now] = [was.get(crmField), is.get(crmField)];
	if (now === undefined) return missing(before, { was, is });
	const of = (kind: DriftKind, sentence: string): Finding => ({ kind, sentence });
	if (before !== undefined && before.type !== now.type)
		return of('retyped', `was of the type ${before.type} and is ${now.type} now. ${AGREE}`);
	if (before !== undefined && before.label !== now.label)
		return of('relabelled', `is called "${now.label}" now. ${AGREE}`);
	const values = brokenValues(group, schema.lost[crmField] ?? []);
	if (values.length > 0) {
		const sentence = `has lost ${values.length === 1 ? 'a value' : `${values.length} values`} of its list. Say in the mapping's value table what to write instead.`;
		return { kind: 'valuesLost', sentence, values };
	}
	const isClosed = now.readOnly && before?.readOnly === false && group.some(writesOut);
	return isClosed
		? of(
				'readOnly',
				'can only be read now. Give it the direction "in", or the right to write it back.',
			)
		: undefined;
}

function missing(before: CrmField | undefined, lookup: Lookup): Finding {
	const suggestions = before === undefined ? [] : successors(before, lookup);
	const [likeliest] = suggestions;
	if (likeliest === undefined) return { kind: 'vanished', sentence: `is gone. ${MAP_AGAIN}` };
	const sentence = `is gone; "${likeliest.label}" (${likeliest.crmField}) is new and looks like it. ${MAP_AGAIN}`;
	return { kind: 'renamed', sentence, suggestions };
}

const LIKE_ENOUGH = 0.5;
const MAX_SUGGESTIONS = 5;

/** Fields that came when this one went, and are of its type. */
function successors(before: CrmField, { was, is }: Lookup): NonNullable<Drift['suggestions']> {
	const fresh = [...is.values()].filter(({ name, type }) => !was.has(name) && type === before.type);
	const rated = fresh.map((field) => {
		const alike = Math.max(
			similarity(field.label, before.label),
			similarity(field.name, before.name),
		);
		const isSame = wordKey(field.label) === wordKey(before.label);
		const shared = sharedOptions(before, field);
		// The only field of its type that is new is likely to be the one, whatever it is called.
		const base = isSame ? 0.95 : fresh.length === 1 ? Math.max(0.5, alike) : alike;
		return {
			crmField: field.name,
			label: field.label,
			confidence: Math.round(Math.min(0.99, base + 0.3 * (shared ?? 0)) * 100) / 100,
			reasons: [
				`type ${field.type}`,
				isSame ? 'same label' : `label ${Math.round(alike * 100)} % alike`,
				...(shared === undefined ? [] : [`${Math.round(shared * 100)} % of its values`]),
			],
		};
	});
	return rated
		.filter(({ confidence }) => confidence >= LIKE_ENOUGH)
		.sort((a, b) => b.confidence - a.confidence)
		.slice(0, MAX_SUGGESTIONS);
}

/** Which part of the old list is in the new one; undefined: one of them has none. */
function sharedOptions(before: CrmField, after: CrmField): number | undefined {
	if (!before.options?.length || !after.options?.length) return undefined;
	const there = new Set(after.options.map(({ value }) => wordKey(value)));
	return (
		before.options.filter(({ value }) => there.has(wordKey(value))).length / before.options.length
	);
}

/** Lost values that the mapping would still write. */
function brokenValues(group: FieldMap, lost: readonly string[]): string[] {
	const writing = group.filter(writesOut);
	return lost.filter((value) => writing.some((mapping) => writes(mapping, value)));
}

function writes(mapping: FieldMapping, lost: string): boolean {
	const { transform } = mapping;
	const rows =
		transform?.kind === 'picklist' ? transform.values.map(({ canonical }) => canonical) : [];
	const values = [lost, fromCrm(mapping, lost) ?? lost, ...rows];
	return values.some((value) => {
		const written = toCrm(mapping, value);
		return written !== undefined && written !== null && wordKey(written) === wordKey(lost);
	});
}

/** What is held because of the drifts; of policy `drop`, nothing: those fields are switched off. */
export function holdsOf(drifts: readonly Drift[]): FieldHold[] {
	return drifts.flatMap(({ object, crmField, fields, kind, values, policy }) => {
		if (policy === 'report' || policy === 'drop') return [];
		const side =
			kind === 'readOnly' || kind === 'valuesLost' ? ('out' as const) : ('both' as const);
		return fields.map((field) => ({
			...{ object, field, crmField, side },
			...(values !== undefined && { values }),
			...(policy === 'fail' && { stops: true as const }),
		}));
	});
}

/** The map without the fields that policy `drop` gives up. */
export function withoutDropped(map: FieldMap, drifts: readonly Drift[]): FieldMap {
	const gone = new Map(
		drifts.flatMap(({ policy, crmField, fields, kind }) =>
			policy === 'drop' ? fields.map((field) => [field, { crmField, kind }] as const) : [],
		),
	);
	return map.map((mapping) => {
		const drift = gone.get(baseField(mapping.field));
		if (drift === undefined || mapping.direction === 'off') return mapping;
		const isReadStill = drift.kind === 'readOnly' || drift.kind === 'valuesLost';
		return { ...mapping, direction: isReadStill && readsIn(mapping) ? 'in' : 'off' };
	});
}
