import { foldName, nameRoots } from './names';

test('accents, case and punctuation do not make another name', () => {
	expect(foldName(' Zo\u00eb O\u2019Neill-Smith ')).toBe('zoe oneill smith');
	expect(foldName(undefined)).toBe('');
});

test.each([
	['robert', 'bob'],
	['bob', 'rob'],
	['elizabeth', 'liz'],
	['chris', 'christopher'],
	['chris', 'christina'],
	['bobby joe', 'robert'],
])('%s and %s may be one first name', (one, other) => {
	const roots = nameRoots(one);
	expect([...nameRoots(other)].some((root) => roots.includes(root))).toBe(true);
});

test('a name that is no known short form stands for itself', () => {
	expect([...nameRoots('odalys')]).toEqual(['odalys']);
});
