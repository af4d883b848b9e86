/** Rows of the mapper in Save and Validate: the CRM's fields as its trigger last saw them, and what is in force. */
import type {
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperFields,
} from 'n8n-workflow';
import { OBJECTS, type CrmField, type Fabric, type MappingAsked } from '../../../lib';
import { customFieldsOf } from '../../shared/mapping/in-force';
import { fieldKey } from '../../shared/mapping/row-values';
import { mapperRows, type MappingHint } from '../../shared/mapping/rows';
import { fabricOf } from '../../shared/store';

export async function getMappingRows(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const asked = chosen(this);
	if (asked.system === '') return notice('Choose the system first.');
	const fabric = await fabricOf(this);
	const [newest] = await fabric.mappings.versions(asked, 1);
	const fields = await fieldsOf(fabric, asked);
	if (newest === undefined || fields.length === 0) {
		return notice(
			`The fields of ${asked.system} (${asked.object}) are not known yet. Choose the object in its trigger, and let the workflow run once.`,
		);
	}
	const otherCustomFields = customFieldsOf(await fabric.systems(), asked.object);
	const suggested = await fabric.mappings.suggest(asked);
	const hints = suggested.map(({ crmField, ...hint }): [string, MappingHint] => [crmField, hint]);
	const { object } = asked;
	const rows = { object, map: newest.map, crmFields: fields, otherCustomFields };
	return { fields: mapperRows({ ...rows, hints: new Map(hints) }) };
}

/** For the directions and forms of the chosen object's fields. */
export async function getMappedFields(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const asked = chosen(this);
	if (asked.system === '') return [];
	const fields = await fieldsOf(await fabricOf(this), asked);
	return fields.map(({ name, label }) => ({
		name: label,
		value: fieldKey(asked.object, name),
		description: name,
	}));
}

function chosen(context: ILoadOptionsFunctions): MappingAsked {
	const object = context.getCurrentNodeParameter('mappingObject');
	return {
		system: String(context.getCurrentNodeParameter('system') ?? ''),
		object: OBJECTS.find((one) => one === object) ?? 'contact',
	};
}

async function fieldsOf(fabric: Fabric, asked: MappingAsked): Promise<CrmField[]> {
	return (await fabric.mappings.schema(asked))?.schema.current ?? [];
}

/** n8n's editor shows it where no row is. */
function notice(emptyFieldsNotice: string): ResourceMapperFields {
	return { fields: [], emptyFieldsNotice };
}
