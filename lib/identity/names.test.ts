import { foldName, mayBeRelatives, nameRoots, nameSimilarity } from './names';

const name = (firstName: string, lastName: string, rest = {}) => ({ firstName, lastName, ...rest });

test('accents, case and punctuation do not make another name', () => {
	expect(foldName(' Zo\u00eb O\u2019Neill-Smith ')).toBe('zoe oneill smith');
	expect(foldName(undefined)).toBe('');
	expect(nameSimilarity(name('Zo\u00eb', 'Hale'), name('zoe', 'HALE'))).toBe(1);
});

test.each([
	['Robert', 'Bob'],
	['Bob', 'Rob'],
	['Elizabeth', 'Liz'],
	['Chris', 'Christopher'],
	['Chris', 'Christina'],
	['R', 'Robert'],
])('%s and %s may be one first name', (one, other) => {
	expect(nameSimilarity(name(one, 'Hale'), name(other, 'Hale'))).toBe(0.9);
});

test('a short form of two names belongs to both, the two names stay apart', () => {
	expect([...nameRoots('chris')]).toEqual(['christopher', 'christina']);
	expect(nameSimilarity(name('Patrick', 'Hale'), name('Mary', 'Hale'))).toBe(0.3);
});

test('a nickname that a record tells counts', () => {
	const known = name('Eleanor', 'Hale', { nickname: 'Bunny' });
	expect(nameSimilarity(known, name('Bunny', 'Hale'))).toBe(0.9);
});

test('other surnames are other people, however alike the rest', () => {
	expect(nameSimilarity(name('Robert', 'Hale'), name('Robert', 'Winters'))).toBeLessThanOrEqual(
		0.5,
	);
	expect(nameSimilarity(name('Robert', 'Haley'), name('Robert', 'Hale'))).toBeGreaterThan(0.8);
});

test('a record without a name says nothing', () => {
	expect(nameSimilarity({}, name('Robert', 'Hale'))).toBeUndefined();
	expect(nameSimilarity({ name: 'Hale Trust' }, { name: 'The Hale Trust' })).toBeGreaterThan(0.8);
});

test.each([
	['Paul', 'Paula', {}, {}],
	['Maria', 'Mario', {}, {}],
	['John', 'John', { suffix: 'Sr.' }, { suffix: 'Jr' }],
	['John', 'John', { middleName: 'Albert' }, { middleName: 'B.' }],
])('%s and %s Hale may be relatives', (one, other, first, second) => {
	expect(mayBeRelatives(name(one, 'Hale', first), name(other, 'Hale', second))).toBe(true);
});

test('short forms, initials and what only one side tells make no relatives', () => {
	expect(mayBeRelatives(name('Robert', 'Hale'), name('Bob', 'Hale'))).toBe(false);
	expect(mayBeRelatives(name('R', 'Hale'), name('Robert', 'Hale', { suffix: 'Jr.' }))).toBe(false);
	const [full, initial] = [{ middleName: 'Albert' }, { middleName: 'A' }];
	expect(mayBeRelatives(name('John', 'Hale', full), name('John', 'Hale', initial))).toBe(false);
});
