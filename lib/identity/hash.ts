/**
 * 53-bit hash of a text (two interleaved 32-bit multiplicative hashes, "cyrb53" by bryc, public domain): a
 * whole number that JavaScript, SQLite and PostgreSQL (bigint) hold exactly. Not for secrets.
 */
export function hash53(text: string): number {
	let [left, right] = [0xdeadbeef, 0x41c6ce57];
	for (let place = 0; place < text.length; place += 1) {
		const code = text.charCodeAt(place);
		left = Math.imul(left ^ code, 2654435761);
		right = Math.imul(right ^ code, 1597334677);
	}
	left =
		Math.imul(left ^ (left >>> 16), 2246822507) ^ Math.imul(right ^ (right >>> 13), 3266489909);
	right =
		Math.imul(right ^ (right >>> 16), 2246822507) ^ Math.imul(left ^ (left >>> 13), 3266489909);
	return 4294967296 * (2097151 & right) + (left >>> 0);
}
