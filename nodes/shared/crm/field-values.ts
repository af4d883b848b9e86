/** The values that the panel's field mapper gives for one item. */
import { NodeOperationError, type IDataObject, type ResourceMapperValue } from 'n8n-workflow';
import type { RecordCall } from './record-call';

/** Values by the CRM's own field names. A field that was left blank in the mapper is not sent. */
export function fieldValues({ node, index }: RecordCall): IDataObject {
	const mapper = node.getNodeParameter('fields', index) as ResourceMapperValue;
	const automatic = mapper.mappingMode === 'autoMapInputData';
	const item = node.getInputData()[index]?.json ?? {};
	const values = automatic ? known(item, mapper.schema ?? []) : filledIn(mapper.value ?? {});
	if (Object.keys(values).length > 0) return values;
	throw new NodeOperationError(node.getNode(), `'Fields' has no value to write [item ${index}]`, {
		itemIndex: index,
		description: automatic
			? "Name the item's fields as the CRM names them, or map each one by hand."
			: 'Add at least one field and give it a value.',
	});
}

/** The panel knows the CRM's fields once it has been opened; a workflow made by hand may not. */
function known(item: IDataObject, schema: ResourceMapperValue['schema']): IDataObject {
	const writable = new Set(schema.filter(({ removed }) => !removed).map(({ id }) => id));
	if (writable.size === 0) return item;
	return Object.fromEntries(Object.entries(item).filter(([name]) => writable.has(name)));
}

/** An empty text is a value (it clears the field); null is what n8n gives for a field left alone. */
function filledIn(values: NonNullable<ResourceMapperValue['value']>): IDataObject {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
