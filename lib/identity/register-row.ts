/** The audit row of a register that a merge or a split of entities has changed. */
import { memoriesOf, registerValue, type Register } from '../merge/register';
import { sameValue } from '../model/canonical';
import type { AuditRow } from '../model/rows';

export interface RegisterChange {
	entityId: string;
	field: string;
	before: Register | undefined;
	after: Register | undefined;
	rule: string;
	cause: string;
	/** ms */
	now: number;
	run?: string;
}

/** `change`, or `agree` where the value is the same and only its memory is another one. */
export function registerRow(change: RegisterChange): AuditRow {
	const { entityId, field, before, after, rule, cause, now, run } = change;
	const [was, is] = [registerValue(field, before), registerValue(field, after)];
	const [memory] = after?.shape === 'scalar' ? memoriesOf(after) : [];
	const origin = memory && { system: memory.system, object: memory.object, crmId: memory.crmId };
	return {
		at: now,
		kind: sameValue(field, was, is) ? 'agree' : 'change',
		entityId,
		field,
		...origin,
		eventId: memory?.eventId,
		run,
		before: was,
		after: is,
		rule,
		editedAt: memory?.editedAt,
		register: after,
		detail: { cause },
	};
}
