/** The records of entities without what linked them: all that a comparison needs of a link. Pure. */
import type { Selectable } from 'kysely';
import type { RecordAddress } from '../model/event';
import type { Link } from '../model/rows';
import type { LinksTable } from './schema';

/** A record that is linked, or was. */
export type LinkedRecord = Pick<Link, keyof RecordAddress | 'entityId' | 'state'>;

type Row = Pick<
	Selectable<LinksTable>,
	'system' | 'object' | 'crm_id' | 'entity_id' | 'state' | 'linked_at'
>;

/** In the order of the ids; of each entity, the record that was linked first comes first. */
export function recordsByEntity(
	entityIds: readonly string[],
	rows: readonly Row[],
): Map<string, LinkedRecord[]> {
	const groups = new Map<string, Row[]>();
	for (const row of rows) {
		const group = groups.get(row.entity_id);
		if (group === undefined) groups.set(row.entity_id, [row]);
		else group.push(row);
	}
	const known = [...new Set(entityIds)].filter((id) => groups.has(id));
	return new Map(known.map((id) => [id, inOrder(groups.get(id) ?? []).map(toRecord)]));
}

/** Most entities have one record: sorting all rows in the database costs more than reading them. */
function inOrder(rows: Row[]): Row[] {
	return rows.sort(
		(a, b) =>
			a.linked_at - b.linked_at ||
			compare(a.system, b.system) ||
			compare(a.object, b.object) ||
			compare(a.crm_id, b.crm_id),
	);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function toRecord({
	system,
	object,
	crm_id: crmId,
	entity_id: entityId,
	state,
}: Row): LinkedRecord {
	return { system, object, crmId, entityId, state };
}
