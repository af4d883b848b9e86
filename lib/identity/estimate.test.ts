import { estimateWeights, type Agreements } from './estimate';
import { DEFAULT_WEIGHTS } from './weights';

/** Nine in ten clients share one city; birth dates are as good as they come. */
function pairs(count: number, isClient: (place: number) => boolean): Agreements[] {
	return Array.from({ length: count }, (_, place) => {
		const same = isClient(place);
		return [
			{ field: 'firstName' as const, level: same ? 'same' : 'differs' },
			{ field: 'lastName' as const, level: same || place % 7 === 0 ? 'same' : 'differs' },
			{ field: 'birthDate' as const, level: same && place % 20 > 0 ? 'same' : 'differs' },
			{ field: 'city' as const, level: place % 10 > 0 ? 'same' : 'differs' },
		];
	});
}
const strangers = pairs(4_000, () => false);
const candidates = pairs(2_000, (place) => place % 4 === 0);

test('what nearly everybody shares loses its weight; what tells clients apart keeps it', () => {
	const found = estimateWeights(candidates, strangers);
	expect(found?.weights.city['same']).toBeLessThan(1.1);
	expect(found?.weights.birthDate['same']).toBeGreaterThan(9);
	expect(found?.matches).toBeGreaterThan(350);
	expect(found?.matches).toBeLessThan(600);
	expect(found?.estimated).toContainEqual(
		expect.objectContaining({ field: 'city', level: 'same', before: DEFAULT_WEIGHTS.city['same'] }),
	);
});

test('it stays within three bits of the defaults, and away from fields that were not seen', () => {
	const { weights } = estimateWeights(candidates, strangers) ?? { weights: DEFAULT_WEIGHTS };
	for (const [field, levels] of Object.entries(DEFAULT_WEIGHTS)) {
		const estimated = weights[field as keyof typeof DEFAULT_WEIGHTS];
		for (const [level, bits] of Object.entries(levels))
			expect(Math.abs((estimated[level] ?? 0) - bits)).toBeLessThanOrEqual(3.05);
	}
	expect(weights.emails).toEqual(DEFAULT_WEIGHTS.emails);
});

test('too few pairs, or too few that belong together, say nothing', () => {
	expect(estimateWeights(candidates, strangers.slice(0, 500))).toBeUndefined();
	expect(
		estimateWeights(
			pairs(2_000, () => false),
			strangers,
		),
	).toBeUndefined();
	expect(estimateWeights(candidates, strangers)).toEqual(estimateWeights(candidates, strangers));
});
