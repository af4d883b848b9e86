/**
 * Merges one change event into the registers of its entity: what changed *there* (event against
 * shadow) is decided field by field under its rule. Pure: state in, state and audit rows out.
 */
import { sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import { isListField, type FieldValue, type ListField, type ScalarValue } from '../model/fields';
import { clampEditTime, type Memory } from './clock';
import { EMPTY_LIST, mergeList } from './list-merge';
import { registerValue, type Register, type Registers } from './register';
import { decide, ruleFor, type MergeRules } from './rules';
import { land, noteEdit, recall, see, type Shadow } from './shadow';
import { look, type FieldSight } from './sight';

/** `change`: the value is new. `agree`: same value, set again later. `lost`: a later edit stood against it. */
export type FieldVerdict = 'change' | 'agree' | 'lost';

export interface FieldDecision {
	field: string;
	verdict: FieldVerdict;
	before: FieldValue | undefined;
	after: FieldValue | undefined;
	/** What the event asked for; in a lost decision this is the value that did not make it. */
	offered: FieldValue;
	memory: Memory;
	/** The register after the decision: folding these gives the registers. */
	register: Register | undefined;
}

export interface MergeInput {
	event: ChangeEvent;
	shadow: Shadow | undefined;
	registers: Registers;
	rules: MergeRules;
	/** ms */
	now: number;
}

export interface MergeResult {
	registers: Registers;
	shadow: Shadow;
	decisions: FieldDecision[];
	/** `superseded`: every field had since been seen or written anew. */
	outcome: 'applied' | 'noop' | 'superseded';
	/** True if the record or its entity is not what it was: they may differ now. */
	moved: boolean;
}

type Changed = Extract<FieldSight, { kind: 'changed' }>;

export function mergeEvent(input: MergeInput): MergeResult {
	const { event, rules } = input;
	let shadow = input.shadow ?? { fields: {} };
	const registers = { ...input.registers };
	const decisions: FieldDecision[] = [];
	const sights: Array<FieldSight['kind']> = [];
	const readAt = Date.parse(event.readAt);
	for (const [field, value] of Object.entries(event.fields)) {
		const known = shadow.fields[field];
		const sight = look(event, field, value, known, ruleFor(rules, field));
		sights.push(sight.kind);
		if (sight.kind === 'stale') continue;
		if (!sight.late) shadow = see(land(shadow, field, value, readAt), field, value, readAt);
		else if (sight.kind === 'echo' || sight.kind === 'changed') {
			shadow = recall(shadow, field, value, sight.shown);
		}
		if (sight.kind !== 'changed') continue;
		const candidate = candidateMemory(input, sight, known?.editedAt);
		shadow = noteEdit(shadow, field, candidate.editedAt);
		const decision = mergeField(input, field, value, registers[field], { sight, candidate });
		if (decision === undefined) continue;
		if (decision.register !== undefined) registers[field] = decision.register;
		decisions.push(decision);
	}
	const superseded = sights.length > 0 && sights.every((kind) => kind === 'stale');
	const outcome = superseded ? 'superseded' : decisions.length > 0 ? 'applied' : 'noop';
	const moved = sights.some((kind) => kind !== 'stale' && kind !== 'unchanged');
	return { registers, shadow, decisions, outcome, moved };
}

/**
 * Edits of one field of one record are dated in the order they were read in. A late one of a stream
 * has its exact time, which may be before that of an edit which was read meanwhile.
 */
function candidateMemory({ event, rules, now }: MergeInput, sight: Changed, last = 0): Memory {
	const clamped = clampEditTime({
		vendor: Date.parse(event.editedAt),
		after: sight.after,
		until: Date.parse(event.receivedAt),
	});
	return {
		editedAt: sight.late && event.kind === 'delta' ? clamped : Math.max(clamped, last + 1),
		system: event.system,
		object: event.object,
		crmId: event.crmId,
		eventId: event.eventId,
		priority: rules.priorities[event.system] ?? 0,
		rule: '',
		mergedAt: now,
	};
}

interface FieldEdit {
	sight: Changed;
	candidate: Memory;
}

function mergeField(
	input: MergeInput,
	field: string,
	value: FieldValue,
	register: Register | undefined,
	edit: FieldEdit,
): FieldDecision | undefined {
	return isListField(field)
		? mergeListField(input, field, value, register, edit)
		: mergeScalarField(input, field, value as ScalarValue, register, edit);
}

function mergeListField(
	input: MergeInput,
	field: ListField,
	value: FieldValue,
	register: Register | undefined,
	{ sight: { diff }, candidate }: FieldEdit,
): FieldDecision | undefined {
	const before = registerValue(field, register);
	const current = register?.shape === 'list' ? register : EMPTY_LIST;
	const ask = (memory: Memory | undefined) => decide(input.rules, field, memory, candidate);
	const merged = mergeList(field, current, diff, candidate, ask);
	if (!merged.moved && !merged.lost) return undefined;
	const next = merged.moved ? merged.register : register;
	const after = registerValue(field, next);
	const changed = !sameValue(field, before, after);
	const verdict = changed ? 'change' : merged.lost ? 'lost' : 'agree';
	const memory = { ...candidate, rule: merged.rule };
	return { field, verdict, before, after, offered: value, memory, register: next };
}

function mergeScalarField(
	input: MergeInput,
	field: string,
	value: ScalarValue,
	register: Register | undefined,
	{ candidate }: FieldEdit,
): FieldDecision | undefined {
	const current = register?.shape === 'scalar' ? register : undefined;
	const before = registerValue(field, register);
	const { wins, rule } = decide(input.rules, field, current?.memory, candidate);
	const memory = { ...candidate, rule };
	const agrees = current !== undefined && sameValue(field, before, value);
	const offer = { field, before, offered: value, memory };
	if (!wins) return agrees ? undefined : { ...offer, verdict: 'lost', after: before, register };
	const next: Register = { shape: 'scalar', value, memory };
	return { ...offer, verdict: agrees ? 'agree' : 'change', after: value, register: next };
}
