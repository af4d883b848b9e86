/**
 * Which of the values that were offered for one scalar field stands, under the field's policy. Pure,
 * and independent of the order in which edits of different records arrive.
 *
 * | policy | the value that stands |
 * |---|---|
 * | `lastWriteWins` | of the latest edit, also if that cleared the field |
 * | `onlyFrom` | of the latest edit of the named system |
 * | `sourcePriority` | each record's latest word counts; of those that are values, that of the highest system, equals by time. A system that clears its value lets the lower ones in; clearing never beats a value |
 * | `longest` | the longest text ever offered, equals by time. A shorter later text does not win, and clearing is the shortest of all: a text is shortened or cleared at the desk |
 *
 * A person's word (see person-edit.ts) stands until a later edit would have won against it.
 */
import { canonicalText, isEmpty } from '../model/canonical';
import type { ScalarValue } from '../model/fields';
import { compareByPriority, compareEdits, DESK_SYSTEM, type Memory } from './clock';
import type { Claim, ScalarRegister } from './register';
import { byOrigin, ruleName, type FieldRule } from './rules';

export interface Settled {
	/** True if the offered value is what stands now. */
	wins: boolean;
	/** Undefined only if nothing was taken into an empty register. */
	register: ScalarRegister | undefined;
}

/** Words of other records that are remembered under `sourcePriority`. */
const MAX_OTHERS = 20;

export function settle(
	rule: FieldRule,
	current: ScalarRegister | undefined,
	offer: Claim,
): Settled {
	const named = { ...offer, memory: { ...offer.memory, rule: ruleName(rule) } };
	if (rule.policy === 'sourcePriority') return bySource(current, named);
	const allowed = byOrigin(rule, current?.memory, offer.memory);
	const wins = allowed ?? (current === undefined || isLater(rule, current, named));
	return { wins, register: wins ? { shape: 'scalar', ...named } : current };
}

function isLater(rule: FieldRule, current: ScalarRegister, offer: Claim): boolean {
	const byTime = compareEdits(offer.memory, current.memory);
	if (rule.policy !== 'longest') return byTime >= 0;
	const byLength = lengthOf(offer.value) - lengthOf(current.value);
	if (current.memory.system === DESK_SYSTEM) return byTime > 0 && byLength >= 0;
	return byLength === 0 ? byTime >= 0 : byLength > 0;
}

function lengthOf(value: ScalarValue): number {
	return value === null ? 0 : canonicalText(String(value)).length;
}

/** Each record's latest word is kept, so that the next one is there when the highest clears its own. */
function bySource(current: ScalarRegister | undefined, offer: Claim): Settled {
	const claims = current === undefined ? [] : [claimOf(current), ...(current.others ?? [])];
	const own = claims.find(({ memory }) => recordOf(memory) === recordOf(offer.memory));
	if (own !== undefined && compareEdits(offer.memory, own.memory) < 0) {
		return { wins: false, register: current };
	}
	const ranked = [offer, ...claims.filter((claim) => claim !== own)].sort(
		(a, b) => compareClaims(b, a) || Number(b === offer) - Number(a === offer),
	);
	const [best = offer, ...rest] = ranked;
	// A person's word that was beaten is not to come back by itself.
	const others = rest
		.filter(({ memory }) => memory.system !== DESK_SYSTEM)
		.slice(0, MAX_OTHERS)
		.sort((a, b) => (recordOf(a.memory) < recordOf(b.memory) ? -1 : 1));
	const register: ScalarRegister = { shape: 'scalar', ...best };
	if (others.length > 0) register.others = others;
	return { wins: best === offer, register };
}

function claimOf({ value, memory }: ScalarRegister): Claim {
	return { value, memory };
}

/** A value before none (a person's none counts as a value), then the higher system, then the later word. */
function compareClaims(a: Claim, b: Claim): number {
	const says = ({ value, memory }: Claim) =>
		Number(!isEmpty(value) || memory.system === DESK_SYSTEM);
	return says(a) - says(b) || compareByPriority(a.memory, b.memory);
}

function recordOf({ system, object, crmId }: Memory): string {
	return `${system}/${object}/${crmId}`;
}
