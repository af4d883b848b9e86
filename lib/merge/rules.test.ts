import { describeIssues } from '../model/event';
import { fieldRuleSchema, mergeRules, ruleFor, rulesOf } from './rules';

const problem = (rule: Record<string, unknown>): string => {
	const parsed = fieldRuleSchema.safeParse(rule);
	return parsed.success ? '' : describeIssues(parsed.error);
};

test('the rule of * holds for every field that has none of its own', () => {
	const rules = mergeRules(
		[
			{ field: '*', policy: 'sourcePriority' },
			{ field: 'jobTitle', policy: 'ask' },
		],
		{},
	);
	expect(ruleFor(rules, 'jobTitle').policy).toBe('ask');
	expect(ruleFor(rules, 'emails').policy).toBe('sourcePriority');
	expect(ruleFor(mergeRules([], {}), 'emails').policy).toBe('lastWriteWins');
});

test.each([
	[{ field: 'emails', policy: 'union' }],
	[{ field: 'background', policy: 'longest' }],
	[{ field: 'custom.notes', policy: 'longest' }],
	[{ field: 'tags', policy: 'ask' }],
	[{ field: '*', policy: 'onlyFrom', system: 'redtail' }],
])('%j can be used', (rule) => {
	expect(problem(rule)).toBe('');
});

test.each([
	[{ field: 'shoeSize' }, 'field "shoeSize" is no field; choose'],
	[{ field: 'status', policy: 'onlyFrom' }, 'system names no system; choose the system'],
	[{ field: 'jobTitle', policy: 'union' }, 'choose another policy for jobTitle'],
	[{ field: '*', policy: 'union' }, 'name the field (emails, phones, addresses or tags)'],
	[{ field: 'emails', policy: 'longest' }, 'longest is for texts; choose union for emails'],
	[{ field: 'birthDate', policy: 'longest' }, 'choose another policy for birthDate'],
	[{ field: '*', policy: 'longest' }, 'name the field, for example background'],
	[{ field: 'status', policy: 'coinToss' }, 'policy Invalid enum value'],
])('%j cannot, and the message says what to do', (rule, sentence) => {
	expect(problem(rule)).toContain(sentence);
});

test('an object’s own rules go before those of every object, its default before any of them', () => {
	const rules = mergeRules(
		[
			{ field: 'name', policy: 'ask' },
			{ object: 'household', field: 'status', policy: 'sourcePriority' },
			{ object: 'opportunity', field: '*', policy: 'onlyFrom', system: 'salesforce' },
			{ object: 'opportunity', field: 'stage', policy: 'custom' },
		],
		{},
	);
	const policy = (object: string, field: string) => ruleFor(rulesOf(rules, object), field).policy;
	expect([policy('contact', 'name'), policy('contact', 'status')]).toEqual([
		'ask',
		'lastWriteWins',
	]);
	expect([policy('household', 'name'), policy('household', 'status')]).toEqual([
		'ask',
		'sourcePriority',
	]);
	expect(['name', 'stage', 'amount'].map((field) => policy('opportunity', field))).toEqual([
		'onlyFrom',
		'custom',
		'onlyFrom',
	]);
	const twice = [
		{ object: 'task' as const, field: 'subject' },
		{ object: 'task' as const, field: 'subject', policy: 'ask' as const },
	];
	expect(() => mergeRules(twice, {})).toThrow('The field subject of the object task has two merge');
});

test('one field has one rule', () => {
	const twice = [{ field: 'status' }, { field: 'status', policy: 'ask' as const }];
	expect(() => mergeRules(twice, {})).toThrow('The field status has two merge rules; remove one');
});
