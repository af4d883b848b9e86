/**
 * One truth between a trigger's panel and what was saved elsewhere meanwhile (desk, restore, drift),
 * row by row: a row counts as the panel says it if it was changed there since the panel was last
 * published; all others stay as the newest version has them. A row is a field of the CRM. Pure.
 */
import { DateTime } from 'luxon';
import { baseField, readsIn, type FieldMap, type FieldMapping } from '../model/field-map';
import { isListField } from '../model/fields';
import type { MappingVersion } from '../model/mapping';
import { OBJECT_LABELS } from '../model/objects';

export interface PanelAsked {
	/** What the panel said when it was last published; empty: it never was, or did not name the object. */
	last: FieldMap;
	/** What it says now. Of one object, as `last` and `newest`. */
	panel: FieldMap;
	/** What is in force. */
	newest: FieldMap;
}

export interface RowDifference {
	crmField: string;
	panel: FieldMap;
	inForce: FieldMap;
}

export interface PanelMerge {
	map: FieldMap;
	/** Rows in which both have changed something else: the panel's count, being the later ones. */
	replaced: string[];
}

export function mergePanel(asked: PanelAsked): PanelMerge {
	const { last, panel, newest } = asked;
	// An object that is no longer chosen is not synced, whatever was saved of it.
	if (panel.length === 0) return { map: last.length === 0 ? newest : [], replaced: [] };
	const [was, says, is] = [last, panel, newest].map(rowsOf) as [Rows, Rows, Rows];
	const changed = new Set(
		[...was.keys(), ...says.keys()].filter((row) => !isSameRow(was.get(row), says.get(row))),
	);
	const replaced = new Set<string>();
	const map = [...new Set([...is.keys(), ...says.keys()])].flatMap((row) => {
		const [own, other] = [says.get(row) ?? [], is.get(row) ?? []];
		if (!changed.has(row)) return other;
		const wanted = own.map((mapping) => withTransform(mapping, asked));
		if (!isSameRow(other, was.get(row)) && !isKept(other, was.get(row), wanted)) replaced.add(row);
		return wanted;
	});
	const left = map.filter((mapping) => {
		const { crmField } = mapping;
		const isPanels = changed.has(crmField) || isSameRow(is.get(crmField), says.get(crmField));
		if (isPanels || !map.some((one) => changed.has(one.crmField) && collides(one, mapping)))
			return true;
		replaced.add(crmField);
		return false;
	});
	return { map: left, replaced: [...replaced] };

	/** Of a row whose form of values alone was changed, the form is kept wherever its field stands now. */
	function isKept(other: FieldMap, before: FieldMap = [], wanted: FieldMap): boolean {
		if (isSameRow(other, wanted)) return true;
		const formsLeft = panel.map((mapping) => withTransform(mapping, asked));
		const isFormLeft = ({ field, transform }: FieldMapping) =>
			formsLeft.some((one) => one.field === field && textOf(one.transform) === textOf(transform));
		return isSameRow(bare(other), bare(before)) && other.every(isFormLeft);
	}
}

/** Rows in which the panel shows something else than what is in force. */
export function panelDifferences(panel: FieldMap, inForce: FieldMap): RowDifference[] {
	const [says, is] = [rowsOf(panel), rowsOf(inForce)];
	return [...new Set([...says.keys(), ...is.keys()])].flatMap((crmField) => {
		const [own, other] = [says.get(crmField) ?? [], is.get(crmField) ?? []];
		// What the panel does not say of a value's form, it leaves to others.
		const isSame = isSameRow(own, other) || (isPlain(own) && isSameRow(own, bare(other)));
		return isSame ? [] : [{ crmField, panel: own, inForce: other }];
	});
}

type Rows = Map<string, FieldMap>;

function rowsOf(map: FieldMap): Rows {
	const rows: Rows = new Map();
	for (const mapping of map)
		rows.set(mapping.crmField, [...(rows.get(mapping.crmField) ?? []), mapping]);
	return rows;
}

function isSameRow(a: FieldMap = [], b: FieldMap = []): boolean {
	const keyOf = (row: FieldMap) =>
		row.flatMap(({ field, direction, transform }) =>
			// A field that is switched off and one that is not named are the same.
			direction === 'off' ? [] : [textOf([field, direction, transform])],
		);
	return keyOf(a).sort().join() === keyOf(b).sort().join();
}

