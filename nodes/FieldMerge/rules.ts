/** The panel's rules in the library's form. */
import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import {
	describeIssues,
	fieldLabel,
	fieldRuleSchema,
	isFieldName,
	type FieldRule,
} from '../../lib';

export function readRules(context: IExecuteFunctions): FieldRule[] {
	const rows: unknown = context.getNodeParameter('fieldRules.rules', 0, []);
	const rules = (Array.isArray(rows) ? rows : []).map((row, place) =>
		readRule(context, row, place),
	);
	const twice = rules.find(({ field }, place) =>
		rules.slice(0, place).some((earlier) => earlier.field === field),
	);
	if (twice === undefined) return rules;
	throw new NodeOperationError(
		context.getNode(),
		`'Field Rules' has two rules for ${fieldLabel(twice.field)}`,
		{ description: 'Remove one of them: one rule decides a field.' },
	);
}

function readRule(context: IExecuteFunctions, row: unknown, place: number): FieldRule {
	const { field, policy, system, emptyNeverOverwrites } = row as Record<string, unknown>;
	const only = policy === 'onlyFrom' && system !== '' ? { system } : {};
	const parsed = fieldRuleSchema.safeParse({ field, policy, emptyNeverOverwrites, ...only });
	if (parsed.success && isFieldName(parsed.data.field)) return parsed.data;
	const issues = parsed.success
		? `"${parsed.data.field}" is no field; custom fields are named custom.key`
		: describeIssues(parsed.error);
	throw new NodeOperationError(
		context.getNode(),
		`Rule ${place + 1} of 'Field Rules' cannot be used: ${issues}`,
		{ description: 'Choose a field, a policy and, for Only From, the system in this rule.' },
	);
}
