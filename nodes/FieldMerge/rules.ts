/** The panel's rules in the library's form. */
import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';
import { ANY_FIELD, describeIssues, fieldLabel, fieldRuleSchema, type FieldRule } from '../../lib';
import { EVERY_OBJECT } from './properties';

/** Throws NodeOperationError naming the rule that cannot be used. */
export function readRules(context: IExecuteFunctions, index = 0): FieldRule[] {
	const rows: unknown = context.getNodeParameter('fieldRules.rules', index, []);
	const rules = (Array.isArray(rows) ? rows : []).map((row, place) =>
		readRule(context, row as Record<string, unknown>, `Rule ${place + 1} of 'Field Rules'`),
	);
	const all = [...defaultRule(context, index), ...rules];
	const twice = all.find(({ object, field }, place) =>
		all.slice(0, place).some((earlier) => earlier.field === field && earlier.object === object),
	);
	if (twice === undefined) return all;
	const field = twice.field === ANY_FIELD ? 'All Fields' : fieldLabel(twice.field);
	throw new NodeOperationError(context.getNode(), `'Field Rules' has two rules for ${field}`, {
		description:
			'Remove one of them: one rule decides a field. The default of every object is the Default Policy.',
	});
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
	{ object, field, policy, system, emptyNeverOverwrites }: Record<string, unknown>,
	name: string,
): FieldRule {
	const only = policy === 'onlyFrom' && system !== '' ? { system } : {};
	const of = object === EVERY_OBJECT ? {} : { object };
	const rule = { ...of, field, policy, emptyNeverOverwrites, ...only };
	const parsed = fieldRuleSchema.safeParse(rule);
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
