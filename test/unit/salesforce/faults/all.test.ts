/** The faults of reference/salesforce.md, section 11, stand here together: F1 to F19, each with a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const COUNT = 19;

test('F1 to F19: each has a test of its number', () => {
	const files = readdirSync(__dirname).filter(
		(name) => name.endsWith('.test.ts') && name !== 'all.test.ts',
	);
	const text = files.map((name) => readFileSync(join(__dirname, name), 'utf8')).join('\n');
	const told = new Set([...text.matchAll(/['"`](F\d+)['" ]/g)].map(([, fault]) => fault));
	const expected = Array.from({ length: COUNT }, (_, index) => `F${index + 1}`);
	expect(expected.filter((fault) => !told.has(fault))).toEqual([]);
});
