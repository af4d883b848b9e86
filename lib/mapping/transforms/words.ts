/** Picklists, boolean words, names, phones and plain text. Pure. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import { canonicalPhone, canonicalText } from '../../model/canonical';
import type { TransformOf } from '../../model/transform';
import type { Codec, Said } from './codec';

/** Two texts that a CRM's list would not tell apart. */
export function wordKey(value: Said): string {
	return canonicalText(String(value)).toLowerCase();
}

export const picklist: Codec<TransformOf<'picklist'>> = {
	read(value, { values, unknown, defaultCanonical }) {
		const row = values.find(({ crm }) => wordKey(crm) === wordKey(value));
		if (row !== undefined) return row.canonical;
		if (unknown === 'keep') return value;
		return unknown === 'default' ? defaultCanonical : undefined;
	},

	write(value, { values, unknown, defaultCrm }) {
		const row = values.find(({ canonical }) => wordKey(canonical) === wordKey(value));
		if (row !== undefined) return row.crm;
		if (unknown === 'keep') return value;
		return unknown === 'default' ? defaultCrm : undefined;
	},
};

/** A word that is in neither list is not said: guessing would turn a flag round. */
export const booleans: Codec<TransformOf<'boolean'>> = {
	read(value, { trueWords, falseWords }) {
		if (typeof value === 'boolean') return value;
		const isIn = (words: readonly string[]) => words.some((one) => wordKey(one) === wordKey(value));
		if (isIn(trueWords)) return true;
		return isIn(falseWords) ? false : undefined;
	},

	write(value, options) {
		const flag = booleans.read(value, options);
		if (flag === undefined) return undefined;
		return flag === true ? options.trueWords[0] : options.falseWords[0];
	},
};

/** `Doe, Jane` <-> `Jane Doe`. Without a comma, or a second word, a name is left as it is. */
export const names: Codec<TransformOf<'name'>> = {
	read(value, { order, letterCase }) {
		if (typeof value !== 'string') return value;
		const [last = '', first = '', ...more] = canonicalText(value).split(', ');
		const isTurned = order === 'lastFirst' && first !== '' && more.length === 0;
		const text = isTurned ? `${first} ${last}` : canonicalText(value);
		return letterCase === 'upper' && text === text.toUpperCase() ? properCase(text) : text;
	},

	write(value, { order, letterCase }) {
		if (typeof value !== 'string') return value;
		const text = canonicalText(value);
		const place = text.lastIndexOf(' ');
		const isTurned = order === 'lastFirst' && place > 0 && !text.includes(',');
		const turned = isTurned ? `${text.slice(place + 1)}, ${text.slice(0, place)}` : text;
		return letterCase === 'upper' ? turned.toUpperCase() : turned;
	},
};

/** `O'BRIEN-SMITH` -> `O'Brien-Smith`. */
function properCase(text: string): string {
	return text.toLowerCase().replace(/(^|[^\p{L}\p{M}])(\p{L})/gu, (whole) => whole.toUpperCase());
}

/** What can be no number is left as it is. */
export const phones: Codec<TransformOf<'phone'>> = {
	read(value, { country }) {
		const text = String(value);
		const parsed = parsePhoneNumberFromString(text, country as CountryCode);
		return parsed?.isPossible() === true && parsed.ext === undefined
			? canonicalPhone(text, country as CountryCode)
			: value;
	},

	write(value, { format, country }) {
		const parsed = parsePhoneNumberFromString(String(value), country as CountryCode);
		if (parsed?.isPossible() !== true || parsed.ext !== undefined) return value;
		// Without its country code a foreign number would be read as another one.
		const isForeign = parsed.country !== country;
		if (format === 'e164' || (isForeign && format === 'digits')) return parsed.number;
		if (format === 'digits') return parsed.nationalNumber;
		return format === 'national' && !isForeign
			? parsed.formatNational()
			: parsed.formatInternational();
	},
};

export const texts: Codec<TransformOf<'text'>> = {
	read(value, { trim }) {
		return typeof value === 'string' && trim ? value.trim() : value;
	},

	write(value, { trim, maxLength }) {
		const text = String(value);
		const kept = trim ? text.trim() : text;
		if (maxLength === undefined || kept.length <= maxLength) return kept;
		// By characters as people count them, within the length as CRMs count it.
		let cut = '';
		for (const character of kept) {
			if (cut.length + character.length > maxLength) break;
			cut += character;
		}
		return trim ? cut.trim() : cut;
	},
};
