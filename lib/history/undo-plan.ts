/** What undoing some changes of one client would set, and what of it stands against it. Pure. */
import { isEmpty, sameValue } from '../model/canonical';
import { isListField, type FieldValue, type ListField, type ListItem } from '../model/fields';
import type { StoredAuditRow } from '../model/rows';
import { registerValue, type Registers } from '../merge/register';
import { LIVE, scopeOf } from '../removal/breaker';
import { changesByField, type Change } from './standing';
import { undoInList } from './undo-list';

export interface UndoneField {
	unifiedId: string;
	field: string;
	/** Numbers of the audit rows that are undone. */
	auditSeqs: number[];
}

export interface SkippedField extends UndoneField {
	/** A sentence for a person. */
	reason: string;
}

export interface FieldUndo {
	field: string;
	auditSeqs: number[];
	value: FieldValue;
}

export interface UndoPlan {
	edits: FieldUndo[];
	skipped: SkippedField[];
}

export interface UndoInput {
	unifiedId: string;
	registers: Registers;
	/** The entity's rows of the kinds {@link HISTORY_KINDS}, oldest first. */
	history: readonly StoredAuditRow[];
	/** Numbers of the changes to be undone. */
	chosen: ReadonlySet<number>;
	/** Also what was changed again since. */
	force: boolean;
}

export function planUndo(input: UndoInput): UndoPlan {
	const plan: UndoPlan = { edits: [], skipped: [] };
	const maker = input.history.find(({ kind }) => kind === 'entity');
	for (const [field, changes] of changesByField(input.history)) {
		const chosen = changes.filter(({ row }) => input.chosen.has(row.seq));
		const skip = (which: readonly Change[], reason: string) => {
			if (which.length === 0) return;
			const auditSeqs = seqsOf(which);
			plan.skipped.push({ unifiedId: input.unifiedId, field, auditSeqs, reason });
		};
		const undone = chosen.filter(({ undoneBy }) => undoneBy !== undefined);
		skip(undone, `It was undone before, by row ${undone[0]?.undoneBy ?? ''}.`);
		const standing = chosen.filter(({ undoneBy }) => undoneBy === undefined);
		const births = standing.filter(({ row }) => !input.force && isBirth(row, maker));
		skip(births, CAME_WITH_IT);
		const open = standing.filter((change) => !births.includes(change));
		if (open.length === 0) continue;
		const current = registerValue(field, input.registers[field]);
		const one = { field, current, changes, open, force: input.force, skip };
		const edit = isListField(field) ? planList(field, one) : planScalar(one);
		if (edit !== undefined) plan.edits.push(edit);
	}
	return plan;
}

const CAME_WITH_IT =
	'The client itself came with it: to take it back would empty the record that it came from.';

/** The first value of a field, brought by the event that the client was made for, or by the backfill that made it. */
function isBirth(row: StoredAuditRow, maker: StoredAuditRow | undefined): boolean {
	if (row.before !== undefined || maker === undefined) return false;
	const isItsEvent = row.eventId !== undefined && row.eventId === maker.eventId;
	return isItsEvent || (row.run === maker.run && scopeOf(row.run) !== LIVE);
}

interface OneField {
	field: string;
	current: FieldValue | undefined;
	/** All changes of the field, oldest first. */
	changes: readonly Change[];
	/** Those to be undone. */
	open: readonly Change[];
	force: boolean;
	skip: (which: readonly Change[], reason: string) => void;
}

/** Back over the chosen changes, as far as they are the last ones that count. */
function planScalar({ field, current, changes, open, force, skip }: OneField) {
	const [first] = open;
	if (first === undefined) return undefined;
	const isChosen = new Set(open);
	// An undo that counts, and what it undid, are as if they had never been.
	const counting = changes.filter(
		(change) =>
			isChosen.has(change) || (change.undoneBy === undefined && change.row.rule !== 'undo'),
	);
	const tail: Change[] = [];
	for (const change of counting.toReversed()) {
		if (!isChosen.has(change)) break;
		tail.unshift(change);
	}
	const isLast = sameValue(field, current, tail.at(-1)?.row.after);
	const taken = force ? [...open] : isLast ? tail : [];
	skip(
		open.filter((change) => !taken.includes(change)),
		changedSince(counting.findLast((change) => !isChosen.has(change) && isAfter(change, first))),
	);
	const [earliest] = taken;
	if (earliest === undefined) return undefined;
	const value = earliest.row.before ?? null;
	if (sameValue(field, current, value)) {
		skip(taken, 'The value is again what it was before.');
		return undefined;
	}
	return { field, auditSeqs: seqsOf(taken), value };
}

function planList(field: ListField, { current, open, force, skip }: OneField) {
	let value = (current ?? []) as ListItem[];
	const taken: Change[] = [];
	for (const change of open.toReversed()) {
		const undo = undoInList(
			field,
			value,
			{ before: change.row.before, after: change.row.after },
			force,
		);
		value = undo.value;
		if (undo.done > 0) taken.unshift(change);
		if (undo.kept > 0) {
			skip([change], `${undo.kept} of its entries were changed again since.`);
		} else if (undo.done === 0) skip([change], 'The list is again what it was before.');
	}
	if (taken.length === 0) return undefined;
	// One change took away what another one had brought: together they are nothing.
	if (sameValue(field, current ?? [], value)) {
		skip(taken, 'The list is again what it was before.');
		return undefined;
	}
	return { field, auditSeqs: seqsOf(taken), value: isEmpty(value) ? [] : value };
}

function isAfter(change: Change, other: Change): boolean {
	return change.row.seq > other.row.seq;
}

function changedSince(later: Change | undefined): string {
	if (later === undefined) return 'The value is no longer the one that this change left.';
	const { seq, system, crmId } = later.row;
	return `It was changed again since, by ${system ?? 'the desk'}/${crmId ?? ''} (row ${seq}). Force the undo to set it back all the same.`;
}

function seqsOf(changes: readonly Change[]): number[] {
	return changes.map(({ row }) => row.seq);
}
