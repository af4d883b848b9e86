/** SOQL tokens to a query. Anything outside the supported part is MALFORMED_QUERY, never ignored. */
import { COMPARISONS, type Comparison, type Condition, type Literal, type Query } from './ast';
import { malformed, tokenize, type Token } from './lex';

const MAX_DEPTH = 50;

export function parseSoql(soql: string): Query {
	return new Parser(tokenize(soql)).query();
}

class Parser {
	private position = 0;
	private depth = 0;

	constructor(private readonly tokens: readonly Token[]) {}

	query(): Query {
		const query = this.inner();
		if (this.peek() !== undefined) throw this.unexpected();
		return query;
	}

	private inner(): Query {
		this.expectWord('select');
		const { select, count } = this.selection();
		this.expectWord('from');
		const from = this.word();
		const where = this.takeWord('where') ? this.condition() : undefined;
		const orderBy = this.orderBy();
		const limit = this.takeWord('limit') ? this.wholeNumber() : undefined;
		const offset = this.takeWord('offset') ? this.wholeNumber() : 0;
		return {
			select,
			from,
			orderBy,
			offset,
			...(count !== undefined && { count }),
			...(where && { where }),
			...(limit !== undefined && { limit }),
		};
	}

	private selection(): Pick<Query, 'select' | 'count'> {
		const select: string[] = [];
		do {
			const name = this.word();
			if (!this.takeSymbol('(')) {
				select.push(name);
				continue;
			}
			const argument = this.takeSymbol(')') ? undefined : this.word();
			if (argument !== undefined) this.expectSymbol(')');
			if (name.toLowerCase() === 'count' && select.length === 0) {
				return { select, count: argument ?? 'all' };
			}
			if (name.toLowerCase() !== 'fields' || argument === undefined) throw this.unexpected();
			select.push(`FIELDS(${argument.toUpperCase()})`);
		} while (this.takeSymbol(','));
		return { select };
	}

	/** One level of AND or OR; mixing them needs parentheses, as in Salesforce. */
	private condition(): Condition {
		this.depth += 1;
		if (this.depth > MAX_DEPTH) throw malformed('conditions are nested too deeply');
		const first = this.term();
		const kind = this.isWord('and') ? 'and' : this.isWord('or') ? 'or' : undefined;
		const items = [first];
		while (kind !== undefined && this.takeWord(kind)) items.push(this.term());
		if (this.isWord('and') || this.isWord('or')) throw this.unexpected();
		this.depth -= 1;
		return kind === undefined ? first : { kind, items };
	}

	private term(): Condition {
		if (this.takeWord('not')) return { kind: 'not', item: this.term() };
		if (this.takeSymbol('(')) {
			const inner = this.condition();
			this.expectSymbol(')');
			return inner;
		}
		return this.comparison();
	}

	private comparison(): Condition {
		const path = this.word();
		if (this.takeWord('in')) return this.among(path, false);
		if (this.takeWord('not')) {
			this.expectWord('in');
			return this.among(path, true);
		}
		const operator = this.operator();
		return { kind: 'compare', path, operator, literal: this.literal() };
	}

	private among(path: string, negated: boolean): Condition {
		const [, second] = this.tokens.slice(this.position);
		const isQuery = second?.kind === 'word' && second.text.toLowerCase() === 'select';
		if (!isQuery) return { kind: 'in', path, negated, literals: this.list() };
		this.expectSymbol('(');
		const query = this.inner();
		this.expectSymbol(')');
		return { kind: 'inQuery', path, negated, query };
	}

	private operator(): Comparison {
		const token = this.next();
		const text = token.text.toLowerCase() === '<>' ? '!=' : token.text.toLowerCase();
		const operator = COMPARISONS.find((candidate) => candidate === text);
		if (operator === undefined || token.kind === 'literal') throw this.unexpected(token);
		return operator;
	}

	private list(): Literal[] {
		this.expectSymbol('(');
		const literals = [this.literal()];
		while (this.takeSymbol(',')) literals.push(this.literal());
		this.expectSymbol(')');
		return literals;
	}

	private orderBy(): Query['orderBy'] {
		if (!this.takeWord('order')) return [];
		this.expectWord('by');
		const orders: Query['orderBy'] = [];
		do {
			const path = this.word();
			const descending = this.takeWord('desc');
			if (!descending) this.takeWord('asc');
			orders.push({ path, descending, nullsLast: this.nullsLast() });
		} while (this.takeSymbol(','));
		return orders;
	}

	private nullsLast(): boolean {
		if (!this.takeWord('nulls')) return false;
		if (this.takeWord('last')) return true;
		this.expectWord('first');
		return false;
	}

	private wholeNumber(): number {
		const literal = this.literal();
		if (literal.type === 'number' && Number.isInteger(literal.value) && literal.value >= 0) {
			return literal.value;
		}
		throw malformed('LIMIT and OFFSET need a whole number');
	}

	private literal(): Literal {
		const token = this.next();
		if (token.kind !== 'literal') throw this.unexpected(token);
		return token.literal;
	}

	private word(): string {
		const token = this.next();
		if (token.kind !== 'word') throw this.unexpected(token);
		return token.text;
	}

	private peek(): Token | undefined {
		return this.tokens[this.position];
	}

	private next(): Token {
		const token = this.peek();
		if (token === undefined) throw malformed("unexpected token: '<EOF>'");
		this.position += 1;
		return token;
	}

	private isWord(word: string): boolean {
		const token = this.peek();
		return token?.kind === 'word' && token.text.toLowerCase() === word;
	}

	private takeWord(word: string): boolean {
		const found = this.isWord(word);
		if (found) this.position += 1;
		return found;
	}

	private expectWord(word: string): void {
		if (!this.takeWord(word)) throw this.unexpected();
	}

	private takeSymbol(symbol: string): boolean {
		const token = this.peek();
		const found = token?.kind === 'symbol' && token.text === symbol;
		if (found) this.position += 1;
		return found;
	}

	private expectSymbol(symbol: string): void {
		if (!this.takeSymbol(symbol)) throw this.unexpected();
	}

	private unexpected(token = this.peek()) {
		return malformed(`unexpected token: '${token?.text ?? '<EOF>'}'`);
	}
}
