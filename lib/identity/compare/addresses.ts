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
			const agreeing = parts.reduce(
				(sum, { level }) => sum + POINTS[level as keyof typeof POINTS],
				0,
			);
			if (parts.length === 0 || agreeing <= most) continue;
			[found, most] = [parts, agreeing];
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
	return PARTS.flatMap((part) => {
		const [mine, theirs] = [a[part], b[part]];
		if (mine === '' || theirs === '') return [];
		const level = partLevel(mine, theirs);
		if (part === 'street' && isOtherHouse && level !== 'differs') {
			return [comparison(part, 'other number')];
		}
		if (part !== 'state') return [comparison(part, level)];
		return [comparison(part, level === 'same' ? 'same' : 'differs')];
	});
}

function partLevel(a: string, b: string): Level {
	if (a === b) return 'same';
	if (/^\d+$/.test(a) && /^\d+$/.test(b)) {
		return a.length > 1 && editDistance(a, b, 1) === 1 ? 'typo' : 'differs';
	}
	return isTypo(a, b) ? 'typo' : 'differs';
}
