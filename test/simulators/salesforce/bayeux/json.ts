/**
 * JSON with whole numbers beyond 2^53 kept exact, in both directions: replay ids may be so large.
 * Needs the reviver's source text, which Node has from version 21 on.
 */

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Whole numbers that a double cannot hold come as bigint. */
export function parseExact(text: string): unknown {
	return parseWithSource(text, (_key, value, context) => {
		const isUnsafe = typeof value === 'number' && !Number.isSafeInteger(value);
		const source = context?.source ?? '';
		return isUnsafe && /^-?\d+$/.test(source) ? BigInt(source) : value;
	});
}

const MARK = '\u0001';

/** Every bigint becomes a JSON number. */
export function stringifyExact(value: unknown): string {
	const text = JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === 'bigint' ? `${MARK}${inner}${MARK}` : inner,
	);
	return text.replace(/"\\u0001(-?\d+)\\u0001"/g, '$1');
}
