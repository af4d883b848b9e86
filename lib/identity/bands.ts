/** What a score means: linked by itself, a question to a person, or another client. */
import type { Evidence } from '../model/rows';
import type { ComparedField } from './compare/comparison';
import type { FieldWeight, Match } from './match';
import type { Limit } from './rules';

export interface Thresholds {
	/** At or above: linked by itself. */
	link: number;
	/** At or above: a person is asked. Below: another client. */
	review: number;
}

/** 0.95: 17.2 bits, one chance in twenty; 0.1: 9.8 bits. */
export const DEFAULT_THRESHOLDS: Thresholds = { link: 0.95, review: 0.1 };

export type Band = 'link' | 'review' | 'below';

/** Whatever the score: a rule may leave it to a person, or forbid it. */
export function bandOf(
	match: { probability: number; limit?: Limit | undefined },
	thresholds: Thresholds,
): Band {
	const { probability } = match;
	if (probability < thresholds.review) return 'below';
	// Asked for last: to find the limit costs as much as the score.
	const { limit } = match;
	if (limit === 'never') return 'below';
	return limit === 'review' || probability < thresholds.link ? 'review' : 'link';
}

const KINDS: Partial<Record<ComparedField, string>> = {
	externalKeys: 'external-key',
	taxId: 'tax-id',
	emails: 'email',
	phones: 'phone',
	birthDate: 'birth-date',
	companyName: 'company',
	street: 'address',
	postalCode: 'address',
	city: 'address',
};
/** What names a client by itself says more than what weighs most. */
const STRONG: readonly string[] = ['externalKeys', 'taxId', 'emails', 'phones'];

export function evidenceOf({ probability, bits, fields, rules }: Match): Evidence {
	return {
		by: KINDS[strongest(fields)] ?? 'name',
		score: Math.round(probability * 1000) / 1000,
		bits: Math.round(bits * 10) / 10,
		fields,
		...(rules.length === 0 ? {} : { rules }),
	};
}

function strongest(fields: readonly FieldWeight[]): ComparedField {
	const speaking = fields.filter(({ weight }) => weight > 0);
	const strong = STRONG.flatMap((name) =>
		speaking.filter(({ field, agreement }) => field === name && agreement === 'same'),
	);
	const [first] = [...strong, ...speaking.sort((a, b) => b.weight - a.weight)];
	return first?.field ?? 'lastName';
}
