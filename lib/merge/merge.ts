/**
 * Merges one change event into the registers of its entity: what changed *there* (event against
 * shadow) is decided field by field under its rule. Pure: state in, state and audit rows out.
 */
import { isEmpty, listItemKey, sameAttributes, sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import {
	isListField,
	type FieldValue,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../model/fields';
import { diffList, isEmptyDiff, type ListDiff } from '../model/list-diff';
import { clampEditTime, type Memory } from './clock';
import { EMPTY_LIST, mergeList } from './list-merge';
import { registerValue, type Register, type Registers } from './register';
import { decide, ruleFor, type MergeRules } from './rules';
import { see, type Shadow, type ShadowField } from './shadow';

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
}

type FieldSight =
	| { kind: 'unchanged' | 'echo' | 'stale' | 'empty' }
	| { kind: 'changed'; diff?: ListDiff; window: { after?: number } };

export function mergeEvent(input: MergeInput): MergeResult {
	let shadow = input.shadow ?? { fields: {} };
	const registers = { ...input.registers };
	const decisions: FieldDecision[] = [];
	const sights: string[] = [];
	const readAt = Date.parse(input.event.readAt);
	for (const [field, value] of Object.entries(input.event.fields)) {
		const sight = look(input, field, value, shadow.fields[field]);
		sights.push(sight.kind);
		if (sight.kind === 'stale') continue;
		shadow = see(shadow, field, value, readAt);
		if (sight.kind !== 'changed') continue;
		const decision = mergeField(input, field, value, registers[field], sight);
		if (decision === undefined) continue;
		if (decision.register !== undefined) registers[field] = decision.register;
		decisions.push(decision);
	}
	const superseded = sights.length > 0 && sights.every((kind) => kind === 'stale');
	const outcome = superseded ? 'superseded' : decisions.length > 0 ? 'applied' : 'noop';
	return { registers, shadow, decisions, outcome };
}

/** What does the event tell us about this field, before any rule is asked? */
function look(
	{ event, rules }: MergeInput,
	field: string,
	value: FieldValue,
	known: ShadowField | undefined,
): FieldSight {
	const readAt = Date.parse(event.readAt);
	// The record has been seen or written since this read began: what it tells is old.
	if (event.kind === 'snapshot' && known !== undefined && readAt < known.seenAt)
		return { kind: 'stale' };
	if (known === undefined && isEmpty(value)) return { kind: 'empty' };
	if (known !== undefined && sameValue(field, known.value, value)) return { kind: 'unchanged' };
	const own = [...(known?.inFlight ?? []), ...(event.ownWrite ? (known?.written ?? []) : [])];
	if (own.some((sent) => sameValue(field, sent, value))) return { kind: 'echo' };
	if (value === '' && event.kind === 'snapshot' && ruleFor(rules, field).emptyNeverOverwrites) {
		return { kind: 'empty' };
	}
	const window = { after: lastSeenBefore(event, known) };
	if (!isListField(field)) return { kind: 'changed', window };
	const diff = withoutOwnWrites(field, listChange(field, known, value), own);
	return isEmptyDiff(diff) ? { kind: 'echo' } : { kind: 'changed', diff, window };
}

function listChange(field: ListField, known: ShadowField | undefined, value: FieldValue): ListDiff {
	return diffList(field, (known?.value ?? []) as ListItem[], (value ?? []) as ListItem[]);
}

/** A write of several calls (Redtail) may be seen half done: those steps are ours too. */
function withoutOwnWrites(field: ListField, diff: ListDiff, own: FieldValue[]): ListDiff {
	if (own.length === 0) return diff;
	const lists = own.map((sent) => (Array.isArray(sent) ? sent : []));
	const sent = (item: ListItem) =>
		lists.some((list) =>
			list.some(
				(ours) =>
					listItemKey(field, ours) === listItemKey(field, item) &&
					sameAttributes(field, ours, item),
			),
		);
	const dropped = (item: ListItem) =>
		lists.some(
			(list) => !list.some((ours) => listItemKey(field, ours) === listItemKey(field, item)),
		);
	return {
		added: diff.added.filter((item) => !sent(item)),
		changed: diff.changed.filter(({ to }) => !sent(to)),
		removed: diff.removed.filter((item) => !dropped(item)),
	};
}

/** A stream's commit time is exact; a polled time is bounded below by when the old value was last seen. */
function lastSeenBefore(event: ChangeEvent, known: ShadowField | undefined): number | undefined {
	if (event.kind === 'delta' || known === undefined) return undefined;
	const unchanged = event.unchangedUntil === undefined ? 0 : Date.parse(event.unchangedUntil);
	const after = Math.max(known.seenAt, unchanged);
	return after === 0 ? undefined : after;
}

function candidateMemory({ event, now }: MergeInput, after: number | undefined): Memory {
	return {
		editedAt: clampEditTime({
			vendor: Date.parse(event.editedAt),
			after,
			until: Date.parse(event.receivedAt),
		}),
		system: event.system,
		object: event.object,
		crmId: event.crmId,
		eventId: event.eventId,
		rule: '',
		mergedAt: now,
	};
}

function mergeField(
	input: MergeInput,
	field: string,
	value: FieldValue,
	register: Register | undefined,
	sight: Extract<FieldSight, { kind: 'changed' }>,
): FieldDecision | undefined {
	const candidate = candidateMemory(input, sight.window.after);
	const before = registerValue(field, register);
	if (isListField(field)) {
		const current = register?.shape === 'list' ? register : EMPTY_LIST;
		const ask = (memory: Memory | undefined) => decide(input.rules, field, memory, candidate);
		const merged = mergeList(
			field,
			current,
			sight.diff ?? listChange(field, undefined, value),
			candidate,
			ask,
		);
		const after = registerValue(field, merged.register);
		const memory = { ...candidate, rule: merged.rule };
		const changed = !sameValue(field, before, after);
		if (!changed && !merged.lost && register !== undefined) return undefined;
		const verdict: FieldVerdict = changed ? 'change' : merged.lost ? 'lost' : 'agree';
		return { field, verdict, before, after, offered: value, memory, register: merged.register };
	}
	const { wins, rule } = decide(
		input.rules,
		field,
		register?.shape === 'scalar' ? register.memory : undefined,
		candidate,
	);
	const memory = { ...candidate, rule };
	if (!wins)
		return { field, verdict: 'lost', before, after: before, offered: value, memory, register };
	const next: Register = { shape: 'scalar', value: value as ScalarValue, memory };
	const agrees = register !== undefined && sameValue(field, before, value);
	return {
		field,
		verdict: agrees ? 'agree' : 'change',
		before,
		after: value,
		offered: value,
		memory,
		register: next,
	};
}
