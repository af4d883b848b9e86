/** The normalisers by the name of the format that rules and panels use. */
import { canonicalText } from '../../model/canonical-text';
import { normaliseEmail, normalisePhone } from './contact-points';
import { normaliseDate } from './dates';
import { normaliseName, normaliseSuffix, normaliseTitle } from './names';
import { normalised, type Normalise } from './normalised';
import { normaliseCountry, normalisePostalCode, normaliseState } from './regions';

export const FORMATS = [
	'country',
	'date',
	'email',
	'name',
	'phone',
	'postalCode',
	'state',
	'suffix',
	'text',
	'title',
] as const;
export type Format = (typeof FORMATS)[number];

/** What is left of a text: one Unicode form, no blanks at its ends, single ones between words. */
const normaliseText: Normalise = (value) => normalised(value, canonicalText(value));

export const NORMALISERS: Record<Format, Normalise> = {
	country: normaliseCountry,
	date: normaliseDate,
	email: normaliseEmail,
	name: normaliseName,
	phone: normalisePhone,
	postalCode: normalisePostalCode,
	state: normaliseState,
	suffix: normaliseSuffix,
	text: normaliseText,
	title: normaliseTitle,
};

export type { Normalise, Normalised, NormaliseOptions, Problem } from './normalised';
export {
	normaliseCountry,
	normaliseDate,
	normaliseEmail,
	normaliseName,
	normalisePhone,
	normalisePostalCode,
	normaliseState,
	normaliseSuffix,
	normaliseTitle,
};
export { countryCode } from './regions';
export { partTitles, splitFullName, type NameParts } from './names';
