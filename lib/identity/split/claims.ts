/**
 * What one audit row says of a field, seen by itself: the claim that its event made, whatever it came to
 * beside the claims of others. Pure.
 */
import { compareEdits, type Memory } from '../../merge/clock';
import { joinRegisters } from '../../merge/join-registers';
import { settle } from '../../merge/policies';
import type { Claim, Register, ScalarRegister } from '../../merge/register';
import type { ListElement, ListRegister } from '../../merge/list-register';
import { fieldRuleSchema, type FieldRule, type Priorities } from '../../merge/rules';
import { isEmpty, listItemKey } from '../../model/canonical';
import type { ChangeEvent } from '../../model/event';
import type { EmailItem, ListField, ListItem, PhoneItem, ScalarValue } from '../../model/fields';
import type { StoredAuditRow } from '../../model/rows';

/** Rules that are a person's word, not a field's policy. */
const PERSONS = ['person', 'undo', 'decision'];

export function isPersons(rule: string | undefined): boolean {
	return PERSONS.includes(rule ?? '');
}

/** The policy that a memory or an audit row names; last write wins where it names none. */
function ruleNamed(name: string | undefined): FieldRule {
	const [policy = '', system] = (name ?? '').split(':');
	const known = ['sourcePriority', 'longest'].includes(policy) ? policy : 'lastWriteWins';
	const rule = policy === 'onlyFrom' && system ? { policy, system } : { policy: known };
	// Of no field in particular: what a policy may be used for was checked when the rule was made.
	const { system: only, ...rest } = { ...DEFAULT, ...rule } as FieldRule;
	return only === undefined ? rest : { ...rest, system: only };
}

const DEFAULT = fieldRuleSchema.parse({ field: '*' });

/** Undefined: nobody can tell any more what was offered. */
function scalarClaim(row: StoredAuditRow, priorities: Priorities): Claim | undefined {
	const register = row.register as Register | undefined;
	const said = register?.shape === 'scalar' ? [register, ...(register.others ?? [])] : [];
	const own = said.find(({ memory }) => memory.eventId === row.eventId);
	if (own !== undefined) return { value: own.value, memory: own.memory };
	const isBeaten = row.kind === 'lost' || row.kind === 'asked';
	const { offered } = (row.detail ?? {}) as { offered?: ScalarValue };
	const value = isBeaten ? offered : (row.after as ScalarValue | undefined);
	const { system, object, crmId, eventId, editedAt, rule = '', at: mergedAt } = row;
	if (value === undefined || !system || !object || !crmId || !eventId) return undefined;
	const priority = priorities[system] ?? 0;
	const times = { editedAt: editedAt ?? mergedAt, mergedAt };
	return { value, memory: { ...times, system, object, crmId, eventId, priority, rule } };
}

export function takeScalar(
	register: Register | undefined,
	row: StoredAuditRow,
	priorities: Priorities,
): Register | undefined {
	const current = register?.shape === 'scalar' ? register : undefined;
	const claim = scalarClaim(row, priorities);
	if (claim === undefined) return register;
	// It waits for an answer: what stands is kept, if anything does.
	if (row.kind === 'asked' && !isEmpty(current?.value)) return register;
	return settleClaim(current, claim);
}

export function settleClaim(
	current: ScalarRegister | undefined,
	claim: Claim,
): ScalarRegister | undefined {
	const { rule } = claim.memory;
	if (!isPersons(rule)) return settle(ruleNamed(rule), current, claim).register;
	const isLater = current === undefined || compareEdits(claim.memory, current.memory) >= 0;
	return isLater ? { shape: 'scalar', ...claim } : current;
}

/** With what one event said of the list, as the register after it tells. */
export function takeList(
	field: ListField,
	register: Register | undefined,
	row: StoredAuditRow,
	event: ChangeEvent | undefined,
): Register | undefined {
	const after = row.register as Register | undefined;
	if (after?.shape !== 'list') return register;
	const said = statements(after, ({ eventId }) => eventId === row.eventId);
	const joined = join(field, register, said);
	return event === undefined ? joined : withBeaten(field, joined, said, event);
}

/** The statements of a list that these memories made. */
export function statements(
	{ elements, primary }: ListRegister,
	isWanted: (memory: Memory) => boolean,
): ListRegister {
	const kept = elements.flatMap((element): ListElement[] => {
		const { key, kind, extension } = element;
		const adds = element.adds.filter(({ memory }) => isWanted(memory));
		const leaves = element.leaves.filter(({ memory }) => isWanted(memory));
		const cells = {
			...(kind !== undefined && isWanted(kind.memory) ? { kind } : {}),
			...(extension !== undefined && isWanted(extension.memory) ? { extension } : {}),
		};
		const isBare = adds.length + leaves.length + Object.keys(cells).length === 0;
		return isBare ? [] : [{ key, adds, leaves, ...cells }];
	});
	const chosen = primary !== undefined && isWanted(primary.memory) ? { primary } : {};
	return { shape: 'list', elements: kept, ...chosen };
}

/** Without the entries that these very statements hold already. */
export function joinNew(
	field: string,
	register: Register | undefined,
	said: ListRegister,
): Register | undefined {
	const elements = register?.shape === 'list' ? register.elements : [];
	const known = new Set(
		elements.flatMap(({ key, adds }) => adds.map(({ memory }) => `${key} ${memory.eventId}`)),
	);
	const fresh = said.elements.filter(
		({ key, adds }) => !adds.some(({ memory }) => known.has(`${key} ${memory.eventId}`)),
	);
	return join(field, register, { ...said, elements: fresh });
}

function join(
	field: string,
	register: Register | undefined,
	said: ListRegister,
): Register | undefined {
	if (said.elements.length === 0 && said.primary === undefined) return register;
	if (register === undefined) return said;
	return joinRegisters({ [field]: register }, { [field]: said })[field];
}

/** A kind or flag that was said and did not make it beside the word of another client's record. */
function withBeaten(
	field: ListField,
	register: Register | undefined,
	said: ListRegister,
	event: ChangeEvent,
): Register | undefined {
	const memory = said.elements.flatMap(({ adds }) => adds)[0]?.memory;
	if (register?.shape !== 'list' || memory === undefined) return register;
	const items = new Map(
		((event.fields[field] ?? []) as ListItem[]).map((item) => [listItemKey(field, item), item]),
	);
	const elements = register.elements.map((element) => {
		const item = items.get(element.key) as PhoneItem | undefined;
		const isNew = element.adds.some((add) => add.memory.eventId === event.eventId);
		if (item === undefined || !isNew) return element;
		const kind = element.kind ?? (item.kind ? { value: item.kind, memory } : undefined);
		const extension =
			element.extension ?? (item.extension ? { value: item.extension, memory } : undefined);
		return { ...element, ...(kind ? { kind } : {}), ...(extension ? { extension } : {}) };
	});
	const first = [...items].find(([, item]) => (item as EmailItem).primary === true);
	const primary = register.primary ?? (first ? { key: first[0], memory } : undefined);
	return { ...register, elements, ...(primary ? { primary } : {}) };
}
