/** Dates as ISO dates (`1961-04-03`). What can be read in two ways is told, not guessed. */
import { DateTime } from 'luxon';
import { canonicalText } from '../../model/canonical-text';
import { doubtful, HOME, normalised, type Normalised, type NormaliseOptions } from './normalised';

/** What systems write when nobody knows. */
const PLACEHOLDERS = new Set([
	'1900-01-01',
	'1901-01-01',
	'1970-01-01',
	'0001-01-01',
	'1899-12-30',
]);
/** Countries that write the month first. */
const MONTH_FIRST = new Set(['US', 'PH', 'FM', 'MH', 'PW']);
const IN_WORDS = ['MMMM d yyyy', 'MMM d yyyy', 'd MMMM yyyy', 'd MMM yyyy', 'd-MMM-yyyy'];

/**
 * Reads ISO dates and times, `19610403`, `4/3/1961` (in the country's order), `3.4.1961` (day first),
 * `April 3, 1961` and `3 Apr 1961`.
 */
export function normaliseDate(value: string, options: NormaliseOptions = {}): Normalised {
	const text = canonicalText(value);
	if (text === '') return normalised(value, text);
	if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2}$/.test(text)) {
		return doubtful(value, 'date-century', 'has a year of two digits');
	}
	const date = isoOf(text) ?? inOrder(text, options) ?? inWords(text);
	if (date === undefined) return doubtful(value, 'date-format', 'is no date');
	if ('swapped' in date) {
		return doubtful(value, 'date-order', 'is a date only with day and month swapped', date.swapped);
	}
	const { iso } = date;
	if (!PLACEHOLDERS.has(iso)) return normalised(value, iso);
	const message = 'is a date that systems write when nobody knows';
	return normalised(value, iso, { code: 'date-placeholder', message });
}

type Found = { iso: string } | { swapped: string };

function found(date: DateTime): { iso: string } | undefined {
	const iso = date.isValid ? date.toISODate() : null;
	return iso === null ? undefined : { iso };
}

function isoOf(text: string): Found | undefined {
	const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]\d{2}:\d{2}.*)?$/.exec(text) ?? [];
	return year === undefined ? undefined : dateOf(year, month, day);
}

function dateOf(year: string, month = '', day = ''): { iso: string } | undefined {
	return found(DateTime.utc(Number(year), Number(month), Number(day)));
}

function inOrder(text: string, options: NormaliseOptions): Found | undefined {
	const [, first, mark, second, year] = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})$/.exec(text) ?? [];
	if (year === undefined) return undefined;
	const order = MONTH_FIRST.has(options.country ?? HOME) ? 'monthFirst' : 'dayFirst';
	const isMonthFirst = mark !== '.' && (options.dateOrder ?? order) === 'monthFirst';
	const [month, day] = isMonthFirst ? [first, second] : [second, first];
	const swapped = dateOf(year, day, month);
	return dateOf(year, month, day) ?? (swapped && { swapped: swapped.iso });
}

function inWords(text: string): Found | undefined {
	const plain = text.replace(/,/g, '').replace(/\b(\d{1,2})(?:st|nd|rd|th)\b/i, '$1');
	for (const format of IN_WORDS) {
		const date = found(DateTime.fromFormat(plain, format, { zone: 'utc', locale: 'en-US' }));
		if (date !== undefined) return date;
	}
	return undefined;
}
