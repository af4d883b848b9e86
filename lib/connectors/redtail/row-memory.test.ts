import { RowMemory } from './row-memory';

const EDITED = 1_000;

test('a change that the edit time does not show is dated by when it was noticed, and told a few times', () => {
	const memory = new RowMemory();
	const read = (said: unknown, now: number) => memory.editedAt('611', said, EDITED, now);
	expect(read('two members', 5_000)).toBe(EDITED);
	expect(read('two members', 6_000)).toBe(EDITED);
	// A read may come to nothing before its events are stored: the next ones say the same of it.
	const told = [7_000, 8_000, 9_000, 10_000, 10_500].map((now) => read('one member', now));
	expect(told).toEqual([7_000, 7_000, 7_000, 7_000, EDITED]);
	expect(read('two members', 11_000)).toBe(11_000);
});

test('where the edit time moves, it is the time of the change', () => {
	const memory = new RowMemory();
	expect(memory.editedAt('611', 'a', EDITED, 5_000)).toBe(EDITED);
	expect(memory.editedAt('611', 'b', 4_000, 6_000)).toBe(4_000);
	expect(memory.editedAt('611', 'b', 4_000, 7_000)).toBe(4_000);
	expect(memory.editedAt('612', 'a', null, 7_000)).toBeNull();
});
