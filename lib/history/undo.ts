/**
 * Undo: takes changes back as new changes, which are delivered to every CRM and stand in the audit
 * trail with what they undo. What somebody else changed since is left alone unless it is forced.
 */
import { markDeliveries, type ConnectorOf } from '../delivery/mark';
import { DeskError } from '../model/failures';
import { applyPersonEdits, type PersonEdit } from '../merge/person-edit';
import type { AuditRow, StoredAuditRow } from '../model/rows';
import type { ObjectName } from '../model/objects';
import type { StoreTransaction } from '../store/store';
import { HISTORY_KINDS, type UndoNote } from './standing';
import { trailOf } from './trail';
import { planUndo, type SkippedField, type UndoneField, type UndoPlan } from './undo-plan';

export interface UndoReport {
	/** `undo/<n>`: a run of its own, which can be undone in turn. */
	run: string;
	undone: UndoneField[];
	skipped: SkippedField[];
}

export interface UndoOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	/** Who asked for it. */
	by?: string;
	/** Also what was changed again since. */
	force?: boolean;
}

const UNDO = 'undo';

/** `rows`: the changes to be undone, of any entities. */
export async function undoChanges(
	tx: StoreTransaction,
	rows: readonly StoredAuditRow[],
	asked: unknown,
	options: UndoOptions,
): Promise<UndoReport & { opened: number }> {
	const { now, by, force = false } = options;
	const run = await tx.runs.start(UNDO, null, { asked, by, force }, now);
	const plans = await planAll(tx, rows, force);
	const edits: PersonEdit[] = [];
	const notes: AuditRow[] = [];
	const undone: UndoneField[] = [];
	for (const [entityId, plan] of plans) {
		const fields = Object.fromEntries(plan.edits.map(({ field, value }) => [field, value]));
		if (plan.edits.length > 0) edits.push({ entityId, fields, rule: UNDO, cause: run, by, run });
		for (const { field, auditSeqs } of plan.edits) {
			const detail: UndoNote = { undoes: auditSeqs, by };
			notes.push({ at: now, kind: UNDO, entityId, field, run, rule: UNDO, detail });
			undone.push({ unifiedId: entityId, field, auditSeqs });
		}
	}
	await tx.audit.append(notes);
	const priorities = Object.fromEntries(
		(await tx.systems.all()).map(({ name, priority }) => [name, priority]),
	);
	const touched = await applyPersonEdits(tx, edits, { now, priorities });
	const withRun = new Map([...touched].map(([id, cause]) => [id, { ...cause, run }]));
	const marked = await markDeliveries(tx, withRun, { connectorOf: options.connectorOf, now });
	const skipped = [...plans.values()].flatMap((plan) => plan.skipped);
	await tx.runs.end(run, 'finished', { asked, by, force, undone, skipped }, now);
	return { run, undone, skipped, opened: marked.opened };
}

async function planAll(
	tx: StoreTransaction,
	rows: readonly StoredAuditRow[],
	force: boolean,
): Promise<Map<string, UndoPlan>> {
	const ids = [...new Set(rows.flatMap(({ entityId }) => entityId ?? []))];
	const registers = await tx.registers.registers(ids);
	const chosen = new Set(rows.map(({ seq }) => seq));
	const plans = new Map<string, UndoPlan>();
	for (const unifiedId of ids) {
		const survivor = await tx.entities.current(unifiedId);
		if (survivor !== unifiedId) {
			plans.set(unifiedId, partOf(unifiedId, survivor, rows));
			continue;
		}
		const history = await trailOf(tx, { entityId: unifiedId, kinds: HISTORY_KINDS });
		const own = registers.get(unifiedId) ?? {};
		plans.set(unifiedId, planUndo({ unifiedId, registers: own, history, chosen, force }));
	}
	return plans;
}

function partOf(unifiedId: string, survivor: string, rows: readonly StoredAuditRow[]): UndoPlan {
	const reason = `${unifiedId} became part of ${survivor}. Undo the change there, or separate the two first.`;
	const skipped = rows
		.filter(({ entityId }) => entityId === unifiedId)
		.map(({ seq, field = '' }) => ({ unifiedId, field, auditSeqs: [seq], reason }));
	return { edits: [], skipped };
}

/** The change with this number. Throws {@link DeskError} if there is none that can be undone. */
export async function changeAt(tx: StoreTransaction, auditSeq: number): Promise<StoredAuditRow[]> {
	const row = await tx.audit.get(auditSeq);
	if (row?.kind === 'change') return [row];
	const what = row === undefined ? 'There is no such row' : `It tells of no change (${row.kind})`;
	throw new DeskError(
		`Audit row ${auditSeq} cannot be undone. ${what}. Take the number of a row of kind change from the field's history.`,
	);
}

/** Changes that came from this record since then. Throws {@link DeskError} if the record is not known. */
export async function changesOfRecord(
	tx: StoreTransaction,
	record: { system: string; object?: ObjectName; crmId: string },
	sinceMs: number,
): Promise<StoredAuditRow[]> {
	const { system, object = 'contact', crmId } = record;
	const links = await tx.identity.links([{ system, object, crmId }]);
	const [link] = links.values();
	if (link === undefined) {
		throw new DeskError(
			`${system}/${crmId} is no record that the fabric knows. Give the system and the id that the record has there.`,
		);
	}
	const ids = [link.entityId, ...(await tx.history.mergedInto(link.entityId))];
	const rows: StoredAuditRow[] = [];
	for (const entityId of ids) rows.push(...(await trailOf(tx, { entityId, kinds: ['change'] })));
	return rows.filter((row) => row.system === system && row.crmId === crmId && row.at >= sinceMs);
}

/** Throws {@link DeskError} if no change belongs to this run. */
export async function changesOfRun(tx: StoreTransaction, run: string): Promise<StoredAuditRow[]> {
	const rows = await trailOf(tx, { run, kinds: ['change'] });
	if (rows.length > 0) return rows;
	// An undo may find that all is as it should be: to take that back is nothing, too.
	if ((await trailOf(tx, { run, kinds: [UNDO] })).length > 0) return rows;
	throw new DeskError(
		`No change belongs to run ${run}. The run of a change stands in its row of the audit trail.`,
	);
}
