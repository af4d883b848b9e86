/** Is this record that client? Compared with every record of the client; the best pair counts. Pure. */
import type { ComparedField } from './compare/comparison';
import type { FoldedProfile } from './compare/profile';
import { levelsOf, Scored, type FieldWeight, type Match, type MatchOptions } from './match';
import { agrees, isIdentified, type Limit, type Ruling } from './rules';

/**
 * What speaks against a client: told by any of its records, unless another one of them agrees on that
 * field. A client may be known under two tax ids; a record with a third one is a question.
 */
export interface Objections {
	rulings: readonly Ruling[];
	agreed: ReadonlySet<ComparedField>;
	/** One of its records bears the same tax id or external key. */
	isIdentified: boolean;
}

/** The best pair, with the rules that stand against the client as a whole. */
export interface Assessment extends Match {
	limit: Limit | undefined;
	objections: Objections;
}

/** `undefined` if nothing is known of the client. */
export function assess(
	record: FoldedProfile,
	members: readonly FoldedProfile[],
	options: MatchOptions,
): Assessment | undefined {
	const matches = members.map((member) => new Scored(record, member, options));
	const [first, ...others] = matches;
	if (first === undefined) return undefined;
	const best = others.reduce((one, other) => (other.bits > one.bits ? other : one), first);
	return new Assessed(best, matches);
}

/** What speaks against a client is gathered when somebody asks. */
class Assessed implements Assessment {
	readonly bits: number;
	readonly probability: number;
	readonly fields: FieldWeight[];
	private gathered?: Objections;
	private standingRules?: Ruling[];

	constructor(
		private readonly best: Scored,
		private readonly matches: readonly Scored[],
	) {
		({ bits: this.bits, probability: this.probability, fields: this.fields } = best);
	}

	get objections(): Objections {
		this.gathered ??= {
			rulings: this.matches.flatMap(({ rules }) => rules.filter(({ isLack }) => isLack !== true)),
			agreed: new Set(this.matches.flatMap(({ fields }) => agreedFields(fields))),
			isIdentified: this.matches.some(({ fields }) => isIdentified(levelsOf(fields))),
		};
		return this.gathered;
	}

	get rules(): Ruling[] {
		this.standingRules ??= [
			...this.best.rules.filter(({ isLack }) => isLack === true),
			...standing([this.objections]),
		];
		return this.standingRules;
	}

	get limit(): Limit | undefined {
		return limitOf(this.rules);
	}
}

function agreedFields(fields: Match['fields']): ComparedField[] {
	return fields.filter(({ agreement }) => agrees(agreement)).map(({ field }) => field);
}

/** Rulings that nothing on these sides answers, each once. */
export function standing(sides: readonly Objections[]): Ruling[] {
	const found = new Map<string, Ruling>();
	const isSure = sides.some((side) => side.isIdentified);
	for (const ruling of sides.flatMap(({ rulings }) => rulings)) {
		const { field, rule, limit, unlessIdentified } = ruling;
		const isAnswered =
			(isSure && unlessIdentified === true) ||
			(field !== undefined && sides.some(({ agreed }) => agreed.has(field)));
		if (!isAnswered) found.set(`${rule}/${limit}`, ruling);
	}
	return [...found.values()];
}

export function limitOf(rules: readonly Ruling[]): Limit | undefined {
	if (rules.some(({ limit }) => limit === 'never')) return 'never';
	return rules.length > 0 ? 'review' : undefined;
}
