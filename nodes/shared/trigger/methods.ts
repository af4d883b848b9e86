/** What the panel of a CRM trigger asks while it is open. */
import type {
	ILoadOptionsFunctions,
	INodePropertyOptions,
	INodeType,
	ResourceMapperFields,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import {
	chosenObjects,
	connectors,
	type Connector,
	type ConnectorContext,
	type CrmField,
	type ObjectName,
} from '../../../lib';
import { CRM_NAMES, credentialTypeOf, type CrmKind } from '../authentication';
import { connectorContext } from '../connector-context';
import { fieldKey, objectPrefix } from '../mapping/row-values';
import { mapperRows } from '../mapping/rows';
import { needsPerson, triggerError } from './failures';
import { defaultMap, linksOf, mapperParameter } from './field-map';
import { mapperMethod, mappedObjects } from './mapping-properties';
import { nothingStored, storedMappings } from './mapping-stored';
import { OBJECTS_PARAMETER } from './objects';

export function crmTriggerMethods(kind: CrmKind): NonNullable<INodeType['methods']> {
	const mappers = mappedObjects(kind).map((object) => [
		mapperMethod(object),
		async function (this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
			return await told(this, kind, object);
		},
	]);
	return {
		loadOptions: {
			async getCrmFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return await crmFields(this, kind);
			},
		},
		resourceMapping: Object.fromEntries(mappers) as Record<
			string,
			(this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>
		>,
	};
}

interface Connected {
	connector: Connector;
	connection: ConnectorContext;
}

function connect(context: ILoadOptionsFunctions, kind: CrmKind): Connected {
	const connector = connectors.get(kind);
	if (connector === undefined) {
		throw new NodeOperationError(context.getNode(), `No connector is named "${kind}"`);
	}
	const credentialType = credentialTypeOf(context, kind);
	if (context.getNode().credentials?.[credentialType] === undefined) {
		throw new NodeOperationError(context.getNode(), `Choose the ${CRM_NAMES[kind]} account first.`);
	}
	const options = { caller: context, connector, credentialType, system: kind };
	return { connector, connection: connectorContext(options) };
}

/** The fields of everything that is synced, by their keys. */
async function crmFields(
	context: ILoadOptionsFunctions,
	kind: CrmKind,
): Promise<INodePropertyOptions[]> {
	const { connector, connection } = connect(context, kind);
	const offered = mappedObjects(kind);
	const objects = objectsOf(context).filter((object) => offered.includes(object));
	const options: INodePropertyOptions[] = [];
	try {
		for (const object of objects) {
			const fields = await connector.describe(connection, object);
			options.push(...fields.map((field) => fieldOption(object, field, objects)));
		}
	} catch (error) {
		throw explained(context, kind, error);
	}
	return options;
}

function fieldOption(
	object: ObjectName,
	{ name, label }: CrmField,
	objects: readonly ObjectName[],
): INodePropertyOptions {
	const value = fieldKey(object, name);
	return { name: `${objectPrefix(object, objects)}${label}`, value, description: name };
}

function objectsOf(context: ILoadOptionsFunctions): ObjectName[] {
	return chosenObjects(context.getCurrentNodeParameter(OBJECTS_PARAMETER) ?? ['contact']);
}

/**
 * The rows of an object's mapper. n8n's editor shows nothing of an error here, not even that there was
 * one: as long as the mapper has no rows its notice tells; rows that it has must not be taken from it.
 */
async function told(
	context: ILoadOptionsFunctions,
	kind: CrmKind,
	object: ObjectName,
): Promise<ResourceMapperFields> {
	try {
		return await rowsOf(context, connect(context, kind), object);
	} catch (error) {
		const shown = explained(context, kind, error);
		const current = context.getCurrentNodeParameter(mapperParameter(object));
		if (hasRows(current)) throw shown;
		return { fields: [], emptyFieldsNotice: escaped(shown.message) };
	}
}

function explained(
	context: ILoadOptionsFunctions,
	kind: CrmKind,
	error: unknown,
): NodeOperationError {
	const crm = CRM_NAMES[kind];
	const shown = triggerError(context, crm, error);
	if (needsPerson(error) || shown === error) return shown;
	const message = `The fields of ${crm} cannot be read at the moment. ${shown.message} Try again in a minute.`;
	return new NodeOperationError(context.getNode(), message);
}

function hasRows(mapper: unknown): boolean {
	const { schema } = (mapper ?? {}) as { schema?: unknown };
	return Array.isArray(schema) && schema.length > 0;
}

/** The notice is shown as HTML. */
function escaped(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

async function rowsOf(
	context: ILoadOptionsFunctions,
	{ connector, connection }: Connected,
	object: ObjectName,
): Promise<ResourceMapperFields> {
	const objects = objectsOf(context);
	const links = new Set(linksOf(connector, objects).map(({ crmField }) => crmField));
	const isOwn = ({ name }: { name: string }) => object !== 'contact' || !links.has(name);
	const described = (await connector.describe(connection, object)).filter(isOwn);
	const asked = { connector, connection, object, fields: described };
	const stored = (await storedMappings(context, asked)) ?? nothingStored;
	const map = stored.map ?? defaultMap(connector, object, objects);
	const own = map.filter(({ crmField }) => isOwn({ name: crmField }));
	const { otherCustomFields, hints, inForce, versionLabel } = stored;
	const rows = { object, map: own, crmFields: described, otherCustomFields, hints };
	return { fields: mapperRows({ ...rows, inForce, versionLabel }) };
}
