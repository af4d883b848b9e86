/** What is known of clients and of a CRM's fields, put together to check a mapping or to suggest one. */
import type { Connector, CrmField, CrmRecord } from '../connectors/connector';
import { recordKey } from '../model/event';
import { baseField, type FieldMap } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import type { ObjectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { StoreTransaction } from '../store/store';
import type { MappingAsked } from './saving';
import { mappedNames } from './schema';
import { storedMapOf } from './standing';
import { suggest, type SamplePair, type Suggestion } from './suggest';
import { validate, type Problem } from './validate';

/** Records of each system that values are taken from. */
const MOST_SAMPLES = 200;
/** Records whose fields are compared with what their clients hold. */
const MOST_PAIRS = 100;

export async function problemsOf(
	tx: StoreTransaction,
	connector: Connector,
	row: SystemRow,
	{ object, map, fields }: { object: ObjectName; map: FieldMap; fields: readonly CrmField[] },
): Promise<Problem[]> {
	const clients: CanonicalFields[] = [];
	for (const { name } of await tx.systems.all())
		clients.push(...(await tx.mappings.samples(name, object, MOST_SAMPLES)).values());
	return validate({ connector, settings: row.settings, object, map, fields, clients });
}

/** `records`: as the CRM's API gives them; those of known clients tell by their values. */
export async function suggestionsFor(
	tx: StoreTransaction,
	connector: Connector,
	row: SystemRow,
	asked: MappingAsked & { fields: readonly CrmField[]; records: readonly CrmRecord[] },
): Promise<Suggestion[]> {
	const { object, fields, records } = asked;
	const map = storedMapOf(row).filter((mapping) => (mapping.object ?? 'contact') === object);
	const customFields = new Set(
		(await tx.systems.all())
			.flatMap(storedMapOf)
			.map(({ field }) => baseField(field))
			.filter((field) => field.startsWith('custom.')),
	);
	const pairs = await pairsOf(tx, connector, row, { object, fields, records });
	const mapped = mappedNames(map);
	return suggest({ object, fields, customFields: [...customFields], mapped, pairs });
}

async function pairsOf(
	tx: StoreTransaction,
	connector: Connector,
	row: SystemRow,
	{ object, fields, records }: Omit<Parameters<typeof suggestionsFor>[3], 'system'>,
): Promise<SamplePair[]> {
	const client = object === 'contact' ? connector.contacts : connector.records?.[object];
	if (client === undefined) return [];
	const some = records
		.slice(0, MOST_PAIRS)
		.map((record) => ({ record, crmId: client.idOf(record) }));
	const addresses = some.map(({ crmId }) => ({ system: row.name, object, crmId }));
	const links = await tx.identity.links(addresses);
	const ids = [...new Set([...links.values()].map(({ entityId }) => entityId))];
	const registers = await tx.registers.registers(ids);
	// Every field of the CRM is read as it is, under a name of its own.
	const probes = fields.map(({ name }, place) => ({ name, field: `custom.probe${place}` }));
	const probeMap = probes.map(({ name, field }) => ({
		...{ field, crmField: name, direction: 'in' as const },
		...(object !== 'contact' && { object }),
	}));
	return some.flatMap(({ record, crmId }) => {
		const link = links.get(recordKey({ system: row.name, object, crmId }));
		if (link === undefined) return [];
		const read = connector.toCanonical(record, probeMap, row.settings, object);
		const held = Object.fromEntries(
			probes.flatMap(({ name, field }) => (field in read ? [[name, read[field] ?? null]] : [])),
		);
		return [{ held, client: desiredFields(registers.get(link.entityId) ?? {}) }];
	});
}
