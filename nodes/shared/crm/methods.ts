/** What the panels of the CRM nodes load from the CRM: its fields, its records. */
import type {
	FieldType,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import {
	isObjectName,
	OBJECTS,
	type ConnectorContext,
	type CrmField,
	type CrmRecord,
	type ObjectName,
} from '../../../lib';
import type { CrmKind } from '../authentication';
import { contextFor, crmOf, type Crm } from './crm';
import { toNodeError } from './errors';
import { recordSettings } from './panel';
import { resourceOf, searchMethod, type CrmResource } from './resource';
import { labelOf } from './simplify';

const MAX_LISTED = 100;
/** The filter that finds a contact by what people type: its name, or part of it. */
const NAME_FILTERS = ['name', 'last_name', 'lastName'];

export function crmMethods(kind: CrmKind) {
	return {
		listSearch: Object.fromEntries(
			OBJECTS.map((object) => [searchMethod(object), searching(kind, object)]),
		),
		loadOptions: {
			async getMatchFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const { matchFields } = crmOf(kind).connector.contacts;
				return matchFields.map(({ name, label }) => ({ name: label, value: name }));
			},
		},
		resourceMapping: {
			async getContactFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
				return await fieldsFor(this, kind, 'contact');
			},
			async getRecordFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
				const resource = String(this.getCurrentNodeParameter('resource'));
				return await fieldsFor(this, kind, isObjectName(resource) ? resource : 'contact');
			},
		},
	};
}

async function fieldsFor(
	panel: ILoadOptionsFunctions,
	kind: CrmKind,
	object: ObjectName,
): Promise<ResourceMapperFields> {
	const creates = panel.getCurrentNodeParameter('operation') === 'create';
	const fields = await asked(panel, kind, async (crm, context) => {
		const { notWritten = [] } = resourceOf(crm, object)?.client ?? {};
		const described = await crm.connector.describe(context, object);
		return described.filter(({ name }) => !notWritten.includes(name));
	});
	return { fields: fields.map((field) => mapperField(field, creates)) };
}

function searching(kind: CrmKind, object: ObjectName) {
	return async function (
		this: ILoadOptionsFunctions,
		filter?: string,
	): Promise<INodeListSearchResult> {
		return await asked(this, kind, async (crm, context) => {
			const resource = resourceOf(crm, object);
			return resource === undefined
				? { results: [] }
				: await search(crm, context, resource, filter?.trim());
		});
	};
}

async function asked<T>(
	caller: ILoadOptionsFunctions,
	kind: CrmKind,
	ask: (crm: Crm, context: ConnectorContext) => Promise<T>,
): Promise<T> {
	const crm = crmOf(kind);
	try {
		const settings = recordSettings(caller.getCurrentNodeParameter('options'));
		return await ask(crm, await contextFor(caller, crm, kind, settings));
	} catch (error) {
		throw toNodeError(caller.getNode(), error);
	}
}

/** What the CRM finds by name, and which of the first records contain the text. */
async function search(
	crm: Crm,
	context: ConnectorContext,
	resource: CrmResource,
	filter = '',
): Promise<INodeListSearchResult> {
	const { client } = resource;
	const name = client.listFilters.find((offered) => NAME_FILTERS.includes(offered.name))?.name;
	const options = { limit: MAX_LISTED };
	const first = await client.list(context, options);
	const byName =
		filter === '' || name === undefined
			? []
			: await client.list(context, { ...options, filters: { [name]: filter } });
	const entry = (record: CrmRecord) => ({
		name: labelOf(crm, context, record, resource),
		value: client.idOf(record),
	});
	const containing = first
		.map(entry)
		.filter((listed) => listed.name.toLowerCase().includes(filter.toLowerCase()));
	const results = new Map([...byName.map(entry), ...containing].map((row) => [row.value, row]));
	return { results: [...results.values()].sort((a, b) => a.name.localeCompare(b.name)) };
}

/** A date stays text: n8n's date picker would add a time and a zone, and a birthday could move. */
const INPUT_TYPES: Record<CrmField['type'], FieldType> = {
	string: 'string',
	number: 'number',
	boolean: 'boolean',
	date: 'string',
	datetime: 'dateTime',
	options: 'options',
	email: 'string',
	phone: 'string',
	list: 'array',
};

function mapperField(field: CrmField, creates: boolean): ResourceMapperField {
	const options = field.options?.map(({ value, label }) => ({ name: label, value }));
	const required = creates && field.required;
	return {
		id: field.name,
		displayName: field.type === 'date' ? `${field.label} (YYYY-MM-DD)` : field.label,
		required,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: !field.readOnly,
		readOnly: field.readOnly,
		removed: !required,
		type: field.type === 'options' && options === undefined ? 'string' : INPUT_TYPES[field.type],
		...(options !== undefined && { options }),
	};
}
