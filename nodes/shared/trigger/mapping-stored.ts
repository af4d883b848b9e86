/** What the store knows of an account's mappings, for the rows of its trigger's panel. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import {
	type Connector,
	type ConnectorContext,
	type CrmField,
	type CrmRecord,
	type Fabric,
	type FieldMap,
	type ObjectName,
} from '../../../lib';
import { customFieldsOf, versionLabel } from '../mapping/in-force';
import type { MappingHint } from '../mapping/rows';
import { fabricOf, STORE_CREDENTIAL } from '../store';

export interface StoredMappings {
	/** In force; undefined: the account has none of this object yet. */
	map?: FieldMap;
	otherCustomFields: string[];
	hints: Map<string, MappingHint>;
	/** Rows for which something else counts than the panel showed when it was published. */
	inForce: Map<string, FieldMap>;
	versionLabel?: string;
}

export interface StoredAsked {
	connector: Connector;
	connection: ConnectorContext;
	object: ObjectName;
	/** The CRM's own fields. */
	fields: readonly CrmField[];
}

export const nothingStored: StoredMappings = {
	otherCustomFields: [],
	hints: new Map(),
	inForce: new Map(),
};

/** undefined: no store is chosen yet. */
export async function storedMappings(
	context: ILoadOptionsFunctions,
	asked: StoredAsked,
): Promise<StoredMappings | undefined> {
	if (context.getNode().credentials?.[STORE_CREDENTIAL] === undefined) return undefined;
	const fabric = await fabricOf(context);
	const systems = await fabric.systems();
	const { object, connector } = asked;
	const otherCustomFields = customFieldsOf(systems, object);
	const name = String(context.getCurrentNodeParameter('system') ?? connector.kind);
	const isKnown = systems.some((one) => one.name === name);
	if (!isKnown) return { ...nothingStored, otherCustomFields };
	const hints = await hintsFor(fabric, name, asked);
	const [newest] = await fabric.mappings.versions({ system: name, object }, 1);
	const { rows } = await fabric.mappings.besidePanel({ system: name, object });
	return {
		...{ otherCustomFields, hints },
		...(newest !== undefined && { map: newest.map, versionLabel: versionLabel(newest) }),
		inForce: new Map(rows.map(({ crmField, inForce }) => [crmField, inForce])),
	};
}

/** Records whose values are compared with those of the clients that they belong to. */
const SAMPLES = 50;

/** Suggestions for this system's fields; none before its trigger has run once. */
async function hintsFor(
	fabric: Fabric,
	system: string,
	{ connector, connection, object, fields }: StoredAsked,
): Promise<Map<string, MappingHint>> {
	const records = await samplesOf(connector, connection, object);
	const suggested = await fabric.mappings.suggest({ system, object, fields, records });
	const hints = suggested.map(({ crmField, field, confidence, reasons }): [string, MappingHint] => [
		crmField,
		{ field, confidence, reasons },
	]);
	return new Map([...hints, ...(await successors(fabric, system, object))]);
}

/** Fields that look like one which is mapped and gone: they take its place. */
async function successors(
	fabric: Fabric,
	system: string,
	object: ObjectName,
): Promise<Array<[string, MappingHint]>> {
	const own = (await fabric.mappings.drifts(system)).filter((drift) => drift.object === object);
	return own.flatMap(({ fields, label, suggestions = [] }) => {
		const [likeliest] = suggestions;
		const [field] = fields;
		if (likeliest === undefined || field === undefined) return [];
		const { crmField, confidence } = likeliest;
		const reasons = [`it came when "${label}" went`, ...likeliest.reasons];
		const hint = { field, confidence, reasons, succeeds: true };
		return [[crmField, hint] as [string, MappingHint]];
	});
}

/** Without them names and types have to do: the panel must open all the same. */
async function samplesOf(
	connector: Connector,
	connection: ConnectorContext,
	object: ObjectName,
): Promise<CrmRecord[]> {
	const client = object === 'contact' ? connector.contacts : connector.records?.[object];
	try {
		return (await client?.list(connection, { limit: SAMPLES })) ?? [];
	} catch {
		return [];
	}
}
