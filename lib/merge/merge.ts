/**
 * Merges one change event into the registers of its entity: what changed *there* (event against
 * shadow) is decided field by field under its rule. Pure: state in, state and audit rows out.
 */
import { sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import { isUnknownReference } from '../model/objects';
import { isListField, type FieldValue, type ListField, type ScalarValue } from '../model/fields';
import type { ValueQuestion } from '../model/rows';
import { clampEditTime, type Memory } from './clock';
import { EMPTY_LIST, mergeList } from './list-merge';
import { registerValue, type Register, type Registers } from './register';
import { settle } from './policies';
import { ask, isToBeAsked, keepUp } from './questions';
import { decide, ruleFor, ruleName, rulesOf, type MergeRules } from './rules';
import { land, noteEdit, recall, see, seenAgain, type Shadow } from './shadow';
import { look, type FieldSight } from './sight';

/**
 * `change`: the value is new. `agree`: same value, set again later. `lost`: another value stood
 * against it. `asked`: it waits for a person's answer (policies `ask` and `custom`).
 */
export type FieldVerdict = 'change' | 'agree' | 'lost' | 'asked';

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
	/** Open questions about this entity's values, by field. */
	questions?: Questions;
	/** ms */
	now: number;
}

export interface MergeResult {
	registers: Registers;
	shadow: Shadow;
	decisions: FieldDecision[];
	/** Questions that were opened, replaced or closed (null), by field. */
	questions: Record<string, QuestionChange | null>;
	/** `superseded`: every field had since been seen or written anew. */
	outcome: 'applied' | 'noop' | 'superseded';
	/** Fields in which the record or its entity is not what it was: they may differ now. */
	moved: Set<string>;
	/** Fields that were edited to name a record which is not known yet, and when that was, ms. */
	unknown: Record<string, number>;
}

export type Questions = Readonly<Record<string, ValueQuestion>>;

export interface QuestionChange {
	/** Undefined: the question was asked under an earlier rule. */
	policy: 'ask' | 'custom' | undefined;
	/** True if there is a new candidate to be looked at. */
	isNew: boolean;
	value: ValueQuestion;
}

type Changed = Extract<FieldSight, { kind: 'changed' }>;

export function mergeEvent(given: MergeInput): MergeResult {
	const event = notAhead(given.event);
	const rules = rulesOf(given.rules, event.object);
	const input = { ...given, event, rules };
	const fields = { ...input.shadow?.fields };
	const registers = { ...input.registers };
	const decisions: FieldDecision[] = [];
	const questions: MergeResult['questions'] = {};
	const sights: Array<FieldSight['kind']> = [];
	const moved = new Set<string>();
	const unknown: MergeResult['unknown'] = {};
	const readAt = Date.parse(event.readAt);
	for (const [field, value] of Object.entries(event.fields)) {
		const known = fields[field];
		const sight = look(event, field, value, known, ruleFor(rules, field));
		sights.push(sight.kind);
		if (sight.kind !== 'stale' && sight.kind !== 'unchanged') moved.add(field);
		if (sight.kind === 'stale') continue;
		if (sight.kind === 'unchanged' && known !== undefined && known.inFlight === undefined) {
			fields[field] = seenAgain(known, value, readAt);
			continue;
		}
		// The shadow of this one field: what is noted below concerns no other.
		let shadow: Shadow = { fields: known === undefined ? {} : { [field]: known } };
		if (!sight.late) shadow = see(land(shadow, field, value, readAt), field, value, readAt);
		else if (sight.kind === 'echo' || sight.kind === 'changed') {
			shadow = recall(shadow, field, value, sight.shown);
		}
		// What names a record that is not known yet is shown by the record, and merged once it is known.
		const isUnknown = isUnknownReference(field, value);
		const candidate =
			sight.kind === 'changed' ? candidateMemory(input, sight, known?.editedAt) : undefined;
		if (candidate !== undefined && isUnknown) unknown[field] = candidate.editedAt;
		else if (candidate !== undefined) shadow = noteEdit(shadow, field, candidate.editedAt);
		Object.assign(fields, shadow.fields);
		if (sight.kind !== 'changed' || candidate === undefined || isUnknown) continue;
		const edit = { value, sight, candidate };
		const { decision, question } = mergeField(input, field, registers[field], edit);
		if (question !== undefined) questions[field] = question;
		if (decision === undefined) continue;
		if (decision.register !== undefined) registers[field] = decision.register;
		decisions.push(decision);
	}
	const superseded = sights.length > 0 && sights.every((kind) => kind === 'stale');
	const outcome = superseded ? 'superseded' : decisions.length > 0 ? 'applied' : 'noop';
	const shadow = { ...input.shadow, fields };
	return { registers, shadow, decisions, questions, outcome, moved, unknown };
}

