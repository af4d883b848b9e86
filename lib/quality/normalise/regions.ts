/** States of the United States, countries and postal codes. */
import { getCountries } from 'libphonenumber-js';
import { canonicalText } from '../../model/canonical-text';
import { STATES } from '../../model/address';
import { doubtful, HOME, normalised, type Normalised, type NormaliseOptions } from './normalised';

/** USPS Publication 28, Appendix B: what `lib/model/address.ts` does not compare by. */
const MORE_STATES: Record<string, string> = {
	'american samoa': 'as',
	guam: 'gu',
	'northern mariana islands': 'mp',
	'virgin islands': 'vi',
	'us virgin islands': 'vi',
	'armed forces americas': 'aa',
	'armed forces europe': 'ae',
	'armed forces pacific': 'ap',
	'washington dc': 'dc',
};

const CODES = new Map(
	Object.entries({ ...MORE_STATES, ...STATES }).map(([name, code]) => [name, code.toUpperCase()]),
);
const STATE_NAMES = new Map(
	Object.entries({ ...MORE_STATES, ...STATES })
		.filter(([name]) => !['washington dc', 'us virgin islands'].includes(name))
		.map(([name, code]) => [code.toUpperCase(), titled(name)]),
);

function titled(name: string): string {
	return name.replace(/\b(?!of\b)\w/g, (letter) => letter.toUpperCase());
}

const folded = (text: string) =>
	text
		.normalize('NFKD')
		.replace(/\p{Mark}|[.,]/gu, '')
		.replace(/&/g, 'and')
		.toLowerCase()
		.replace(/\s+/g, ' ')
		.trim();

/** `maine`, `Me.` -> `ME` (or `Maine`). Provinces of other countries keep their spelling. */
export function normaliseState(
	value: string,
	{ country = HOME, regions = 'code' }: NormaliseOptions = {},
): Normalised {
	const text = canonicalText(value);
	if (text === '' || countryCode(country) !== HOME) return normalised(value, text);
	const key = folded(text);
	const letters = key.replace(/ /g, '').toUpperCase();
	const code = CODES.get(key) ?? (STATE_NAMES.has(letters) ? letters : undefined);
	if (code === undefined) return doubtful(value, 'state', 'is no state of the United States');
	return normalised(value, regions === 'name' ? (STATE_NAMES.get(code) ?? code) : code);
}

/** Names that people use and the Unicode names (CLDR, through Intl) do not have. */
const OTHER_NAMES: Record<string, string> = {
	usa: 'US',
	'united states of america': 'US',
	'the united states': 'US',
	america: 'US',
	uk: 'GB',
	'great britain': 'GB',
	england: 'GB',
	scotland: 'GB',
	wales: 'GB',
	'northern ireland': 'GB',
	holland: 'NL',
	'the netherlands': 'NL',
	'czech republic': 'CZ',
	turkey: 'TR',
	'south korea': 'KR',
	'republic of korea': 'KR',
	russia: 'RU',
	'russian federation': 'RU',
	vietnam: 'VN',
	'ivory coast': 'CI',
	deutschland: 'DE',
	mexico: 'MX',
	espana: 'ES',
	uae: 'AE',
	'hong kong': 'HK',
	macau: 'MO',
};

const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });
const COUNTRY_NAMES = new Map<string, string>(
	getCountries().map((code) => [code, NAMES.of(code) ?? code]),
);
const COUNTRY_CODES = new Map([
	...[...COUNTRY_NAMES].map(([code, name]) => [folded(name), code] as const),
	...Object.entries(OTHER_NAMES),
]);

/** ISO 3166-1 alpha-3 codes that CRMs export, beside USA. */
const ALPHA_3 = new Map(
	Object.entries({
		...{ CAN: 'CA', MEX: 'MX', GBR: 'GB', DEU: 'DE', FRA: 'FR', ESP: 'ES', ITA: 'IT', CHE: 'CH' },
		...{ AUT: 'AT', NLD: 'NL', BEL: 'BE', IRL: 'IE', AUS: 'AU', NZL: 'NZ', JPN: 'JP', CHN: 'CN' },
		...{ IND: 'IN', BRA: 'BR', SWE: 'SE', NOR: 'NO', DNK: 'DK', FIN: 'FI', POL: 'PL', PRT: 'PT' },
		...{ ISR: 'IL', SGP: 'SG', HKG: 'HK', KOR: 'KR', ZAF: 'ZA', ARG: 'AR', CHL: 'CL', COL: 'CO' },
	}),
);

/** ISO code of a country by name or code; undefined if it is none that is known. */
export function countryCode(text: string): string | undefined {
	const key = folded(text);
	const letters = key.replace(/ /g, '').toUpperCase();
	if (COUNTRY_NAMES.has(letters)) return letters;
	return COUNTRY_CODES.get(key) ?? ALPHA_3.get(letters) ?? COUNTRY_CODES.get(letters.toLowerCase());
}

/** `U.S.A.`, `united states` -> `US` (or `United States`). */
export function normaliseCountry(
	value: string,
	{ regions = 'code' }: NormaliseOptions = {},
): Normalised {
	const text = canonicalText(value);
	if (text === '') return normalised(value, text);
	const code = countryCode(text);
	if (code === undefined) return doubtful(value, 'country', 'is no country that is known');
	return normalised(value, regions === 'name' ? (COUNTRY_NAMES.get(code) ?? code) : code);
}

/** States whose ZIP codes begin with 0: a spreadsheet takes it for a number and drops the 0. */
const LEADING_ZERO = new Set(['CT', 'MA', 'ME', 'NH', 'NJ', 'PR', 'RI', 'VI', 'VT']);

/** `04101-1234`, `K1A 0B1`, `SW1A 1AA`; in other countries capitals and single blanks. */
export function normalisePostalCode(value: string, options: NormaliseOptions = {}): Normalised {
	const text = canonicalText(value.toUpperCase());
	const country = countryCode(options.country ?? HOME) ?? HOME;
	if (text === '') return normalised(value, text);
	if (country === 'US') return zipCode(value, text, options.state);
	const letters = text.replace(/[\s-]/g, '');
	const [, out, inward] = SPLIT[country]?.exec(letters) ?? [];
	if (out !== undefined && inward !== undefined) return normalised(value, `${out} ${inward}`);
	if (country in SPLIT) return doubtful(value, 'postal-code', `is no postal code of ${country}`);
	return normalised(value, text);
}

const SPLIT: Record<string, RegExp> = {
	CA: /^([A-Z]\d[A-Z])(\d[A-Z]\d)$/,
	GB: /^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$/,
};

function zipCode(value: string, text: string, state: string | undefined): Normalised {
	const [, five, four] = /^(\d{5})(?:[ -]?(\d{4}))?$/.exec(text) ?? [];
	if (five !== undefined) return normalised(value, four === undefined ? five : `${five}-${four}`);
	if (/^\d{4}$/.test(text)) {
		const code = normaliseState(state ?? '').value;
		if (LEADING_ZERO.has(code)) return normalised(value, `0${text}`);
		const message = 'has four digits only; a leading 0 may be lost';
		return doubtful(value, 'postal-code-zero', message, `0${text}`);
	}
	return doubtful(value, 'postal-code', 'is no ZIP code (12345 or 12345-6789)');
}
