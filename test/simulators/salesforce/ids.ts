/**
 * Salesforce record ids: 15 case-sensitive characters (3 key prefix, 3 pod and reserve, 9 counter),
 * written with a 3-character checksum that makes them safe to compare case-insensitively.
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const POD = '5g0';
const COUNTER_LENGTH = 9;
const CHUNK = 5;

/** Bit i of each group of five says whether its character i is an upper-case letter. */
export function checksum(id15: string): string {
	let result = '';
	for (let start = 0; start < 15; start += CHUNK) {
		const bits = [...id15.slice(start, start + CHUNK)].reduce(
			(sum, character, index) => (/[A-Z]/.test(character) ? sum | (1 << index) : sum),
			0,
		);
		result += CHECKSUM_ALPHABET[bits];
	}
	return result;
}

function base62(value: number): string {
	let rest = value;
	let text = '';
	for (let index = 0; index < COUNTER_LENGTH; index += 1) {
		text = (DIGITS[rest % DIGITS.length] ?? '0') + text;
		rest = Math.floor(rest / DIGITS.length);
	}
	return text;
}

/** The id with this counter under a key prefix such as `003`; 18 characters. */
export function makeId(prefix: string, counter: number): string {
	const id15 = `${prefix}${POD}${base62(counter)}`;
	return id15 + checksum(id15);
}

/** The 18-character form of a 15- or 18-character id; undefined if it is none. */
export function toId18(text: string): string | undefined {
	if (!/^[0-9A-Za-z]+$/.test(text)) return undefined;
	if (text.length === 15) return text + checksum(text);
	if (text.length !== 18) return undefined;
	return restoreCase(text);
}

/** The checksum tells the case of each letter, so a changed-case 18-character id is still understood. */
function restoreCase(text: string): string | undefined {
	const sum = text.slice(15).toUpperCase();
	let id15 = '';
	for (let index = 0; index < 15; index += 1) {
		const bits = CHECKSUM_ALPHABET.indexOf(sum[Math.floor(index / CHUNK)] ?? '');
		if (bits < 0) return undefined;
		const character = text[index] ?? '';
		const upper = (bits & (1 << index % CHUNK)) !== 0;
		id15 += upper ? character.toUpperCase() : character.toLowerCase();
	}
	return checksum(id15) === sum ? id15 + sum : undefined;
}
