/** Values of items in their canonical form, whatever form a CRM has them in. Pure. */
import type { ScalarValue } from '../../model/fields';

/** `$1,250.50`, `1250.5` and 1250.5 are one amount; null: there is no number in it. */
export function canonicalNumber(value: ScalarValue): number | null {
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value !== 'string') return null;
	const digits = value.replace(/[^\d.eE+-]/g, '');
	const number = Number(digits);
	return digits === '' || !Number.isFinite(number) ? null : number;
}

/** ISO 8601 in UTC with milliseconds; a text that is no time with a zone stays as it is. */
export function canonicalInstant(value: ScalarValue): ScalarValue {
	if (typeof value !== 'string' || !/(Z|[+-]\d\d:?\d\d)$/.test(value)) return value;
	const ms = Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
	return Number.isNaN(ms) ? value : new Date(ms).toISOString();
}

/** As a CRM holds it that keeps no seconds (`stepMs` 60,000) or no fractions of them (1,000). */
export function roundedInstant(value: ScalarValue, stepMs: number): ScalarValue {
	const instant = canonicalInstant(value);
	const ms = typeof instant === 'string' ? Date.parse(instant) : NaN;
	return Number.isNaN(ms) ? instant : new Date(ms - (ms % stepMs)).toISOString();
}

/**
 * Words of priority in the canonical record; a CRM's own words are mapped to these by its settings, so
 * that the same priority is the same everywhere.
 */
export const PRIORITIES = ['Low', 'Normal', 'High'] as const;

/** One of the words, whatever its case; undefined: none of them. */
export function wordAmong(words: readonly string[], value: ScalarValue): string | undefined {
	const wanted = String(value ?? '')
		.trim()
		.toLowerCase();
	return words.find((word) => word.toLowerCase() === wanted);
}
