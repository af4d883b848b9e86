/** Brings the values of clients to their normal form, as an edit of its own that goes to every CRM. */
import { markDeliveries, type ConnectorOf } from '../../delivery/mark';
import { desiredFields } from '../../merge/register';
import { applyPersonEdits, type PersonEdit } from '../../merge/person-edit';
import { sameValue } from '../../model/canonical';
import type { CanonicalFields } from '../../model/fields';
import { baseField } from '../../model/field-map';
import type { StoreTransaction } from '../../store/store';
import { checkRecord, type CheckedRecord } from '../rules/check-record';
import type { RuleSet } from '../rules/rule-set';

export interface NormalisedClient extends CheckedRecord {
	/** As it was asked for; `undefined` clients are left out. */
	unifiedId: string;
	/** The fields that were changed. */
	changed: string[];
}

export interface NormaliseContext {
	/** ms */
	now: number;
	connectorOf: ConnectorOf;
	by?: string;
	/** The run that the edits belong to. */
	run: string;
}

/** Clients that do not exist are left out. Repairs that mean the same (phone formats) are not written. */
export async function normaliseClients(
	tx: StoreTransaction,
	unifiedIds: readonly string[],
	ruleSet: RuleSet,
	{ now, connectorOf, by, run }: NormaliseContext,
): Promise<NormalisedClient[]> {
	const clients = await currentClients(tx, unifiedIds);
	const registers = await tx.registers.registers([...new Set(clients.values())]);
	const edits = new Map<string, PersonEdit>();
	const results = [...clients].map(([unifiedId, entityId]): NormalisedClient => {
		const before = desiredFields(registers.get(entityId) ?? {});
		const checked = checkRecord(before, ruleSet, { now });
		const fields = changedFields(before, checked);
		const changed = Object.keys(fields);
		if (changed.length > 0)
			edits.set(entityId, { entityId, fields, rule: 'person', cause: run, by, run });
		return { unifiedId, changed, ...checked };
	});
	const systems = await tx.systems.all();
	const priorities = Object.fromEntries(systems.map(({ name, priority }) => [name, priority]));
	const touched = await applyPersonEdits(tx, [...edits.values()], { now, priorities });
	await markDeliveries(tx, touched, { connectorOf, now, run });
	return results;
}

async function currentClients(
	tx: StoreTransaction,
	unifiedIds: readonly string[],
): Promise<Map<string, string>> {
	const aliases = await tx.entities.aliases(unifiedIds);
	const current = new Map(unifiedIds.map((id) => [id, aliases.get(id) ?? id]));
	const existing = await tx.identity.existing([...current.values()]);
	return new Map([...current].filter(([, id]) => existing.has(id)));
}

function changedFields(
	before: CanonicalFields,
	{ fields, repairs }: CheckedRecord,
): CanonicalFields {
	const names = new Set(repairs.map(({ field }) => baseField(field)));
	return Object.fromEntries(
		[...names]
			.filter((name) => !sameValue(name, before[name], fields[name]))
			.map((name) => [name, fields[name] ?? null]),
	);
}
