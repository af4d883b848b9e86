/**
 * The rules under which a change wins or loses: one per field, of every object or of one alone; the rule of
 * the field `*` is the default. An object's own rules, its default included, go before those of every
 * object; where none is set, last write wins.
 */
import { z } from 'zod';
import { systemNameSchema } from '../model/event';
import { isFieldName, isListField } from '../model/fields';
import { OBJECTS, type ObjectName } from '../model/objects';
import { compareByPriority, compareEdits, DESK_SYSTEM, type Memory } from './clock';

/**
 * `lastWriteWins`: the later edit. `sourcePriority`: the highest system that has a value.
 * `onlyFrom`: one system alone may set the field. `union`: of lists, entry by entry (also what the
 * other policies do with lists: it is not all or nothing). `longest`: of texts, the most complete one.
 * `ask`: what stands is kept, and a person is asked. `custom`: the same, put to the canvas first.
 */
export const POLICIES = [
	'lastWriteWins',
	'sourcePriority',
	'onlyFrom',
	'union',
	'longest',
	'ask',
	'custom',
] as const;
export type Policy = (typeof POLICIES)[number];

/** The rule of this name holds for every field that has none of its own. */
export const ANY_FIELD = '*';

export const fieldRuleSchema = z
	.object({
		/** Absent: of every object. */
		object: z.enum(OBJECTS).optional(),
		field: z.string().min(1),
		policy: z.enum(POLICIES).default('lastWriteWins'),
		/** The system that alone may set the field (policy `onlyFrom`). */
		system: systemNameSchema.optional(),
		/** An empty text read from a polled CRM does not clear a value. */
		emptyNeverOverwrites: z.boolean().default(true),
	})
	.superRefine((rule, context) => {
		for (const [path, message] of Object.entries(misfits(rule))) {
			context.addIssue({ code: z.ZodIssueCode.custom, path: [path], message });
		}
	});

export type FieldRule = z.infer<typeof fieldRuleSchema>;

/** What is wrong with a rule, by the part that is wrong: each a sentence that says what to do. */
function misfits({ field, policy, system }: { field: string; policy: Policy; system?: string }) {
	const wrong: { field?: string; policy?: string; system?: string } = {};
	const isAny = field === ANY_FIELD;
	if (!isAny && !isFieldName(field)) {
		wrong.field = `"${field}" is no field; choose a canonical field, custom.<key>, or * for all fields`;
	}
	if (policy === 'onlyFrom' && system === undefined) {
		wrong.system = 'names no system; choose the system that may set this field';
	}
	if (policy === 'union' && !isListField(field)) {
		wrong.policy = isAny
			? 'union is for lists; name the field (emails, phones, addresses or tags), or choose another default'
			: `union is for lists (emails, phones, addresses, tags); choose another policy for ${field}`;
	}
	if (policy === 'longest' && (isAny || isListField(field) || NO_TEXTS.includes(field))) {
		wrong.policy = isAny
			? 'longest is for texts; name the field, for example background, or choose another default'
			: `longest is for texts; choose ${isListField(field) ? 'union' : 'another policy'} for ${field}`;
	}
	return wrong;
}

/** Scalar fields whose length says nothing. */
const NO_TEXTS = ['type', 'birthDate'];

/** Higher number: higher priority. Systems without one have 0. */
export type Priorities = Readonly<Record<string, number>>;

type RulesByField = Readonly<Record<string, FieldRule>>;

export interface MergeRules {
	fields: RulesByField;
	/** Those of one object alone. */
	objects?: Readonly<Partial<Record<string, RulesByField>>>;
	priorities: Priorities;
}

/** Throws if a field of an object has two rules, or a rule cannot be used (ZodError). */
export function mergeRules(
	rules: z.input<typeof fieldRuleSchema>[],
	priorities: Priorities,
): MergeRules {
	const fields: Record<string, FieldRule> = {};
	const objects: Partial<Record<ObjectName, Record<string, FieldRule>>> = {};
	for (const rule of rules.map((one) => fieldRuleSchema.parse(one))) {
		const { object, field } = rule;
		const own = object === undefined ? fields : (objects[object] ??= {});
		if (own[field] !== undefined) {
			const of = object === undefined ? '' : ` of the object ${object}`;
			throw new Error(`The field ${field}${of} has two merge rules; remove one of them.`);
		}
		own[field] = rule;
	}
	return { fields, objects, priorities };
}

/** The rules as they hold for one object. */
export function rulesOf({ fields, objects, priorities }: MergeRules, object: string): MergeRules {
	const own = objects?.[object];
	if (own === undefined) return { fields, priorities };
	return { fields: ANY_FIELD in own ? own : { ...fields, ...own }, priorities };
}

const DEFAULT_RULE = fieldRuleSchema.parse({ field: ANY_FIELD });

export function ruleFor(rules: MergeRules, field: string): FieldRule {
	return rules.fields[field] ?? rules.fields[ANY_FIELD] ?? DEFAULT_RULE;
}

/** How two edits of a list are ordered under the policies that are named in their memories. */
export function compareUnderRules(a: Memory, b: Memory): number {
	const byPriority = a.rule === 'sourcePriority' || b.rule === 'sourcePriority';
	return byPriority ? compareByPriority(a, b) : compareEdits(a, b);
}

/**
 * Does the candidate win against what one statement of a list says? Says under which rule, for the
 * audit trail. Events of one record are merged in the order they were read, so of two edits of one
 * record at one time the candidate is the later one.
 */
export function decide(
	rules: MergeRules,
	field: string,
	current: Memory | undefined,
	candidate: Memory,
): { wins: boolean; rule: string } {
	const wanted = ruleFor(rules, field);
	const rule = ruleName(wanted);
	const named = { ...candidate, rule };
	const byItself = byOrigin(wanted, current, candidate);
	return { wins: byItself ?? compareUnderRules(named, current ?? named) >= 0, rule };
}

/** Who may set the field at all, under `onlyFrom`; undefined: the times decide. */
export function byOrigin(
	rule: FieldRule,
	current: Memory | undefined,
	candidate: Memory,
): boolean | undefined {
	if (rule.policy !== 'onlyFrom') return undefined;
	if (candidate.system !== rule.system) return false;
	const isForeign = current !== undefined && current.system !== rule.system;
	return isForeign && current.system !== DESK_SYSTEM ? true : undefined;
}

export function ruleName(rule: FieldRule): string {
	return rule.policy === 'onlyFrom' ? `onlyFrom:${rule.system}` : rule.policy;
}
