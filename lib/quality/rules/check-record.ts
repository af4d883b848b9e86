/** One record under a rule set: what was repaired, what a person should know, what must not go on. Pure. */
import { isFilled, isSaid, leavesOf, ruleFieldLabel, withText, type Leaf } from '../leaves';
import type { CanonicalFields } from '../../model/fields';
import { breachOf, type ValueContext } from './check-values';
import type { Action, Check, Rule, RuleSet } from './rule-set';
import { aroundOf, standardise, type Repair } from './standard';

export interface Finding {
	field: string;
	/** Of a list: number of the entry, from 0. */
	place?: number;
	/** The rule that it breaks; `normal form`: no rule, a value that is doubtful by itself. */
	check: Check | 'normal form';
	/** A sentence for a person, without the value: it may stand in logs and dead letters. */
	message: string;
	/** What was probably meant. */
	suggestion?: string;
}

export interface CheckedRecord {
	/** With the repairs. */
	fields: CanonicalFields;
	warnings: Finding[];
	/** Not empty: the record is to be rejected. */
	rejections: Finding[];
	repairs: Repair[];
}

export interface CheckOptions {
	/** ms; what `today` is. */
	now: number;
	/** Only what changed: a field that is not said is not missing. */
	isPartial?: boolean;
}

/** Normalises first, if the set says so; then the rules in their order, each on what the earlier ones left. */
export function checkRecord(
	given: CanonicalFields,
	ruleSet: RuleSet,
	options: CheckOptions,
): CheckedRecord {
	const { country, dateOrder, regions } = ruleSet;
	const context: ValueContext = { country, dateOrder, regions, now: options.now };
	const record: CheckedRecord = { fields: given, warnings: [], rejections: [], repairs: [] };
	if (ruleSet.normalise) applyStandard(record, { ...context, partTitles: ruleSet.partTitles });
	for (const rule of ruleSet.rules) applyRule(record, rule, context, options);
	record.repairs = joined(record.repairs);
	return record;
}

function applyStandard(
	record: CheckedRecord,
	context: ValueContext & { partTitles: boolean },
): void {
	const { fields, repairs, problems } = standardise(record.fields, context);
	record.fields = fields;
	record.repairs.push(...repairs);
	for (const { field, place, message, suggestion } of problems) {
		record.warnings.push({
			...at({ field, place }),
			check: 'normal form',
			message: `${ruleFieldLabel(field)} ${message}`,
			...(suggestion !== undefined && { suggestion }),
		});
	}
}

function applyRule(
	record: CheckedRecord,
	rule: Rule,
	context: ValueContext,
	{ isPartial }: CheckOptions,
): void {
	if (rule.check === 'required') {
		const isUnsaid = isPartial === true && !isSaid(record.fields, rule.field);
		if (!isUnsaid && !isFilled(record.fields, rule.field)) {
			note(record, rule, { field: rule.field }, 'is missing', rule.on);
		}
		return;
	}
	for (const leaf of leavesOf(record.fields, rule.field)) {
		const breach = breachOf(rule, leaf.value, aroundOf(record.fields, leaf, context));
		if (breach === undefined) continue;
		if (rule.on === 'repair' && breach.repaired !== undefined)
			repair(record, leaf, breach.repaired);
		else note(record, rule, leaf, breach.message, rule.on);
	}
}

function repair(record: CheckedRecord, { field, place, value }: Leaf, after: string): void {
	record.fields = withText(record.fields, { field, place }, after);
	record.repairs.push({ ...at({ field, place }), before: value, after });
}

function note(
	record: CheckedRecord,
	rule: Rule,
	{ field, place }: Pick<Leaf, 'field' | 'place'>,
	what: string,
	action: Action,
): void {
	const outcome = action === 'repair' && 'otherwise' in rule ? rule.otherwise : action;
	const message = rule.message ?? `${ruleFieldLabel(field)} ${what}`;
	const finding: Finding = { ...at({ field, place }), check: rule.check, message };
	(outcome === 'reject' ? record.rejections : record.warnings).push(finding);
}

function at({ field, place }: Pick<Leaf, 'field' | 'place'>): Pick<Leaf, 'field' | 'place'> {
	return place === undefined ? { field } : { field, place };
}

/** One repair a text, from what it was at first to what it is at last. */
function joined(repairs: readonly Repair[]): Repair[] {
	const byPlace = new Map<string, Repair>();
	for (const one of repairs) {
		const key = `${one.field}/${one.place ?? ''}`;
		const earlier = byPlace.get(key);
		byPlace.set(key, earlier === undefined ? one : { ...one, before: earlier.before });
	}
	return [...byPlace.values()].filter(({ before, after }) => before !== after);
}

/** All rejections in one sentence for a dead letter; no values. */
export function rejectionReason({ rejections }: Pick<CheckedRecord, 'rejections'>): string {
	const MAX_NAMED = 5;
	const sentences = [...new Set(rejections.map(({ message }) => message))];
	const more = sentences.length - MAX_NAMED;
	const named = sentences.slice(0, MAX_NAMED).join('; ');
	return `Data Quality rejected it: ${named}${more > 0 ? `; and ${more} more` : ''}.`;
}
