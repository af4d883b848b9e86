/** Which values of a field are comparable: a CRM cannot hold what it has no place or no name for. */
import type { ScalarValue } from '../../../lib/model/fields';
import { isReferenceField, type ObjectName } from '../../../lib/model/objects';
import type { MemoryCrm } from '../crm/memory-crm';
import { scalarsOf, type MemoryRecord } from '../crm/record';
import type { World } from '../world';
import { lower } from './law';

export interface Held {
	crm: MemoryCrm;
	record: MemoryRecord;
}

/** The records of a client or thing that are in use. */
export function inUse(world: World, client: number): Held[] {
	return world.recordsOf(client).filter(({ record }) => !record.archived);
}

export function objectOf(held: ReadonlyArray<Pick<Held, 'record'>>): ObjectName {
	return held[0]?.record.object ?? 'contact';
}

/** Fields of one value each that these records have, and that the fabric may write there. */
export function fieldsOf(held: readonly Held[]): readonly string[] {
	return scalarsOf(objectOf(held));
}

/** The same in all CRMs, whatever each of them calls the named record. */
export function valueOf({ crm, record }: Held, field: string): ScalarValue {
	return lower(crm.truly(field, record.fields[field])) as ScalarValue;
}

/** Has this CRM a record of what the value names? */
export function canHold(world: World, { crm }: Held, field: string, value: unknown): boolean {
	if (!isReferenceField(field) || value === null) return true;
	return world.recordsOf(Number(String(value).slice(1))).some((one) => one.crm === crm);
}

/** May the fabric write the field there? */
export function isWritten(world: World, { crm, record }: Held): boolean {
	return record.object !== 'note' || world.noteLimits(crm.name).notesStay !== true;
}

/** Two records that differ although each could hold what the other one does. */
export function disagreement(
	world: World,
	records: readonly Held[],
	field: string,
): unknown[] | undefined {
	const written = records.filter((one) => isWritten(world, one));
	for (const [index, one] of written.entries()) {
		for (const other of written.slice(index + 1)) {
			const [own, others] = [valueOf(one, field), valueOf(other, field)];
			const could = canHold(world, one, field, others) && canHold(world, other, field, own);
			if (own !== others && could) return [own, others];
		}
	}
	return undefined;
}

/** Whether anything that a value names was removed by a person. */
export function namesRemoved(world: World, values: readonly ScalarValue[]): boolean {
	return values.some((value) => world.people.removed.has(Number(String(value).slice(1))));
}
