/** What the panel of a CRM trigger asks while it is open. */
import type {
	ILoadOptionsFunctions,
	INodePropertyOptions,
	INodeType,
	ResourceMapperFields,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { connectors, type Connector, type CrmField } from '../../../lib';
import { credentialTypeOf, type CrmKind } from '../authentication';
import { connectorContext } from '../connector-context';
import { fabricOf, STORE_CREDENTIAL } from '../store';
import { crmFieldOptions, mappingFields } from './mapping-fields';

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
				const { connector, fields } = await describe(this, kind);
				return { fields: mappingFields(connector, fields, await knownCustomFields(this)) };
			},
		},
	};
}

async function describe(
	context: ILoadOptionsFunctions,
	kind: CrmKind,
): Promise<{ connector: Connector; fields: CrmField[] }> {
	const connector = connectors.get(kind);
	if (connector === undefined) {
		throw new NodeOperationError(context.getNode(), `No connector is named "${kind}"`);
	}
	const credentialType = credentialTypeOf(context, kind);
	const options = { caller: context, connector, credentialType, system: kind };
	return { connector, fields: await connector.describe(connectorContext(options)) };
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
