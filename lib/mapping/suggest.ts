/**
 * Which canonical field may stand in which field of a CRM? Judged by names, types and, where records of
 * known clients are at hand, by what they hold. Pure.
 */
import type { CrmField } from '../connectors/connector';
import { sameValue } from '../model/canonical';
import { baseField } from '../model/field-map';
import { fieldLabel, type CanonicalFields, type FieldValue } from '../model/fields';
import type { ObjectName } from '../model/objects';
import { canonicalFields, fits } from './kinds';
import { plainName, similarity } from './similarity';
import { USUAL_NAMES } from './usual-names';

/** What one record holds in the CRM's own fields, by name, and what its client holds in the hub. */
export interface SamplePair {
	held: CanonicalFields;
	client: CanonicalFields;
}

export interface Suggestion {
	crmField: string;
	label: string;
	field: string;
	/** 0 to 1. */
	confidence: number;
	/** For people; no client data. */
	reasons: string[];
}

export interface SuggestAsked {
	object: ObjectName;
	fields: readonly CrmField[];
	/** `custom.<key>` fields that any system maps. */
	customFields: readonly string[];
	/** CRM fields that are mapped already get no suggestion. */
	mapped: ReadonlySet<string>;
	pairs: readonly SamplePair[];
	/** Below it nothing is suggested. Default 0.5. */
	least?: number;
}

const LEAST = 0.5;
/** Values of so few clients may agree by chance. */
const MIN_PAIRS = 3;
const NAME_ALONE = 0.9;
const MISFIT = 0.4;

/** The best field for each CRM field that is not mapped, the surest first. */
export function suggest(asked: SuggestAsked): Suggestion[] {
	const targets = [...canonicalFields(asked.object), ...asked.customFields];
	const free = asked.fields.filter(({ name }) => !asked.mapped.has(name));
	const found = free.flatMap((field) => {
		const rated = targets.map((target) => rate(field, target, asked.pairs));
		const [best] = rated.sort((a, b) => b.confidence - a.confidence);
		return best !== undefined && best.confidence >= (asked.least ?? LEAST) ? [best] : [];
	});
	return found.sort((a, b) => b.confidence - a.confidence);
}

function rate(crm: CrmField, field: string, pairs: readonly SamplePair[]): Suggestion {
	const name = nameScore(crm, field);
	const reasons = [`name ${percent(name)} alike`];
	const values = valueScore(crm.name, field, pairs);
	let confidence = name * NAME_ALONE;
	if (values !== undefined) {
		confidence = Math.max(values.share * 0.95, (name + values.share) / 2);
		reasons.push(`${percent(values.share)} of ${values.count} records agree`);
	}
	if (fits({ field }, crm)) reasons.push(`type ${crm.type} fits`);
	else {
		confidence *= MISFIT;
		reasons.push(`type ${crm.type} does not fit without a transform`);
	}
	const rounded = Math.round(Math.min(0.99, confidence) * 100) / 100;
	return { crmField: crm.name, label: crm.label, field, confidence: rounded, reasons };
}

function nameScore(crm: CrmField, field: string): number {
	if (crm.suggestedField !== undefined && baseField(crm.suggestedField) === field) return 1;
	const ours = [field.replace(/^custom\./, ''), fieldLabel(field), ...(USUAL_NAMES[field] ?? [])];
	const theirs = [crm.label, crm.name].filter((name) => plainName(name) !== '');
	return Math.max(0, ...ours.flatMap((own) => theirs.map((other) => similarity(own, other))));
}

/** Of the records that hold something on both sides, how many hold the same? undefined: too few. */
function valueScore(
	crmField: string,
	field: string,
	pairs: readonly SamplePair[],
): { share: number; count: number } | undefined {
	const said = pairs.filter(({ held, client }) => says(held[crmField]) && says(client[field]));
	if (said.length < MIN_PAIRS) return undefined;
	const distinct = new Set(said.map(({ client }) => JSON.stringify(client[field])));
	// One value for everybody (a flag, a default) agrees with every other such field.
	if (distinct.size < 2) return undefined;
	const alike = said.filter(({ held, client }) => sameValue(field, held[crmField], client[field]));
	return { share: alike.length / said.length, count: said.length };
}

function says(value: FieldValue | undefined): boolean {
	return value !== undefined && value !== null && value !== '' && !Array.isArray(value);
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