function textOf(value: unknown): string {
	return JSON.stringify(value) ?? '';
}

function isPlain(row: FieldMap): boolean {
	return row.every(({ transform }) => transform === undefined);
}

/** Without transforms. */
export function bare(map: FieldMap = []): FieldMap {
	return map.map(({ object, field, crmField, direction }) => ({
		...(object !== undefined && { object }),
		...{ field, crmField, direction },
	}));
}

/** Two fields of the CRM that would both be read as one field of the client. */
function collides(a: FieldMapping, b: FieldMapping): boolean {
	return (
		a !== b && a.field === b.field && !isListField(baseField(a.field)) && readsIn(a) && readsIn(b)
	);
}

/**
 * A panel need not say in which form the CRM holds a value: rows that stay keep what was saved of it. One
 * of a client's field that stands in another field of the CRM now goes with it, unless more than one row
 * could be meant. What the panel itself had said and says no more is gone.
 */
function withTransform(mapping: FieldMapping, { last, panel, newest }: PanelAsked): FieldMapping {
	if (mapping.transform !== undefined) return mapping;
	const before = predecessor(mapping, panel, newest);
	if (before?.transform === undefined) return mapping;
	const given = last.find((one) => isSamePlace(one, before))?.transform;
	const isTakenBack = textOf(given) === textOf(before.transform);
	return isTakenBack ? mapping : { ...mapping, transform: before.transform };
}

function predecessor(
	mapping: FieldMapping,
	panel: FieldMap,
	newest: FieldMap,
): FieldMapping | undefined {
	const isIn = (map: FieldMap, one: FieldMapping) => map.some((other) => isSamePlace(one, other));
	const isOfField = ({ field }: FieldMapping) => field === mapping.field;
	if (isIn(newest, mapping)) return newest.find((one) => isSamePlace(one, mapping));
	const left = newest.filter((one) => isOfField(one) && !isIn(panel, one));
	const fresh = panel.filter((one) => isOfField(one) && !isIn(newest, one));
	return left.length === 1 && fresh.length === 1 ? left[0] : undefined;
}

function isSamePlace(a: FieldMapping, b: FieldMapping): boolean {
	return a.field === b.field && a.crmField === b.crmField;
}

/** A map that was chosen row by row, with the forms of values that its rows had before. */
export function withForms(chosen: FieldMap, newest: FieldMap): FieldMap {
	return chosen.map((mapping) => withTransform(mapping, { last: [], panel: chosen, newest }));
}

const MOST_NAMED = 5;

/** For people: what a panel has replaced, and how to have it back. */
export function replacedSentence(replaced: readonly string[], version: MappingVersion): string {
	return `The trigger's panel replaces ${named(replaced)} of ${who(version)}. To have it back: CRM Fabric > Mapping > Restore, version ${version.version}.`;
}

/** For people: what counts although the panel shows something else. */
export function standingSentence(
	differences: readonly RowDifference[],
	version: MappingVersion,
): string {
	const rows = named(differences.map(({ crmField }) => crmField));
	return `The trigger's panel shows something else for ${rows} than ${who(version)}, which counts. A row of the panel counts again once it is changed there and published.`;
}

function named(crmFields: readonly string[]): string {
	const more = crmFields.length - MOST_NAMED;
	const some = crmFields.slice(0, MOST_NAMED).join(', ');
	return more > 0 ? `${some} and ${more} more` : some;
}

/** `version 3 of the mapping (Contact), saved by Robin on 22 Nov 2026, 14:05 UTC: "Tier was renamed"`. */
function who({ version, object, savedBy, savedAt, origin, note }: MappingVersion): string {
	const at = DateTime.fromMillis(savedAt, { zone: 'utc', locale: 'en-US' });
	const time = `${at.toFormat('d LLL yyyy, HH:mm')} UTC`;
	const by = savedBy === null ? '' : ` by ${savedBy}`;
	const how =
		origin === 'drift'
			? 'made because a field had changed in the CRM'
			: origin === 'restore'
				? `restored${by}`
				: `saved${by}`;
	const why = note === null || origin === 'drift' ? '' : `: "${note}"`;
	return `version ${version} of the mapping (${OBJECT_LABELS[object]}), ${how} on ${time}${why}`;
}
