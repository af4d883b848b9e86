/** No file imports itself by way of others: each can be read, and loaded, after those that it uses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { circles, importsIn } from '../support/import-circles';

const ROOT = join(__dirname, '../..');
const PACKAGE = ['lib', 'nodes', 'credentials'];
const TOOLS = [
	'bench',
	'scripts',
	'test/simulators',
	'test/support',
	'test/unit',
	'test/connectors',
];
/** The parts of a simulated world take its type. */
const WORLDS = ['test/simulation', 'test/e2e', 'test/workflow'];

test.each([...PACKAGE, ...TOOLS])('%s has no circle of imports, types included', (folder) => {
	expect(circles(importsIn(ROOT, [folder], 'all'))).toEqual([]);
});

test('no circle of values goes through all folders', () => {
	expect(circles(importsIn(ROOT, [...PACKAGE, ...TOOLS, ...WORLDS], 'values'))).toEqual([]);
});

test('a circle is found, and one of types told from one of values', () => {
	const root = mkdtempSync(join(tmpdir(), 'circles-'));
	try {
		mkdirSync(join(root, 'lib/part'), { recursive: true });
		const files = {
			'lib/a.ts': "import { b } from './part';\nimport type { C } from './c';\nexport const a = b;",
			'lib/part/index.ts': "export * from './b';",
			'lib/part/b.ts': "import { a } from '../a';\nexport const b = () => a;",
			'lib/c.ts': "import { a } from './a';\nexport type C = typeof a;",
		};
		for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
		const ofValues = 'lib/a.ts > lib/part/index.ts > lib/part/b.ts > lib/a.ts';
		expect(circles(importsIn(root, ['lib'], 'values'))).toEqual([ofValues]);
		expect(circles(importsIn(root, ['lib'], 'all'))).toEqual([
			ofValues,
			'lib/a.ts > lib/c.ts > lib/a.ts',
		]);
	} finally {
		rmSync(root, { recursive: true });
	}
});
