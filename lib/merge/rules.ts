/**
 * The rules under which a change wins or loses: one per field, last write wins where none is set.
 */
import { z } from 'zod';
import { systemNameSchema } from '../model/event';
import { compareByPriority, compareEdits, type Memory } from './clock';

export const POLICIES = ['lastWriteWins', 'sourcePriority', 'onlyFrom'] as const;
export type Policy = (typeof POLICIES)[number];

export const fieldRuleSchema = z
	.object({
		field: z.string().min(1),
		policy: z.enum(POLICIES).default('lastWriteWins'),
		/** The system that alone may set the field (policy `onlyFrom`). */
		system: systemNameSchema.optional(),
		/** An empty text read from a polled CRM does not clear a value. */
		emptyNeverOverwrites: z.boolean().default(true),
	})
	.refine((rule) => rule.policy !== 'onlyFrom' || rule.system !== undefined, {
		message: 'names no system; choose the system that may set this field',
		path: ['system'],
	});

export type FieldRule = z.infer<typeof fieldRuleSchema>;

/** Higher number: higher priority. Systems without one have 0. */
export type Priorities = Readonly<Record<string, number>>;

export interface MergeRules {
	fields: Readonly<Record<string, FieldRule>>;
	priorities: Priorities;
}

export function mergeRules(
	rules: z.input<typeof fieldRuleSchema>[],
	priorities: Priorities,
): MergeRules {
	const parsed = rules.map((rule) => fieldRuleSchema.parse(rule));
	return { fields: Object.fromEntries(parsed.map((rule) => [rule.field, rule])), priorities };
}

const DEFAULT_RULE = fieldRuleSchema.parse({ field: '*' });

export function ruleFor(rules: MergeRules, field: string): FieldRule {
	return rules.fields[field] ?? DEFAULT_RULE;
}

/** How edits are ordered under the policy that is named in their memories. */
export function orderUnder(rule: string): (a: Memory, b: Memory) => number {
	return rule === 'sourcePriority' ? compareByPriority : compareEdits;
}

/**
 * Does the candidate win against what the register holds? Says under which rule, for the audit
 * trail. Events of one record are merged in the order they were read, so of two edits of one record
 * at one time the candidate is the later one.
 */
export function decide(
	rules: MergeRules,
	field: string,
	current: Memory | undefined,
	candidate: Memory,
): { wins: boolean; rule: string } {
	const wanted = ruleFor(rules, field);
	const rule = ruleName(wanted);
	if (wanted.policy === 'onlyFrom') {
		if (candidate.system !== wanted.system) return { wins: false, rule };
		if (current !== undefined && current.system !== wanted.system) return { wins: true, rule };
	}
	return { wins: current === undefined || orderUnder(rule)(candidate, current) >= 0, rule };
}

function ruleName(rule: FieldRule): string {
	return rule.policy === 'onlyFrom' ? `onlyFrom:${rule.system}` : rule.policy;
}
