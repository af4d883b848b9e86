/**
 * Comparing two records field by field. A comparison names the level of agreement, never the values,
 * so that it can stand in evidence, reviews and logs. Missing on either side: no comparison.
 */
/** Every field that is compared, and the levels of agreement that it knows, best first. */
const LEVELS = {
	firstName: ['same', 'short form', 'part', 'typo', 'initial', 'similar', 'differs'],
	lastName: ['same', 'part', 'typo', 'similar', 'differs'],
	nameOrder: ['swapped'],
	middleName: ['same', 'initial', 'differs'],
	suffix: ['same', 'differs'],
	name: ['same', 'typo', 'similar', 'differs'],
	companyName: ['same', 'similar', 'differs'],
	birthDate: ['same', 'typo', 'close', 'unlike', 'differs'],
	emails: ['same', 'typo', 'local part', 'differs'],
	phones: ['same', 'typo', 'differs'],
	streetNumber: ['same', 'typo', 'differs'],
	/** `other number`: another house in a street of that name. */
	street: ['same', 'typo', 'other number', 'differs'],
	street2: ['same', 'typo', 'differs'],
	city: ['same', 'typo', 'differs'],
	postalCode: ['same', 'typo', 'differs'],
	state: ['same', 'differs'],
	taxId: ['same', 'typo', 'differs'],
	externalKeys: ['same', 'differs'],
} as const satisfies Record<string, readonly string[]>;

export type ComparedField = keyof typeof LEVELS;

export interface Comparison {
	field: ComparedField;
	level: string;
	/** Of an agreement whose weight depends on how common the value is: the value's key. */
	valueKey?: string;
}

export function comparison<Field extends ComparedField>(
	field: Field,
	level: (typeof LEVELS)[Field][number],
	valueKey?: string,
): Comparison {
	return valueKey === undefined ? PLAIN[field][level]! : { field, level, valueKey };
}

/** One object for each field and level: a pair has a dozen of them, and a batch thousands of pairs. */
const PLAIN = Object.fromEntries(
	Object.entries(LEVELS).map(([field, levels]) => {
		const entries = levels.map((level) => [level, { field, level }]);
		return [field, Object.fromEntries(entries)];
	}),
) as Record<ComparedField, Record<string, Comparison>>;

/** The better of two levels of one field. */
export function isBetter(field: ComparedField, level: string, than: string): boolean {
	const levels = LEVELS[field] as readonly string[];
	return levels.indexOf(level) < levels.indexOf(than);
}
