/** Descriptions of objects, fields and event schemas. */
import { json, type SimResponse } from '../../framework';
import { eventSchema } from '../cdc';
import { notFound } from '../errors';
import { recordTypeInfos } from '../record-types';
import type { FieldDef, ObjectDef } from '../schema';
import { headerOf, objectOf, type RestCall, type RestRoute } from './call';

const SOAP_TYPES: Partial<Record<FieldDef['type'], string>> = {
	id: 'tns:ID',
	reference: 'tns:ID',
	boolean: 'xsd:boolean',
	date: 'xsd:date',
	datetime: 'xsd:dateTime',
	address: 'urn:address',
	double: 'xsd:double',
	currency: 'xsd:double',
	percent: 'xsd:double',
};

/** Long text and compounds can be neither filtered nor sorted by. */
function isSearchable(def: FieldDef): boolean {
	return def.type !== 'address' && !(def.type === 'textarea' && (def.length ?? 0) > 255);
}

function describeField(def: FieldDef): Record<string, unknown> {
	const values = def.values ?? [];
	const searchable = isSearchable(def);
	return {
		name: def.name,
		label: def.label,
		type: def.isMulti ? 'multipicklist' : def.type,
		soapType: SOAP_TYPES[def.type] ?? 'xsd:string',
		length: def.length ?? 0,
		custom: def.custom,
		createable: def.writable,
		updateable: def.writable && def.createOnly !== true,
		nillable: !def.required && def.type !== 'boolean' && def.type !== 'id',
		defaultedOnCreate: def.type === 'boolean' || def.name === 'OwnerId' || !def.writable,
		calculated: false,
		compoundFieldName: def.compound ?? null,
		externalId: def.externalId,
		idLookup: def.externalId || def.type === 'id' || def.type === 'email',
		unique: def.unique,
		caseSensitive: false,
		filterable: searchable,
		sortable: searchable,
		restrictedPicklist: def.restricted,
		picklistValues: values.map((value) => ({
			active: true,
			defaultValue: false,
			label: value,
			validFor: null,
			value,
		})),
		referenceTo: def.referenceTo === undefined ? [] : [def.referenceTo, ...(def.alsoTo ?? [])],
		relationshipName: def.relationshipName ?? null,
		inlineHelpText: null,
	};
}

function summary(object: ObjectDef, version: string): Record<string, unknown> {
	const base = `/services/data/v${version}/sobjects/${object.name}`;
	return {
		name: object.name,
		label: object.label,
		labelPlural: object.labelPlural,
		keyPrefix: object.keyPrefix,
		custom: object.name.endsWith('__c'),
		createable: object.writable,
		updateable: object.writable,
		deletable: object.writable,
		undeletable: object.writable,
		queryable: true,
		retrieveable: true,
		replicateable: object.writable,
		searchable: true,
		triggerable: object.writable,
		urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
	};
}

/** The org's setup never changes while the simulator runs. */
function isUnmodified({ request }: RestCall): boolean {
	return !Number.isNaN(Date.parse(headerOf(request, 'if-modified-since') ?? ''));
}

function global({ org, version }: RestCall): SimResponse {
	const sobjects = org.schema.objects.map((object) => summary(object, version));
	return json(200, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
}

function basic(call: RestCall): SimResponse {
	const objectDescribe = summary(objectOf(call), call.version);
	return json(200, { objectDescribe, recentItems: [] });
}

function describe(call: RestCall): SimResponse {
	const object = objectOf(call);
	if (isUnmodified(call)) return { status: 304 };
	const fields = object.fields.map(describeField);
	const own = recordTypeInfos(call.org.store, object);
	const more = { childRelationships: [], recordTypeInfos: own };
	return json(200, { ...summary(object, call.version), fields, ...more });
}

function schemaOfEvent(call: RestCall): SimResponse {
	const { event, schemaId } = call.request.params;
	const found = call.org.schema.objects
		.filter(({ changeEvents }) => changeEvents)
		.map(eventSchema)
		.find(({ name, uuid }) => uuid === schemaId || name === event);
	if (found === undefined) throw notFound();
	return json(200, found);
}

export const describeRoutes: RestRoute[] = [
	{ method: 'GET', path: '/sobjects', handle: global },
	{ method: 'GET', path: '/sobjects/:object', handle: basic },
	{ method: 'GET', path: '/sobjects/:object/describe', handle: describe },
	{ method: 'GET', path: '/sobjects/:event/eventSchema', handle: schemaOfEvent },
	{ method: 'GET', path: '/event/eventSchema/:schemaId', handle: schemaOfEvent },
];
