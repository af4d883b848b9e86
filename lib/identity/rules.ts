/**
 * What no score may outweigh. Each rule limits the outcome for a pair: `review`, a person decides at
 * best; `never`, they are two clients whatever agrees. Its sentence goes to the reviewer.
 */
import type { ComparedField } from './compare/comparison';

export type Limit = 'review' | 'never';

export interface Ruling {
	rule: string;
	limit: Limit;
	sentence: string;
	/** What speaks against it; another record of the client may agree there. */
	field?: ComparedField;
	/** Does not stand where one record of the client bears the same tax id or external key. */
	unlessIdentified?: true;
	/** Nothing speaks against it, there is only too little for it: another record of the client may have more. */
	isLack?: true;
}

export interface RuleOptions {
	/**
	 * What another tax id means: `review`, never linked without a person (a typing error only weighs
	 * against it); `weigh`, it weighs against it like any other difference.
	 */
	otherTaxId: 'review' | 'weigh';
}

export const DEFAULT_RULE_OPTIONS: RuleOptions = { otherTaxId: 'review' };

/** Field -> level of agreement. */
export type Levels = Partial<Record<ComparedField, string>>;

interface Rule extends Ruling {
	applies: (levels: Levels, options: RuleOptions) => boolean;
}

/** Does what agrees name one person by itself? */
export function isIdentified({ taxId, externalKeys }: Levels): boolean {
	return taxId === 'same' || externalKeys === 'same';
}

const SAME_FIRST = ['same', 'short form', 'part', 'initial'];

const RULES: readonly Rule[] = [
	{
		rule: 'other external key',
		limit: 'review',
		field: 'externalKeys',
		sentence: 'One issuer knows them under different keys.',
		applies: ({ externalKeys }) => externalKeys === 'differs',
	},
	{
		rule: 'other tax id',
		limit: 'review',
		field: 'taxId',
		sentence: 'Their tax ids differ by more than a typing error.',
		applies: ({ taxId }, { otherTaxId }) => otherTaxId === 'review' && taxId === 'differs',
	},
	{
		rule: 'other generation',
		limit: 'never',
		unlessIdentified: true,
		field: 'suffix',
		sentence: 'One is Jr. where the other is Sr.: parent and child.',
		applies: (levels) => levels.suffix === 'differs',
	},
	{
		rule: 'other first name',
		limit: 'never',
		unlessIdentified: true,
		field: 'firstName',
		sentence: 'They have different first names: two members of one household.',
		applies: (levels) =>
			levels.firstName === 'differs' && levels.birthDate !== 'same' && levels.emails !== 'same',
	},
	{
		rule: 'other first name',
		limit: 'review',
		unlessIdentified: true,
		field: 'firstName',
		sentence: 'They have different first names, as spouses or twins have.',
		applies: (levels) => levels.firstName === 'differs',
	},
	{
		rule: 'other last name',
		limit: 'never',
		unlessIdentified: true,
		field: 'lastName',
		sentence: 'They have different last names, and nothing of their own in common.',
		applies: (levels) =>
			levels.lastName === 'differs' &&
			[levels.birthDate, levels.emails, levels.phones].every((level) => level !== 'same'),
	},
	{
		rule: 'other last name',
		limit: 'review',
		unlessIdentified: true,
		field: 'lastName',
		sentence: 'They have different last names; somebody may have married, or it is somebody else.',
		applies: (levels) => levels.lastName === 'differs' && levels.birthDate !== 'same',
	},
	{
		rule: 'first names only alike',
		limit: 'review',
		unlessIdentified: true,
		isLack: true,
		sentence: 'Their first names are only alike (Paul and Paula), and no birth date agrees.',
		applies: (levels) =>
			['typo', 'similar'].includes(levels.firstName ?? '') &&
			!['same', 'typo', 'close'].includes(levels.birthDate ?? ''),
	},
	{
		rule: 'other middle name',
		limit: 'review',
		unlessIdentified: true,
		field: 'middleName',
		sentence: 'Their middle names differ, and no birth date agrees.',
		applies: (levels) => levels.middleName === 'differs' && levels.birthDate !== 'same',
	},
	{
		rule: 'other birth date',
		limit: 'review',
		unlessIdentified: true,
		field: 'birthDate',
		sentence: 'Their birth dates are a generation apart: parent and child may have one name.',
		applies: (levels) => levels.birthDate === 'differs',
	},
	{
		rule: 'name alone',
		limit: 'review',
		isLack: true,
		sentence:
			'Nothing but the name agrees, or what many share beside it (place, company, an e-mail made of the name).',
		applies: (levels) => !hasMoreThanName(levels),
	},
	{
		rule: 'no name agrees',
		limit: 'review',
		unlessIdentified: true,
		isLack: true,
		sentence: 'No name agrees, only what a household or an office shares.',
		applies: (levels) => !hasName(levels) && levels.birthDate !== 'same',
	},
];

/** What says more than a name does; the levels at which it does. */
const BESIDE_NAME: Partial<Record<ComparedField, readonly string[]>> = {
	birthDate: ['same', 'typo', 'close'],
	// One that is only alike is made of the name, more often than not.
	emails: ['same'],
	phones: ['same'],
	street: ['same', 'typo'],
	taxId: ['same'],
	externalKeys: ['same'],
};

function hasMoreThanName(levels: Levels): boolean {
	// A slip in the address that the names do not explain, or in one place: weak alone, not together.
	if (levels.emails === 'typo' && (hasSameName(levels) || isNear(levels))) return true;
	return (Object.keys(BESIDE_NAME) as ComparedField[]).some(
		(field) => BESIDE_NAME[field]?.includes(levels[field] ?? '') ?? false,
	);
}

function hasSameName({ firstName, lastName }: Levels): boolean {
	return firstName === 'same' && lastName === 'same';
}

function isNear({ city, postalCode }: Levels): boolean {
	return [city, postalCode].some((level) => level === 'same' || level === 'typo');
}

function hasName({ firstName, lastName, name }: Levels): boolean {
	if (name !== undefined) return name === 'same' || name === 'typo';
	const first = SAME_FIRST.includes(firstName ?? '') || firstName === 'typo';
	const last = ['same', 'part', 'typo'].includes(lastName ?? '');
	return first || last;
}

const DISAGREEMENT: ReadonlySet<string> = new Set(['differs', 'unlike', 'similar']);

/** Is this level an agreement, be it with a slip? */
export function agrees(level: string): boolean {
	return !DISAGREEMENT.has(level);
}

/** All rules that limit this pair. */
export function rulings(levels: Levels, options: RuleOptions): Ruling[] {
	const isSure = isIdentified(levels);
	return RULES.filter(
		(rule) => !(rule.unlessIdentified && isSure) && rule.applies(levels, options),
	).flatMap((rule) => RULINGS.get(rule) ?? []);
}

/** What each rule says, as it stands in evidence. */
const RULINGS = new Map(RULES.map((rule) => [rule, rulingOf(rule)]));

function rulingOf(rule: Rule): Ruling {
	const { applies, ...ruling } = rule;
	void applies;
	return ruling;
}

/** A person is no organisation, and a household none of its members. */
export function differentKinds(mine: string, theirs: string): Ruling[] {
	if (mine === '' || theirs === '' || mine === theirs) return [];
	const sentence = `One is a ${mine}, the other a ${theirs}.`;
	return [{ rule: 'other kind', limit: 'never', sentence }];
}
