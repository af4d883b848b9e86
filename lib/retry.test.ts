import fc from 'fast-check';
import { backoffMs, DELIVERY_RETRY, EVENT_RETRY, isExhausted } from './retry';

test('waits grow from half the step to the whole of it, and stop growing', () => {
	expect(backoffMs(DELIVERY_RETRY, 1, () => 0)).toBe(1_000);
	expect(backoffMs(DELIVERY_RETRY, 1, () => 1)).toBe(2_000);
	expect(backoffMs(DELIVERY_RETRY, 4, () => 1)).toBe(16_000);
	expect(backoffMs(DELIVERY_RETRY, 99, () => 1)).toBe(DELIVERY_RETRY.maxMs);
});

test('never before the vendor\u2019s own time, never beyond the limit without it', () => {
	const unit = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 1_000 }),
			unit,
			fc.nat(10_000_000),
			(attempt, chance, asked) => {
				const wait = backoffMs(EVENT_RETRY, attempt, () => chance, asked);
				expect(wait).toBeGreaterThanOrEqual(asked);
				expect(wait).toBeGreaterThanOrEqual(EVENT_RETRY.baseMs / 2);
				expect(wait).toBeLessThanOrEqual(Math.max(asked, EVENT_RETRY.maxMs));
			},
		),
	);
});

test('the last try is counted', () => {
	expect(isExhausted(EVENT_RETRY, EVENT_RETRY.maxAttempts - 1)).toBe(false);
	expect(isExhausted(EVENT_RETRY, EVENT_RETRY.maxAttempts)).toBe(true);
});
