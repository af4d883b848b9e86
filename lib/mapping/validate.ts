/**
 * Is a map fit to be saved? Checked against the CRM's own fields, and with values that clients really
 * have: whoever would not survive the way canonical -> CRM -> canonical is shown before. Pure.
 */
import type { Connector, CrmField, Json } from '../connectors/connector';
import { fitsType } from '../connectors/field-codec';
import { isEmpty, sameValue } from '../model/canonical';
import {
	baseField,
	readsIn,
	writesOut,
	type FieldMap,
	type FieldMapping,
} from '../model/field-map';
import { isListField, type CanonicalFields, type FieldValue } from '../model/fields';
import type { ObjectName } from '../model/objects';
import { fits } from './kinds';
import { byName } from './schema';
import { toCrm, wordKey } from './transforms';

export const PROBLEM_KINDS = [
	'unknownField',
	'typeMismatch',
	'readOnly',
	'required',
	'twice',
	'notInList',
	'lossy',
] as const;

export interface Problem {
	/** An `error` keeps the map from being saved. */
	severity: 'error' | 'warning';
	kind: (typeof PROBLEM_KINDS)[number];
	crmField: string;
	field: string | null;
	/** Of values: in how many of the sampled clients. */
	count?: number;
	/** For people; no client data. */
	sentence: string;
	/** A few of the values and what would come back of them: the user's own data, for output alone. */
	samples?: Array<{ value: FieldValue; comesBack: FieldValue }>;
}

export interface ValidateAsked {
	connector: Pick<Connector, 'project' | 'defaultFieldMap' | 'objectFieldMap'>;
	settings: Record<string, Json>;
	object: ObjectName;
	/** Of this object alone. */
	map: FieldMap;
	/** The CRM's own fields; empty: they are not known, and nothing is checked against them. */
	fields: readonly CrmField[];
	/** What clients hold. */
	clients: readonly CanonicalFields[];
}

const MAX_SAMPLES = 5;

export function validate(asked: ValidateAsked): Problem[] {
	const used = asked.map.filter(({ direction }) => direction !== 'off');
	const fields = byName(asked.fields);
	const bySchema = fields.size === 0 ? [] : used.flatMap((one) => checkField(one, fields, asked));
	return [
		...bySchema,
		...(fields.size === 0 ? [] : missingSources(used, fields)),
		...twice(used),
		...used.filter(writesOut).flatMap((one) => checkValues(one, asked, fields.get(one.crmField))),
	];
}

function checkField(
	mapping: FieldMapping,
	fields: Map<string, CrmField>,
	{ connector }: Pick<ValidateAsked, 'connector'>,
): Problem[] {
	const { crmField, field } = mapping;
	const crm = fields.get(crmField);
	const problem = (
		severity: Problem['severity'],
		kind: Problem['kind'],
		sentence: string,
	): Problem[] => [{ severity, kind, crmField, field, sentence: `${crmField}: ${sentence}` }];
	if (crm === undefined) {
		return problem('error', 'unknownField', 'the CRM has no such field. Choose another one.');
	}
	if (crm.readOnly && writesOut(mapping)) {
		return problem('error', 'readOnly', 'it can only be read. Give it the direction "in".');
	}
	if (fits(mapping, crm) || isUsual(mapping, connector)) return [];
	return problem(
		'warning',
		'typeMismatch',
		`it is of the type ${crm.type}, which does not fit ${field}. Choose another field, or a transform.`,
	);
}

/** Of its own mappings the connector knows how to bring the values into form. */
function isUsual(
	{ object, field, crmField }: FieldMapping,
	{ defaultFieldMap, objectFieldMap = [] }: ValidateAsked['connector'],
): boolean {
	return [...defaultFieldMap, ...objectFieldMap].some(
		(one) =>
			one.field === field &&
			one.crmField === crmField &&
			(one.object ?? 'contact') === (object ?? 'contact'),
	);
}

