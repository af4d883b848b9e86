/** The panel's rules in the library's form. */
import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { ANY_FIELD, describeIssues, fieldLabel, fieldRuleSchema, type FieldRule } from '../../lib';

/** Throws NodeOperationError naming the rule that cannot be used. */
export function readRules(context: IExecuteFunctions, index = 0): FieldRule[] {
	const rows: unknown = context.getNodeParameter('fieldRules.rules', index, []);
	const rules = (Array.isArray(rows) ? rows : []).map((row, place) =>
		readRule(context, row as Record<string, unknown>, `Rule ${place + 1} of 'Field Rules'`),
	);
	const twice = rules.find(({ field }, place) =>
		rules.slice(0, place).some((earlier) => earlier.field === field),
	);
	if (twice === undefined) return [...defaultRule(context, index), ...rules];
	throw new NodeOperationError(
		context.getNode(),
		`'Field Rules' has two rules for ${fieldLabel(twice.field)}`,
		{ description: 'Remove one of them: one rule decides a field.' },
	);
}

/** Empty where the panel says what the library does by itself. */
function defaultRule(context: IExecuteFunctions, index: number): FieldRule[] {
	const policy: unknown = context.getNodeParameter('defaultPolicy', index, 'lastWriteWins');
	const emptyNeverOverwrites: unknown = context.getNodeParameter(
		'defaultEmptyNeverOverwrites',
		index,
		true,
	);
	if (policy === 'lastWriteWins' && emptyNeverOverwrites === true) return [];
	const system: unknown = context.getNodeParameter('defaultSystem', index, '');
	const row = { field: ANY_FIELD, policy, system, emptyNeverOverwrites };
	return [readRule(context, row, "'Default Policy'")];
}

function readRule(
	context: IExecuteFunctions,
	{ field, policy, system, emptyNeverOverwrites }: Record<string, unknown>,
	name: string,
): FieldRule {
	const only = policy === 'onlyFrom' && system !== '' ? { system } : {};
	const parsed = fieldRuleSchema.safeParse({ field, policy, emptyNeverOverwrites, ...only });
	if (parsed.success) return parsed.data;
	throw new NodeOperationError(
		context.getNode(),
		`${name} cannot be used: ${describeIssues(parsed.error)}`,
		{
			description:
				'Choose a field, a policy that fits it and, for Only From, the system that may set it.',
		},
	);
}
