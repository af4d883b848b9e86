/** What people read under a node's name on the canvas: the panel's words, evaluated as n8n does. */
import { NodeHelpers, Workflow, type INode, type INodeType } from 'n8n-workflow';
import { CrmFabric } from '../../../nodes/CrmFabric/CrmFabric.node';
import { FieldMerge } from '../../../nodes/FieldMerge/FieldMerge.node';
import { Redtail } from '../../../nodes/Redtail/Redtail.node';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';

function subtitle(nodeType: INodeType, parameters: INode['parameters']): unknown {
	const { description } = nodeType;
	const { name } = description;
	const node: INode = { id: '1', name, type: name, typeVersion: 1, position: [0, 0], parameters };
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => nodeType,
			getByNameAndVersion: () => nodeType,
			getKnownTypes: () => ({}),
		},
	});
	const { properties } = description;
	const filled = NodeHelpers.getNodeParameters(properties, parameters, true, false, node, null);
	const whole = { ...node, parameters: filled ?? {} };
	return workflow.expression.getSimpleParameterValue(
		whole,
		description.subtitle,
		'internal',
		{},
		undefined,
		'nothing',
	);
}

/** Resource and operation, with the words that the panel has for them. */
function operationsOf({ description }: INodeType): Array<Record<string, string>> {
	const { properties } = description;
	const optionsOf = (options: (typeof properties)[number]['options'] = []) =>
		options.flatMap((one) =>
			'value' in one ? [{ value: String(one.value), name: one.name }] : [],
		);
	const [resource] = properties.filter(({ name }) => name === 'resource');
	return optionsOf(resource?.options).flatMap(({ value, name }) => {
		const node = { id: '1', name, type: name, typeVersion: 1, position: [0, 0], parameters: {} };
		const shown = properties.filter(
			(property) =>
				property.name === 'operation' &&
				NodeHelpers.displayParameter({ resource: value }, property, node as INode, null),
		);
		return shown.flatMap(({ options }) =>
			optionsOf(options).map((one) => ({
				...{ resource: value, operation: one.value },
				words: `${name}: ${one.name}`,
			})),
		);
	});
}

describe.each(Object.entries({ CrmFabric, Wealthbox, Redtail, Salesforce }))('%s', (_, Node) => {
	const nodeType: INodeType = new Node();

	it('names resource and operation as its panel does', () => {
		const operations = operationsOf(nodeType);
		expect(operations.length).toBeGreaterThan(10);
		for (const { words, ...parameters } of operations)
			expect(subtitle(nodeType, parameters)).toBe(words);
	});
});

test('Field Merge: the default policy and the number of rules', () => {
	const merge = new FieldMerge();
	expect(subtitle(merge, {})).toBe('Last Write Wins');
	const rules = [{ field: 'jobTitle', policy: 'ask' }];
	const fieldRules = { rules: [...rules, { field: 'birthDate', policy: 'lastWriteWins' }] };
	expect(subtitle(merge, { defaultPolicy: 'ask', fieldRules: { rules } })).toBe(
		'Ask a Person, 1 rule',
	);
	expect(subtitle(merge, { defaultPolicy: 'ask', fieldRules })).toBe('Ask a Person, 2 rules');
});
