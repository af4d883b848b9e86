/** Postal addresses, part by part; of several, the pair that agrees best. */
import type { FoldedAddress } from '../../model/address';
import { comparison, type Comparison } from './comparison';
import { editDistance, isTypo } from './text';

export function compareAddresses(
	a: readonly FoldedAddress[],
	b: readonly FoldedAddress[],
): Comparison[] {
	let found: Comparison[] = [];
	let most = Number.NEGATIVE_INFINITY;
	for (const mine of a) {
		for (const theirs of b) {
			const parts = compareParts(mine, theirs);
			let agreeing = 0;
			for (const { level } of parts) agreeing += POINTS[level as keyof typeof POINTS];
			if (parts.length === 0 || agreeing <= most) continue;
			found = parts;
			most = agreeing;
		}
	}
	return found;
}

type Level = 'same' | 'typo' | 'differs';
const POINTS: Record<Level | 'other number', number> = {
	same: 2,
	typo: 1,
	'other number': 0,
	differs: -1,
};
const PARTS = ['streetNumber', 'street', 'street2', 'city', 'postalCode', 'state'] as const;

function compareParts(a: FoldedAddress, b: FoldedAddress): Comparison[] {
	const isOtherHouse =
		a.streetNumber !== '' &&
		b.streetNumber !== '' &&
		partLevel(a.streetNumber, b.streetNumber) === 'differs';
	const parts: Comparison[] = [];
	for (const part of PARTS) {
		const mine = a[part];
		const theirs = b[part];
		if (mine === '' || theirs === '') continue;
		const level = partLevel(mine, theirs);
		if (part === 'street' && isOtherHouse && level !== 'differs')
			parts.push(comparison(part, 'other number'));
		else if (part !== 'state') parts.push(comparison(part, level));
		else parts.push(comparison(part, level === 'same' ? 'same' : 'differs'));
	}
	return parts;
}

const DIGITS = /^\d+$/;

function partLevel(a: string, b: string): Level {
	if (a === b) return 'same';
	if (DIGITS.test(a) && DIGITS.test(b)) {
		return a.length > 1 && editDistance(a, b, 1) === 1 ? 'typo' : 'differs';
	}
	return isTypo(a, b) ? 'typo' : 'differs';
}
