/** Whose mapping is meant, and the mapping that an item brings. */
import { NodeOperationError, type INodeProperties } from 'n8n-workflow';
import {
	fieldMapSchema,
	OBJECT_LABELS,
	OBJECTS,
	type FieldMap,
	type MappingAsked,
} from '../../../lib';
import { requiredText, type OperationCall } from '../operation';

export const systemProperty: INodeProperties = {
	displayName: 'System Name or ID',
	name: 'system',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getSystems' },
	default: '',
	required: true,
	description:
		'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
};

export const askedProperties: INodeProperties[] = [
	systemProperty,
	{
		displayName: 'Object',
		name: 'mappingObject',
		type: 'options',
		options: OBJECTS.map((value) => ({ name: OBJECT_LABELS[value], value })),
		default: 'contact',
		description: 'Whose fields they are',
	},
];

export const mapProperty: INodeProperties = {
	displayName: 'Mapping',
	name: 'map',
	type: 'json',
	default: '={{ $json.map }}',
	required: true,
	description:
		'A list of entries as Get returns them: field, crmField, direction (both, in, out, off) and, if the CRM holds the value in another form, transform',
};

export function askedOf(call: OperationCall): MappingAsked {
	const system = requiredText(call, 'system', 'System', 'Choose the system.');
	const given: unknown = call.node.getNodeParameter('mappingObject', call.index, 'contact');
	return { system, object: OBJECTS.find((object) => object === given) ?? 'contact' };
}

/** Throws NodeOperationError naming the entry that cannot be read. */
export function mapOf({ node, index }: OperationCall): FieldMap {
	const given: unknown = node.getNodeParameter('map', index, []);
	const parsed = fieldMapSchema.safeParse(typeof given === 'string' ? parse(given) : given);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue?.path.join('.') ?? '';
	throw new NodeOperationError(
		node.getNode(),
		`'Mapping' cannot be read${where === '' ? '' : ` at ${where}`} [item ${index}]`,
		{
			itemIndex: index,
			description: `${issue?.message ?? 'It is no list of entries'}. Take the list that Get returns, and change its entries.`,
		},
	);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
