/** What every normaliser answers. */

/** Why a value is doubtful; it is never changed on a mere suspicion. */
export interface Problem {
	/** Stands in rules and reports, e.g. `email-domain`. */
	code: string;
	/** A sentence part for a person, without the value: "has no @". */
	message: string;
	/** What was probably meant. */
	suggestion?: string;
}

export interface Normalised<T = string> {
	value: T;
	changed: boolean;
	problem?: Problem;
}

export type Normalise = (value: string, options?: NormaliseOptions) => Normalised;

export interface NormaliseOptions {
	/** ISO 3166-1 alpha-2; what a value without a country is read as. */
	country?: string;
	/** How `4/3/1961` is read: month first (United States) or day first. */
	dateOrder?: 'monthFirst' | 'dayFirst';
	/** States and countries as ISO codes (`ME`, `US`) or as names (`Maine`, `United States`). */
	regions?: 'code' | 'name';
	/** For a postal code: the state it belongs to, if known. */
	state?: string;
}

export const HOME = 'US';

export function normalised(before: string, after: string, problem?: Problem): Normalised {
	const result: Normalised = { value: after, changed: after !== before };
	return problem === undefined ? result : { ...result, problem };
}

/** Left as it was typed. */
export function doubtful(before: string, code: string, message: string, suggestion?: string) {
	const problem: Problem = { code, message, ...(suggestion !== undefined && { suggestion }) };
	return normalised(before, before, problem);
}
