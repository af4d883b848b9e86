/**
 * Remembers what a pure function made of a text. Bounded: when `limit` results are known they become
 * the elder ones, and the elder ones of before are forgotten.
 */
export function remembered(of: (text: string) => string, limit = 10_000): (text: string) => string {
	let young = new Map<string, string>();
	let elder = new Map<string, string>();
	return (text) => {
		const known = young.get(text);
		if (known !== undefined) return known;
		const result = elder.get(text) ?? of(text);
		if (young.size >= limit) [elder, young] = [young, new Map()];
		young.set(text, result);
		return result;
	};
}

/** As {@link remembered}, for a pure function that is asked for the same few texts again and again, then for others. */
export function ofFew<T>(of: (text: string) => T, limit = 16): (text: string) => T {
	const results = new Map<string, T>();
	return (text) => {
		const known = results.get(text);
		if (known !== undefined) return known;
		if (results.size >= limit) results.clear();
		const result = of(text);
		results.set(text, result);
		return result;
	};
}
