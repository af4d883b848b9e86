/** What the panel of a CRM trigger asks while it is open. */
import type {
	ILoadOptionsFunctions,
	INodePropertyOptions,
	INodeType,
	ResourceMapperFields,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import {
	connectors,
	type Connector,
	type ConnectorContext,
	type CrmField,
	type CrmRecord,
	type Fabric,
} from '../../../lib';
import { credentialTypeOf, type CrmKind } from '../authentication';
import { connectorContext } from '../connector-context';
import { fabricOf, STORE_CREDENTIAL } from '../store';
import { crmFieldOptions, mappingFields, type MappingHint } from './mapping-fields';

export function crmTriggerMethods(kind: CrmKind): NonNullable<INodeType['methods']> {
	return {
		loadOptions: {
			async getCrmFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const { fields } = await describe(this, kind);
				return crmFieldOptions(fields);
			},
		},
		resourceMapping: {
			async getMappingFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
				const described = await describe(this, kind);
				const { connector, fields } = described;
				const customFields = await knownCustomFields(this);
				const hints = await hintsFor(this, described);
				return { fields: mappingFields(connector, fields, customFields, hints) };
			},
		},
	};
}

interface Described {
	connector: Connector;
	connection: ConnectorContext;
	fields: CrmField[];
}

async function describe(context: ILoadOptionsFunctions, kind: CrmKind): Promise<Described> {
	const connector = connectors.get(kind);
	if (connector === undefined) {
		throw new NodeOperationError(context.getNode(), `No connector is named "${kind}"`);
	}
	const credentialType = credentialTypeOf(context, kind);
	const options = { caller: context, connector, credentialType, system: kind };
	const connection = connectorContext(options);
	return { connector, connection, fields: await connector.describe(connection) };
}

/** Custom fields that any system maps; none while no store is chosen yet. */
async function knownCustomFields(context: ILoadOptionsFunctions): Promise<string[]> {
	if (context.getNode().credentials?.[STORE_CREDENTIAL] === undefined) return [];
	const fabric = await fabricOf(context);
	const mapped = (await fabric.systems()).flatMap(({ fieldMap }) => fieldMap);
	return [...new Set(mapped.map(({ field }) => field))]
		.filter((field) => field.startsWith('custom.'))
		.sort();
}

/** Records whose values are compared with those of the clients that they belong to. */
const SAMPLES = 50;

/** Suggestions for this system's fields; none before its trigger has run once. */
async function hintsFor(
	context: ILoadOptionsFunctions,
	{ connector, connection, fields }: Described,
): Promise<Map<string, MappingHint>> {
	if (context.getNode().credentials?.[STORE_CREDENTIAL] === undefined) return new Map();
	const fabric = await fabricOf(context);
	const name = String(context.getCurrentNodeParameter('system') ?? connector.kind);
	const isKnown = (await fabric.systems()).some((one) => one.name === name);
	if (!isKnown) return new Map();
	const asked = { system: name, object: 'contact' as const };
	const records = await samplesOf(connector, connection);
	const suggested = await fabric.mappings.suggest({ ...asked, fields, records });
	const hints = suggested.map(({ crmField, field, confidence }): [string, MappingHint] => [
		crmField,
		{ field, confidence },
	]);
	return new Map([...hints, ...(await successors(fabric, name))]);
}

/** Fields that look like one which is mapped and gone: they take its place. */
async function successors(fabric: Fabric, system: string): Promise<Array<[string, MappingHint]>> {
	return (await fabric.mappings.drifts(system)).flatMap(({ fields, suggestions = [] }) => {
		const [likeliest] = suggestions;
		const [field] = fields;
		if (likeliest === undefined || field === undefined) return [];
		const { crmField, confidence } = likeliest;
		return [[crmField, { field, confidence, succeeds: true }] as [string, MappingHint]];
	});
}

/** Without them names and types have to do: the panel must open all the same. */
async function samplesOf(connector: Connector, connection: ConnectorContext): Promise<CrmRecord[]> {
	try {
		return await connector.contacts.list(connection, { limit: SAMPLES });
	} catch {
		return [];
	}
}