/** Fields without which the CRM takes no new record. */
function missingSources(map: FieldMap, fields: Map<string, CrmField>): Problem[] {
	const written = new Set(map.filter(writesOut).map(({ crmField }) => crmField));
	return [...fields.values()].flatMap(
		({ name: crmField, label, required, readOnly }): Problem[] => {
			if (!required || readOnly || written.has(crmField)) return [];
			const sentence = `${crmField}: "${label}" is required for new records, and nothing is written to it. Map it, or give it a default in the CRM.`;
			return [{ severity: 'warning', kind: 'required', crmField, field: null, sentence }];
		},
	);
}

/** Two sources for one field of the CRM, or two for one of the hub: the later would win by chance. */
function twice(map: FieldMap): Problem[] {
	return map.flatMap((mapping, place): Problem[] => {
		const { crmField, field } = mapping;
		const other = map.slice(0, place).find((one) => collides(one, mapping));
		if (other === undefined) return [];
		const sentence =
			other.crmField === crmField
				? `${crmField}: it is mapped to ${other.field} and to ${field}. Keep one of them.`
				: `${field}: it is mapped to ${other.crmField} and to ${crmField}. Keep one of them, or let the other only go out.`;
		return [{ severity: 'error', kind: 'twice', crmField, field, sentence }];
	});
}

function collides(a: FieldMapping, b: FieldMapping): boolean {
	if (a.field === b.field)
		return a.crmField === b.crmField || (!isListField(b.field) && readsIn(a) && readsIn(b));
	if (a.crmField !== b.crmField) return false;
	// One field for persons, another for everybody else (Redtail's company name).
	const isApart = (type: string) => !fitsType(a.field, type) || !fitsType(b.field, type);
	return !(isApart('person') && isApart('organization'));
}

function checkValues(
	mapping: FieldMapping,
	asked: ValidateAsked,
	crm: CrmField | undefined,
): Problem[] {
	const field = baseField(mapping.field);
	// Entries of a list stand in several fields; each CRM keeps as many as it has room for.
	if (isListField(field)) return [];
	const said = asked.clients.filter((client) => !isEmpty(client[field]));
	return [...unlisted(mapping, said, crm), ...lossy(mapping, said, asked)];
}

function unlisted(
	mapping: FieldMapping,
	clients: readonly CanonicalFields[],
	crm: CrmField | undefined,
): Problem[] {
	if (crm?.type !== 'options' || crm.options === undefined) return [];
	const { crmField, field } = mapping;
	const listed = new Set(
		crm.options.flatMap(({ value, label }) => [wordKey(value), wordKey(label)]),
	);
	const outside = clients.filter((client) => {
		const value = client[field];
		if (value === null || value === undefined || Array.isArray(value)) return false;
		const written = toCrm(mapping, value);
		return written !== undefined && written !== null && !listed.has(wordKey(written));
	});
	const samples = samplesOf(outside, field, () => null);
	const sentence = `${crmField}: values of ${outside.length} clients are not in its list. Give each a row in the value table.`;
	const about = { severity: 'warning' as const, kind: 'notInList' as const, crmField, field };
	return outside.length === 0 ? [] : [{ ...about, count: outside.length, sentence, samples }];
}

function lossy(
	mapping: FieldMapping,
	clients: readonly CanonicalFields[],
	{ connector, settings, object }: ValidateAsked,
): Problem[] {
	const { crmField, field } = mapping;
	const back = (client: CanonicalFields): FieldValue => {
		const part = {
			...(client['type'] !== undefined && { type: client['type'] }),
			[field]: client[field] ?? null,
		};
		return connector.project(part, [mapping], settings, object)[field] ?? null;
	};
	const own = clients.filter((client) => fitsType(field, client['type']) || object !== 'contact');
	const changed = own.filter((client) => !sameValue(field, back(client), client[field]));
	if (changed.length === 0) return [];
	const sentence = `${field}: values of ${changed.length} of ${own.length} clients would not come back from ${crmField} as they are.`;
	const samples = samplesOf(changed, field, back);
	const about = { severity: 'warning' as const, kind: 'lossy' as const, crmField, field };
	return [{ ...about, count: changed.length, sentence, samples }];
}

function samplesOf(
	clients: readonly CanonicalFields[],
	field: string,
	back: (client: CanonicalFields) => FieldValue,
): Problem['samples'] {
	return clients
		.slice(0, MAX_SAMPLES)
		.map((client) => ({ value: client[field] ?? null, comesBack: back(client) }));
}
