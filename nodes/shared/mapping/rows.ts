/**
 * Rows and choices of a resource mapper: the CRM's own fields on the left, the fabric's fields to
 * choose from on the right, what is mapped now chosen already.
 */
import type { ResourceMapperField } from 'n8n-workflow';
import {
	baseField,
	isReferenceField,
	LIST_FIELDS,
	type CrmField,
	type Direction,
	type FieldMap,
	type ObjectName,
} from '../../../lib';
import { FIELD_MARK, rowValue } from './row-values';
import { targetLabel, targetsOf } from './targets';

/** What a field of the CRM may stand for, as far as names, types and values tell. */
export interface MappingHint {
	field: string;
	/** 0 to 1. */
	confidence: number;
	/** `name 100 % alike`; no client data. */
	reasons: readonly string[];
	/** It takes the place of a mapped field that is gone. */
	succeeds?: boolean;
}

export interface RowsAsked {
	object: ObjectName;
	/** Chosen to begin with. */
	map: FieldMap;
	/** The CRM's own fields. */
	crmFields: readonly CrmField[];
	/** Custom fields that other systems map already (`custom.riskTolerance`). */
	otherCustomFields: readonly string[];
	/** By CRM field. */
	hints?: ReadonlyMap<string, MappingHint>;
	/** Rows that were saved in another way than the panel shows: what counts instead. By CRM field. */
	inForce?: ReadonlyMap<string, FieldMap>;
	/** Of the version in force, for people: `version 3, Robin, 22 Nov 2026`. */
	versionLabel?: string;
}

interface Preset {
	/** One, or several joined. */
	target: string;
	direction: Direction;
}

export function mapperRows(asked: RowsAsked): ResourceMapperField[] {
	const presets = presetsOf(asked.map);
	const described = new Set(asked.crmFields.map(({ name }) => name));
	// Compound fields (Salesforce: MailingAddress) need not be among the described ones.
	const others = [...presets]
		.filter(([crmField]) => !described.has(crmField))
		.map(([crmField, preset]) => plainField(crmField, preset));
	const rows = [...asked.crmFields, ...others].map((field) =>
		mapperRow(field, presets.get(field.name), asked),
	);
	return [...rows.filter(({ removed }) => !removed), ...rows.filter(({ removed }) => removed)];
}

function presetsOf(map: FieldMap): Map<string, Preset> {
	const presets = new Map<string, Preset>();
	for (const { crmField, field, direction } of map) {
		const known = presets.get(crmField);
		const target = known === undefined ? field : `${known.target}${FIELD_MARK}${field}`;
		presets.set(crmField, { target, direction });
	}
	return presets;
}

function plainField(crmField: string, { target, direction }: Preset): CrmField {
	const isList = (LIST_FIELDS as readonly string[]).includes(target);
	return {
		name: crmField,
		label: crmField,
		type: isList ? 'list' : 'string',
		readOnly: direction === 'in',
		required: false,
		custom: false,
	};
}

function mapperRow(
	field: CrmField,
	preset: Preset | undefined,
	asked: RowsAsked,
): ResourceMapperField {
	const { object, otherCustomFields } = asked;
	const isMapped = preset !== undefined && preset.direction !== 'off';
	const hint = isMapped ? undefined : asked.hints?.get(field.name);
	const given = preset?.target;
	const known = targetsOf({ object, field, given, otherCustomFields });
	const targets = [...new Set([...(hint === undefined ? [] : [hint.field]), ...known])];
	const direction = directionOf(field, preset);
	const chosen = isMapped ? preset.target : hint?.field;
	return {
		id: field.name,
		displayName: rowLabel(field, direction, hint, asked),
		// A note without its client would wait for one for ever.
		required: isMapped && object !== 'contact' && isReferenceField(baseField(preset.target)),
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type: 'options',
		options: targets.map((target) => ({
			name: hintedLabel(target, hint, field.name, asked),
			value: rowValue(target, direction),
			...(hint?.field === target && { description: sentence(hint.reasons.join(', ')) }),
		})),
		removed: !isMapped && hint?.succeeds !== true,
		...(chosen !== undefined && { defaultValue: rowValue(chosen, direction) }),
	};
}

function directionOf(field: CrmField, preset: Preset | undefined): Direction {
	if (field.readOnly) return 'in';
	return preset === undefined || preset.direction === 'off' ? 'both' : preset.direction;
}

const MARKS: Partial<Record<Direction, string>> = { in: 'read only', out: 'only written' };

/**
 * `Client Tier (likely Custom: tier)`. The percentage stands beside the choice: it changes with the records,
 * and n8n takes a row with another label for a change of the CRM.
 */
function rowLabel(
	{ name, label }: CrmField,
	direction: Direction,
	hint: MappingHint | undefined,
	{ inForce }: RowsAsked,
): string {
	const counts = inForce?.get(name);
	const marks = [
		MARKS[direction],
		hint && `${likelihood(hint.confidence)} ${targetLabel(hint.field)}`,
		counts && `in force: ${shortly(counts)}`,
	].filter((mark) => mark !== undefined);
	return marks.length === 0 ? label : `${label} (${marks.join('; ')})`;
}

function shortly(map: FieldMap): string {
	const used = map.filter(({ direction }) => direction !== 'off');
	return used.length === 0
		? 'not synced'
		: used.map(({ field }) => targetLabel(field)).join(' and ');
}

function likelihood(confidence: number): string {
	const [SURE, LIKELY] = [0.9, 0.7];
	if (confidence >= SURE) return 'very likely';
	return confidence >= LIKELY ? 'likely' : 'perhaps';
}

/** `Custom: tier (suggested, 87 %)`, `Category (in force: version 3, Robin, 22 Nov 2026)`. */
function hintedLabel(
	target: string,
	hint: MappingHint | undefined,
	crmField: string,
	{ inForce, versionLabel }: RowsAsked,
): string {
	const label = targetLabel(target);
	const counts = inForce
		?.get(crmField)
		?.map(({ field }) => field)
		.join(FIELD_MARK);
	if (counts === target && versionLabel !== undefined)
		return `${label} (in force: ${versionLabel})`;
	if (hint?.field !== target) return label;
	return `${label} (suggested, ${Math.round(hint.confidence * 100)} %)`;
}

function sentence(text: string): string {
	return text === '' ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
