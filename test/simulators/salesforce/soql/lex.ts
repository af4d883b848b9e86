/** SOQL text to tokens. */
import { SalesforceError } from '../errors';
import { isDate } from '../values';
import type { Literal } from './ast';

export type Token =
	| { kind: 'word'; text: string }
	| { kind: 'symbol'; text: string }
	| { kind: 'literal'; text: string; literal: Literal };

const BLANK = /\s+/y;
const STRING = /'((?:[^'\\]|\\.)*)'/y;
const DATETIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/iy;
const DATE = /\d{4}-\d{2}-\d{2}(?![T\d])/y;
const NUMBER = /[+-]?\d+(?:\.\d+)?(?![\w-])/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const SYMBOL = /<=|>=|!=|<>|[=<>(),]/y;

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

export function malformed(message: string): SalesforceError {
	return new SalesforceError(400, 'MALFORMED_QUERY', message);
}

function unescape(text: string): string {
	return text.replace(/\\(.)/gs, (whole: string, character: string) => {
		// In LIKE patterns an escaped wildcard stays escaped until the pattern is read.
		if (character === '_' || character === '%') return whole;
		return ESCAPES[character.toLowerCase()] ?? character;
	});
}

/** The text matched at `position`, if the pattern fits right there. */
function at(pattern: RegExp, soql: string, position: number): RegExpExecArray | null {
	pattern.lastIndex = position;
	return pattern.exec(soql);
}

function readLiteral(soql: string, position: number): Token | undefined {
	const string = at(STRING, soql, position);
	if (string) {
		const literal: Literal = { type: 'string', value: unescape(string[1] ?? '') };
		return { kind: 'literal', text: string[0], literal };
	}
	const datetime = at(DATETIME, soql, position);
	if (datetime) {
		const value = Date.parse(datetime[0].replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
		if (Number.isNaN(value)) throw malformed(`invalid datetime literal: ${datetime[0]}`);
		return { kind: 'literal', text: datetime[0], literal: { type: 'datetime', value } };
	}
	const date = at(DATE, soql, position);
	if (date) {
		if (!isDate(date[0])) throw malformed(`invalid date literal: ${date[0]}`);
		return { kind: 'literal', text: date[0], literal: { type: 'date', value: date[0] } };
	}
	const number = at(NUMBER, soql, position);
	if (!number) return undefined;
	const literal: Literal = { type: 'number', value: Number(number[0]) };
	return { kind: 'literal', text: number[0], literal };
}

function readToken(soql: string, position: number): Token {
	const literal = readLiteral(soql, position);
	if (literal) return literal;
	const word = at(WORD, soql, position);
	if (word) return readWord(word[0]);
	const symbol = at(SYMBOL, soql, position);
	if (symbol) return { kind: 'symbol', text: symbol[0] };
	throw malformed(`unexpected character at position ${position}: ${soql[position] ?? ''}`);
}

function readWord(text: string): Token {
	const lower = text.toLowerCase();
	if (lower === 'null') return { kind: 'literal', text, literal: { type: 'null', value: null } };
	if (lower === 'true' || lower === 'false') {
		return { kind: 'literal', text, literal: { type: 'boolean', value: lower === 'true' } };
	}
	return { kind: 'word', text };
}

export function tokenize(soql: string): Token[] {
	const tokens: Token[] = [];
	let position = 0;
	while (position < soql.length) {
		const blank = at(BLANK, soql, position);
		if (blank) {
			position += blank[0].length;
			continue;
		}
		const token = readToken(soql, position);
		tokens.push(token);
		position += token.text.length;
	}
	return tokens;
}
