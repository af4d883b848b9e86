/** One rule and one text: does it hold, and what would repair it? Pure. */
import { canonicalText } from '../../model/canonical-text';
import { NORMALISERS, type NormaliseOptions, type Normalised } from '../normalise';
import { dayOf } from './days';
import type { Rule } from './rule-set';

/** Undefined: it holds. The sentence part says what is wrong without the value. */
export type Breach = { message: string; repaired?: string } | undefined;

export interface ValueContext extends NormaliseOptions {
	/** ms */
	now: number;
}

/** Longer texts are not put to a pattern: a slow one would hold up the whole process. */
const MAX_MATCHED = 2_000;

export function breachOf(rule: Rule, text: string, context: ValueContext): Breach {
	switch (rule.check) {
		case 'required':
			return undefined;
		case 'format':
			return formatBreach(NORMALISERS[rule.format](text, context));
		case 'allowed':
			return allowedBreach(rule.values, text);
		case 'pattern': {
			const holds = text.length <= MAX_MATCHED && new RegExp(rule.pattern, 'u').test(text);
			return holds ? undefined : { message: 'does not have the form that is asked for' };
		}
		case 'length':
			return lengthBreach(rule, [...text].length);
		case 'dateRange':
			return dateBreach(rule, text, context);
	}
}

function formatBreach({ value, changed, problem }: Normalised): Breach {
	if (problem !== undefined) return { message: problem.message };
	return changed ? { message: 'is not in its usual form', repaired: value } : undefined;
}

const MAX_NAMED = 8;

function allowedBreach(values: readonly string[], text: string): Breach {
	if (values.includes(text)) return undefined;
	const fold = (one: string) =>
		canonicalText(one)
			.toLowerCase()
			.replace(/[^\p{Letter}\p{Number}]/gu, '');
	const meant = values.filter((one) => fold(one) === fold(text));
	const named = values.slice(0, MAX_NAMED).join(', ');
	const more = values.length > MAX_NAMED ? ` and ${values.length - MAX_NAMED} more` : '';
	const message = `is none of the allowed values (${named}${more})`;
	return meant.length === 1 ? { message, repaired: meant[0] } : { message };
}

function lengthBreach({ min = 0, max = Infinity }: { min?: number; max?: number }, size: number) {
	if (size < min) return { message: `is shorter than ${min} characters` };
	return size > max ? { message: `is longer than ${max} characters` } : undefined;
}

function dateBreach(
	{ earliest, latest }: { earliest?: string; latest?: string },
	text: string,
	context: ValueContext,
): Breach {
	const { value, problem } = NORMALISERS.date(text, context);
	if (problem !== undefined && problem.code !== 'date-placeholder') {
		return { message: problem.message };
	}
	const [from, until] = [earliest, latest].map((day) => day && dayOf(day, context.now));
	if (from !== undefined && value < from) return { message: `is before ${from}` };
	return until !== undefined && value > until ? { message: `is after ${until}` } : undefined;
}
