/** New versions of mappings, and what each makes doubtful: what is agreed, compared, read, forgotten. */
import { DeskError } from '../model/failures';
import { fieldMapSchema, mapOfObject, type FieldMap } from '../model/field-map';
import type { MappingVersion } from '../model/mapping';
import { OBJECTS, type ObjectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import type { SchemaRow } from '../store/mappings';
import type { StoreTransaction } from '../store/store';
import type { SystemRegistration } from '../store/systems';
import { panelDifferences, standingSentence, type RowDifference } from './panel';
import { agreed } from './schema';
import {
	changedFields,
	saveVersion,
	settleDrift,
	storedMapOf,
	unreadFields,
	withPending,
} from './standing';

export interface MappingAsked {
	system: string;
	object: ObjectName;
}

export interface SaveAsked extends MappingAsked {
	map: FieldMap;
	by?: string;
	note?: string;
	/** Save it although errors were found. */
	force?: boolean;
}

/**
 * A trigger starts. Answers its system, whether the mappings in force have changed, and sentences for
 * people about versions that had to give way to the panel.
 */
export async function registerWithMap(
	tx: StoreTransaction,
	registration: SystemRegistration,
	now: number,
): Promise<{ row: SystemRow; isNew: boolean; replaced: string[] }> {
	const { name: system } = registration;
	const before = await tx.systems.get(system);
	const versions = await versionsOf(tx, system);
	const { row: after, replaced } = await tx.systems.register(registration, now);
	if (before !== undefined) await auditPanel(tx, system, versions, now);
	const [was, is] = [before === undefined ? [] : storedMapOf(before), storedMapOf(after)];
	const changed = OBJECTS.filter(
		(object) => changedFields(mapOfObject(was, object), mapOfObject(is, object)).length > 0,
	);
	for (const object of before === undefined ? [] : changed)
		await follow(tx, { system, object }, mapOfObject(was, object), mapOfObject(is, object));
	const settled = await settleDrift(tx, system, now);
	const row = settled.changed ? ((await tx.systems.get(system)) ?? after) : after;
	return { row, isNew: settled.changed || changed.length > 0, replaced };
}

async function versionsOf(tx: StoreTransaction, system: string): Promise<Map<ObjectName, number>> {
	const versions = new Map<ObjectName, number>();
	for (const object of OBJECTS)
		versions.set(object, (await tx.mappings.newest(system, object))?.version ?? 0);
	return versions;
}

/** The first version of all comes with the system, and is in no need of a row. */
async function auditPanel(
	tx: StoreTransaction,
	system: string,
	before: ReadonlyMap<ObjectName, number>,
	now: number,
): Promise<void> {
	const rows = [...(await versionsOf(tx, system))].flatMap(([object, version]) =>
		version === before.get(object)
			? []
			: [{ at: now, kind: 'mapping', system, object, detail: { version, origin: 'panel' } }],
	);
	await tx.audit.append(rows);
}

/** Throws a DeskError if the store knows no such system. */
export async function putVersion(
	tx: StoreTransaction,
	{ system, object, map, by, note }: SaveAsked,
	origin: 'desk' | 'restore',
	now: number,
): Promise<MappingVersion> {
	const row = await tx.systems.get(system);
	if (row === undefined) throw noMapping({ system, object });
	const before = mapOfObject(storedMapOf(row), object);
	const version = { object, map, origin, note: note ?? null, savedBy: by ?? null };
	const saved = await saveVersion(tx, row, version, now);
	await follow(tx, { system, object }, before, map);
	await settleDrift(tx, system, now);
	const detail = { version: saved.version, ...(by !== undefined && { by }), note };
	await tx.audit.append([{ at: now, kind: 'mapping', system, object, detail }]);
	return saved;
}

export interface BesidePanel {
	rows: RowDifference[];
	/** For people; null: the panel shows what is in force. */
	sentence: string | null;
}

export async function besidePanel(
	tx: StoreTransaction,
	{ system, object }: MappingAsked,
): Promise<BesidePanel> {
	const version = await tx.mappings.newest(system, object);
	if (version === undefined) return { rows: [], sentence: null };
	const rows = panelDifferences(await tx.mappings.panelMap(system, object), version.map);
	return { rows, sentence: rows.length === 0 ? null : standingSentence(rows, version) };
}

/** What the CRM holds now is agreed to with the new mappings. */
async function follow(
	tx: StoreTransaction,
	asked: MappingAsked,
	before: FieldMap,
	map: FieldMap,
): Promise<void> {
	const known = await schemaOf(tx, asked);
	if (known === undefined) return;
	const { moved, added } = unreadFields(before, map, known.drifts);
	if (moved.length > 0) await tx.mappings.forget(asked.system, asked.object, moved);
	const row = { ...known, schema: agreed(known.schema, map) };
	await tx.mappings.saveSchema(withPending(row, changedFields(before, map), [...moved, ...added]));
}

export async function schemaOf(
	tx: StoreTransaction,
	{ system, object }: MappingAsked,
): Promise<SchemaRow | undefined> {
	return (await tx.mappings.schemas(system)).find((row) => row.object === object);
}

export async function dropPending(
	tx: StoreTransaction,
	asked: MappingAsked,
	what: 'compare' | 'read',
	fields: readonly string[],
): Promise<void> {
	const row = await schemaOf(tx, asked);
	if (row === undefined) return;
	const done = new Set(fields);
	const left = row.pending[what].filter((field) => !done.has(field));
	await tx.mappings.saveSchema({ ...row, pending: { ...row.pending, [what]: left } });
}

export function noMapping({ system, object }: MappingAsked): DeskError {
	return new DeskError(
		`${system} has no mapping of ${object} yet. Activate the workflow with its trigger once.`,
	);
}

/** The map as it is kept; throws a DeskError that names the entry which cannot be read. */
export function checkedMap({ object, map }: Pick<SaveAsked, 'object' | 'map'>): FieldMap {
	const parsed = fieldMapSchema.safeParse(
		map.map((mapping) => (object === 'contact' ? mapping : { ...mapping, object })),
	);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new DeskError(
			`The mapping cannot be read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}. Correct this entry.`,
		);
	}
	const stranger = parsed.data.find((mapping) => (mapping.object ?? 'contact') !== object);
	if (stranger === undefined) return parsed.data;
	throw new DeskError(
		`The mapping of ${object} names a field of another object (${stranger.crmField}). Save each object by itself.`,
	);
}
