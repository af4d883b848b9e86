/** Whose mapping is meant, and the mapping that an item brings. */
import { NodeOperationError, type INodeProperties } from 'n8n-workflow';
import {
	fieldMapSchema,
	keepForms,
	OBJECT_LABELS,
	OBJECTS,
	type FieldMap,
	type MappingAsked,
} from '../../../lib';
import {
	directionChoices,
	DIRECTIONS_PARAMETER,
	directionsProperty,
	withDirections,
} from '../../shared/mapping/directions';
import { formChoices, FORMS_PARAMETER, formsProperty, withForms } from '../../shared/mapping/forms';
import { readRows } from '../../shared/mapping/row-values';
import { requiredText, type OperationCall } from '../operation';
import { systemProperty } from '../record-picker';

export const MAPPER_PARAMETER = 'mapRows';

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

/** Where the mapping comes from: the mapper in the panel, or the item. */
export const mapProperties: INodeProperties[] = [
	{
		displayName: 'Mapping Comes From',
		name: 'mapFrom',
		type: 'options',
		options: [
			{
				name: 'Fields Chosen Below',
				value: 'below',
				description: 'The fields of the CRM as they were last looked at, and what is mapped now',
			},
			{
				name: 'Input Item',
				value: 'item',
				description: 'A list as Get returns it, which a Code node may have changed',
			},
		],
		default: 'item',
	},
	{
		displayName: 'Mapping',
		name: 'map',
		type: 'json',
		default: '={{ $json.map }}',
		required: true,
		displayOptions: { show: { mapFrom: ['item'] } },
		description:
			'A list of entries as Get returns them: field, crmField, direction (both, in, out, off) and, if the CRM holds the value in another form, transform',
	},
	{
		displayName: 'Fields',
		name: MAPPER_PARAMETER,
		type: 'resourceMapper',
		default: { mappingMode: 'defineBelow', value: null },
		noDataExpression: true,
		displayOptions: { show: { mapFrom: ['below'] } },
		typeOptions: {
			loadOptionsDependsOn: ['system', 'mappingObject'],
			resourceMapper: {
				resourceMapperMethod: 'getMappingRows',
				mode: 'add',
				valuesLabel: 'CRM Fields and What They Stand For',
				fieldWords: { singular: 'CRM field', plural: 'CRM fields' },
				addAllFields: true,
				supportAutoMap: false,
				multiKeyMatch: false,
				noFieldsError: 'The fields of this system are not known yet. Activate its trigger once.',
			},
		},
		description:
			'Which field of the client, or of the record, each field of the CRM stands for; a field that is removed here is not synced. It begins with what is in force.',
	},
	...[
		directionsProperty('the CRM', 'getMappedFields'),
		formsProperty('the CRM', 'getMappedFields'),
	].map((property) => ({ ...property, displayOptions: { show: { mapFrom: ['below'] } } })),
];

export function askedOf(call: OperationCall): MappingAsked {
	const system = requiredText(call, 'system', 'System', 'Choose the system.');
	const given: unknown = call.node.getNodeParameter('mappingObject', call.index, 'contact');
	return { system, object: OBJECTS.find((object) => object === given) ?? 'contact' };
}

/** Throws NodeOperationError naming the entry or row that cannot be read. */
export async function mapOf(call: OperationCall): Promise<FieldMap> {
	const isBelow = call.node.getNodeParameter('mapFrom', call.index, 'item') === 'below';
	return isBelow ? await mapBelow(call) : mapOfItem(call);
}

/** Rows that stay keep the form of values that was saved of them, unless another one is chosen. */
async function mapBelow(call: OperationCall): Promise<FieldMap> {
	const { node, index, fabric } = call;
	const asked = askedOf(call);
	const parameter = (name: string) => node.getNodeParameter(name, index, {});
	const rows = readRows({
		...{ node: node.getNode(), object: asked.object, rows: parameter(MAPPER_PARAMETER) },
		label: 'Fields',
		advice: 'Choose a fabric field for at least one field of the CRM.',
	});
	const directed = withDirections(rows, directionChoices(parameter(DIRECTIONS_PARAMETER)));
	const [newest] = await fabric.mappings.versions(asked, 1);
	const forms = formChoices(node.getNode(), parameter(FORMS_PARAMETER));
	return withForms(keepForms(directed, newest?.map ?? []), forms);
}

function mapOfItem({ node, index }: OperationCall): FieldMap {
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
