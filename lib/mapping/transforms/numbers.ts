/** Amounts of money, and numbers that a CRM holds as text or in another scale. Pure. */
import type { TransformOf } from '../../model/transform';
import type { Codec, Said } from './codec';

type Separator = '.' | ',';

/** A double holds about 15 digits; what lies beyond is noise of the arithmetic. */
const SURE_DIGITS = 12;

function tidy(number: number): number {
	return Number(number.toPrecision(SURE_DIGITS));
}

/** Half away from zero, as money is rounded; what is a half in decimals is one here, too. */
function rounded(number: number, decimals: number): number {
	const [whole = '0', exponent = '0'] = String(tidy(Math.abs(number))).split('e');
	const shifted = Math.round(Number(`${whole}e${Number(exponent) + decimals}`));
	const [digits = '0', power = '0'] = String(shifted).split('e');
	const back = Number(`${digits}e${Number(power) - decimals}`);
	return number < 0 && back !== 0 ? -back : back;
}

const POWER = /^-?\d+(\.\d+)?e[+-]\d+$/;

/** `$1,234.50`, `(12.00)`, `-3`, `1.234,50 €`; undefined: it is no number. */
export function numberIn(value: Said, separator: Separator): number | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	// What JavaScript makes of very large and very small numbers.
	const plain = separator === ',' ? text.replace(',', '.') : text;
	if (POWER.test(plain)) return Number(plain);
	const isNegative = /^\(.*\)$/.test(text) || /^[^\d]*[-\u2212]/.test(text);
	const kept = text.replace(separator === '.' ? /[^\d.]/g : /[^\d,]/g, '').replace(',', '.');
	if (!/^\d*\.?\d*$/.test(kept) || !/\d/.test(kept)) return undefined;
	const number = Number(kept);
	return isNegative && number !== 0 ? -number : number;
}

/** 1234.5 -> `1,234.50`. */
function textOf(number: number, decimals: number, separator: Separator, grouping: boolean): string {
	const [whole = '0', fraction = ''] = number.toFixed(decimals).split('.');
	const group = separator === '.' ? ',' : '.';
	const grouped = grouping ? whole.replace(/\B(?=(\d{3})+$)/g, group) : whole;
	return fraction === '' ? grouped : `${grouped}${separator}${fraction}`;
}

export const money: Codec<TransformOf<'money'>> = {
	read(value, { crm, decimals, decimalSeparator }) {
		const number = numberIn(value, crm === 'text' ? decimalSeparator : '.');
		if (number === undefined) return value;
		return rounded(crm === 'minor' ? number / 10 ** decimals : number, decimals);
	},

	write(value, { crm, decimals, symbol, decimalSeparator, grouping }) {
		const number = numberIn(value, '.');
		if (number === undefined) return value;
		const amount = rounded(number, decimals);
		if (crm === 'number') return amount;
		if (crm === 'minor') return rounded(amount * 10 ** decimals, 0);
		const digits = textOf(Math.abs(amount), decimals, decimalSeparator, grouping);
		return `${amount < 0 ? '-' : ''}${symbol}${digits}`;
	},
};

export const numbers: Codec<TransformOf<'number'>> = {
	read(value, { crm, factor, decimalSeparator }) {
		const number = numberIn(value, crm === 'text' ? decimalSeparator : '.');
		return number === undefined ? value : tidy(number / factor);
	},

	write(value, { crm, factor, decimals, decimalSeparator }) {
		const number = numberIn(value, '.');
		if (number === undefined) return value;
		const scaled = tidy(number * factor);
		const exact = decimals === undefined ? scaled : rounded(scaled, decimals);
		if (crm === 'number') return exact;
		const text = decimals === undefined ? String(exact) : exact.toFixed(decimals);
		return decimalSeparator === ',' ? text.replace('.', ',') : text;
	},
};