/**
 * What was received by now was not read later (of a stream: not committed later), whatever the
 * vendor's clock says: a time from the future would make all that is read before it look stale.
 */
function notAhead(event: ChangeEvent): ChangeEvent {
	if (Date.parse(event.readAt) <= Date.parse(event.receivedAt)) return event;
	return { ...event, readAt: event.receivedAt };
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
	value: FieldValue;
	sight: Changed;
	candidate: Memory;
}

interface FieldMerge {
	decision?: FieldDecision;
	question?: QuestionChange | null;
}

function mergeField(
	input: MergeInput,
	field: string,
	register: Register | undefined,
	edit: FieldEdit,
): FieldMerge {
	const { policy } = ruleFor(input.rules, field);
	const asks = policy === 'ask' || policy === 'custom';
	if (asks && register !== undefined && isToBeAsked(field, register)) {
		return askFirst(input, field, policy, register, edit);
	}
	const decision = isListField(field)
		? mergeListField(input, field, register, edit)
		: mergeScalarField(input, field, register, edit);
	const open = input.questions?.[field];
	if (open === undefined || decision?.verdict !== 'change' || decision.register === undefined) {
		return { decision };
	}
	const value = keepUp(field, decision.register, open);
	const question = value && { policy: undefined, isNew: false, value };
	return { decision, question };
}

/** What stands is kept; what was offered is put to a person. */
function askFirst(
	input: MergeInput,
	field: string,
	policy: 'ask' | 'custom',
	register: Register,
	edit: FieldEdit,
): FieldMerge {
	const { rules, questions } = input;
	const { value: offered, candidate, sight } = edit;
	const offer = { value: offered, memory: candidate, diff: sight.diff };
	const asked = ask(field, register, offer, questions?.[field], rules.priorities);
	const before = registerValue(field, register);
	const memory = { ...candidate, rule: policy };
	const kept = { field, before, after: before, offered, memory, register };
	if (asked.kind === 'older') return { decision: { ...kept, verdict: 'lost' } };
	if (asked.kind === 'asked') {
		const question = { policy, isNew: true, value: asked.question };
		return { decision: { ...kept, verdict: 'asked' }, question };
	}
	const closed = questions?.[field] === undefined ? {} : { question: null };
	if (isListField(field)) return { ...closed, decision: { ...kept, verdict: 'agree' } };
	return { ...closed, decision: mergeScalarField(input, field, register, edit) };
}

function mergeListField(
	input: MergeInput,
	field: ListField,
	register: Register | undefined,
	{ value, sight: { diff }, candidate }: FieldEdit,
): FieldDecision | undefined {
	const before = registerValue(field, register);
	const current = register?.shape === 'list' ? register : EMPTY_LIST;
	const decideEntry = (memory: Memory | undefined) => decide(input.rules, field, memory, candidate);
	const merged = mergeList(field, current, diff, candidate, decideEntry);
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
	register: Register | undefined,
	{ value, candidate }: FieldEdit,
): FieldDecision | undefined {
	const current = register?.shape === 'scalar' ? register : undefined;
	const before = registerValue(field, register);
	const rule = ruleFor(input.rules, field);
	const offer = { value: value as ScalarValue, memory: candidate };
	const { wins, register: next } = settle(rule, current, offer);
	const after = registerValue(field, next);
	const isSame = current !== undefined && sameValue(field, before, after);
	const agrees = current !== undefined && sameValue(field, before, value);
	if (!wins && agrees && next === current) return undefined;
	const verdict = !isSame && next !== current ? 'change' : agrees ? 'agree' : 'lost';
	const memory = { ...candidate, rule: ruleName(rule) };
	return { field, verdict, before, after, offered: value, memory, register: next ?? register };
}
