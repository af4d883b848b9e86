import { instantIn } from './local-time';

describe('instantIn', () => {
	it('reads a time without a zone in the given zone, summer time considered', () => {
		expect(instantIn('America/New_York', '2026-01-15T09:00:00')).toBe('2026-01-15T14:00:00Z');
		expect(instantIn('America/New_York', '2026-07-15T09:00:00')).toBe('2026-07-15T13:00:00Z');
		expect(instantIn('America/New_York', '2026-01-15')).toBe('2026-01-15T05:00:00Z');
	});

	it('keeps a zone that the text itself names', () => {
		expect(instantIn('America/New_York', '2026-01-15T09:00:00+01:00')).toBe('2026-01-15T08:00:00Z');
	});

	it('gives nothing for what is no time', () => {
		expect(instantIn('UTC', 'yesterday')).toBeUndefined();
	});
});
