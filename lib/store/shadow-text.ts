/** Shadows as they stand in the store: JSON text, read as a whole or only some fields of it. Pure. */
import type { Shadow, ShadowField } from '../merge/shadow';

const FIELDS = '{"fields":{';
/** Ends of a field, of the fields, and of a shadow that holds nothing beside them. */
const ENDS = '}}}';
const [QUOTE, BACKSLASH, OPENING, CLOSING] = [34, 92, 123, 125];

export function shadowText({ fields, ...record }: Shadow): string {
	return JSON.stringify({ fields, ...record });
}

/**
 * The shadow with these fields alone. Most of a shadow's text is of no use to the one who asks what became
 * of a single field: it is passed over, not parsed. In JSON an unescaped `"name":{` is the key of an
 * object, and no object inside a field has the name of a field.
 */
export function partOfShadow(text: string, names: Iterable<string>): Shadow {
	if (!text.startsWith(FIELDS) || !text.endsWith(ENDS)) return JSON.parse(text) as Shadow;
	const fields: Shadow['fields'] = {};
	for (const name of names) {
		const key = `${JSON.stringify(name)}:`;
		const at = text.indexOf(`${key}{`, FIELDS.length);
		if (at < 0) continue;
		const start = at + key.length;
		fields[name] = JSON.parse(text.slice(start, endOfObject(text, start))) as ShadowField;
	}
	return { fields };
}

/** The place after the object that begins at `start`. */
function endOfObject(text: string, start: number): number {
	let depth = 0;
	let isInString = false;
	for (let at = start; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		if (isInString) {
			if (code === BACKSLASH) at += 1;
			else if (code === QUOTE) isInString = false;
		} else if (code === QUOTE) isInString = true;
		else if (code === OPENING) depth += 1;
		else if (code === CLOSING) {
			depth -= 1;
			if (depth === 0) return at + 1;
		}
	}
	return text.length;
}

/** How many shadows are remembered as they were read or written last: some batches, in two generations. */
const MAX_REMEMBERED = 1_000;

interface Remembered {
	text: string;
	shadow: Shadow;
}

let young = new Map<string, Remembered>();
let elder = new Map<string, Remembered>();

/**
 * The whole shadow of the record of this key. A shadow is read again and again on its way through inbox,
 * merge and delivery: while its text is what it was it need not be parsed anew. Nobody may change it.
 */
export function wholeShadow(key: string, text: string): Shadow {
	const known = young.get(key) ?? elder.get(key);
	if (known?.text === text) return known.shadow;
	const shadow = JSON.parse(text) as Shadow;
	rememberShadow(key, text, shadow);
	return shadow;
}

export function rememberShadow(key: string, text: string, shadow: Shadow): void {
	if (young.size >= MAX_REMEMBERED) [elder, young] = [young, new Map()];
	young.set(key, { text, shadow });
}
