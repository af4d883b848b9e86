/**
 * The rules under which a change wins or loses: one per field, last write wins where none is set.
 */
import { z } from 'zod';
import { systemNameSchema } from '../model/event';
import { compareEdits, type Memory, type Priorities } from './clock';

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

/** Does the candidate win against what the register holds? Says under which rule, for the audit trail. */
export function decide(
	rules: MergeRules,
	field: string,
	current: Memory | undefined,
	candidate: Memory,
): { wins: boolean; rule: string } {
	const rule = ruleFor(rules, field);
	if (rule.policy === 'onlyFrom' && candidate.system !== rule.system) {
		return { wins: false, rule: `onlyFrom:${rule.system}` };
	}
	if (current === undefined) return { wins: true, rule: ruleName(rule) };
	if (rule.policy === 'onlyFrom' && current.system !== rule.system)
		return { wins: true, rule: ruleName(rule) };
	if (rule.policy === 'sourcePriority' && current.system !== candidate.system) {
		const rank =
			(rules.priorities[candidate.system] ?? 0) - (rules.priorities[current.system] ?? 0);
		if (rank !== 0) return { wins: rank > 0, rule: ruleName(rule) };
	}
	return { wins: compareEdits(candidate, current, rules.priorities) > 0, rule: ruleName(rule) };
}

function ruleName(rule: FieldRule): string {
	return rule.policy === 'onlyFrom' ? `onlyFrom:${rule.system}` : rule.policy;
}
