/** What is checked: normalisation, and rules a field. The zod schema guards panels, files and code. */
import { z } from 'zod';
import { FORMATS } from '../normalise';
import { isRuleField, ruleFieldLabel } from '../leaves';

/** What a rule does with a value that breaks it. */
export const ACTIONS = ['warn', 'reject', 'repair'] as const;
export type Action = (typeof ACTIONS)[number];

const MAX_RULES = 200;
const MAX_ALLOWED = 1_000;
const MAX_PATTERN = 500;

/** A day: itself, `today`, or so many days, months or years from it (`today-18y`). */
const DAY = /^(?:\d{4}-\d{2}-\d{2}|today(?:[+-]\d{1,3}[dmy])?)$/;

const day = z.string().regex(DAY, 'must be a date as 2026-11-22, today, or for example today-18y');
const field = z.string().refine(isRuleField, (name) => ({
	message: `"${name}" is no field; custom fields are named custom.<key>, parts of addresses for example addresses.state`,
}));
const common = {
	field,
	/** What the person reads instead of the usual sentence. */
	message: z.string().max(500).optional(),
};
const judged = { ...common, on: z.enum(['warn', 'reject']).default('warn') };
const repairable = {
	...common,
	on: z.enum(ACTIONS).default('warn'),
	/** Where a repair is not possible. */
	otherwise: z.enum(['warn', 'reject']).default('warn'),
};
const size = z.number().int().min(0).max(10_000).optional();

const required = z.object({ check: z.literal('required'), ...judged }).strict();
const format = z
	.object({ check: z.literal('format'), ...repairable, format: z.enum(FORMATS) })
	.strict();
const allowed = z
	.object({
		check: z.literal('allowed'),
		...repairable,
		values: z.array(z.string().max(1_000)).min(1, 'must name at least one value').max(MAX_ALLOWED),
	})
	.strict();
const pattern = z
	.object({
		check: z.literal('pattern'),
		...judged,
		/** JavaScript's; `^` and `$` where the whole value is meant. */
		pattern: z.string().min(1).max(MAX_PATTERN).refine(isPattern, 'is no regular expression'),
	})
	.strict();
const length = z.object({ check: z.literal('length'), ...judged, min: size, max: size }).strict();
const dateRange = z
	.object({
		check: z.literal('dateRange'),
		...judged,
		earliest: day.optional(),
		latest: day.optional(),
	})
	.strict();

const ruleSchema = z
	.discriminatedUnion('check', [required, format, allowed, pattern, length, dateRange])
	.superRefine((rule, context) => {
		const say = (message: string) => context.addIssue({ code: z.ZodIssueCode.custom, message });
		if (rule.check === 'length') {
			if (rule.min === undefined && rule.max === undefined) say('needs min or max');
			if ((rule.min ?? 0) > (rule.max ?? Infinity)) say('min must not be above max');
		}
		if (rule.check === 'dateRange' && rule.earliest === undefined && rule.latest === undefined) {
			say('needs earliest or latest');
		}
	});

export type Rule = z.infer<typeof ruleSchema>;
export type Check = Rule['check'];
export const CHECKS = [
	'required',
	'format',
	'allowed',
	'pattern',
	'length',
	'dateRange',
] as const satisfies readonly Check[];

const ruleSetSchema = z
	.object({
		/** Every field by its own normaliser, before any rule. */
		normalise: z.boolean().default(true),
		/**
		 * A title before the first name and a suffix behind the last one go to fields of their own. Not for
		 * clients: a CRM without these fields would lose them.
		 */
		partTitles: z.boolean().default(true),
		/** ISO code; what phones, states and dates without a country are read as. */
		country: z
			.string()
			.regex(/^[A-Z]{2}$/, 'must be an ISO code of two capitals, for example US')
			.default('US'),
		dateOrder: z.enum(['monthFirst', 'dayFirst']).optional(),
		regions: z.enum(['code', 'name']).default('code'),
		rules: z.array(ruleSchema).max(MAX_RULES).default([]),
	})
	.strict();

export type RuleSet = z.infer<typeof ruleSetSchema>;
export type RuleSetInput = z.input<typeof ruleSetSchema>;

function isPattern(text: string): boolean {
	try {
		return new RegExp(text, 'u') instanceof RegExp;
	} catch {
		return false;
	}
}

/** The rules cannot be used; the message names the rule, its field and what to change. */
export class RuleSetError extends Error {}

/** Throws RuleSetError. */
export function readRuleSet(input: unknown): RuleSet {
	const parsed = ruleSetSchema.safeParse(input);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const [list, number, ...rest] = issue?.path ?? [];
	if (list !== 'rules' || typeof number !== 'number') {
		throw new RuleSetError(`${(issue?.path ?? []).join('.') || 'The rule set'} ${issue?.message}`);
	}
	const what = rest.length > 0 ? `${rest.join('.')}: ` : '';
	throw new RuleSetError(`${nameOf(input, number)} ${what}${issue?.message}`);
}

function nameOf(input: unknown, number: number): string {
	const rules: unknown = (input as { rules?: unknown }).rules;
	const rule: unknown = Array.isArray(rules) ? rules[number] : undefined;
	const { field: name } = (rule ?? {}) as { field?: unknown };
	const about = typeof name === 'string' && isRuleField(name) ? ` (${ruleFieldLabel(name)})` : '';
	return `Rule ${number + 1}${about}:`;
}
