/** What the command line of the simulation means. */
import { readOptions } from './options';

const read = (...args: string[]) => readOptions(args, 2);

test('a seed alone is shown; with a number of seeds it is the first of them', () => {
	expect(read('--seed', '368')).toMatchObject({ seed: 368 });
	expect(read('--seed', '368', '--seeds', '1')).toMatchObject({ seed: 368 });
	const several = read('--seeds', '50', '--seed', '7', '--store', 'postgres');
	expect(several).toMatchObject({ seeds: 50, first: 7, store: 'postgres' });
	expect(several.seed).toBeUndefined();
	expect(read()).toMatchObject({ seeds: 200, first: 1, store: 'sqlite', workers: 2 });
});

test.each([
	['--seeds', 'many'],
	['--seed', '-1'],
	['--store', 'oracle'],
])('%s %s is refused', (name, value) => {
	expect(() => read(`${name}=${value}`)).toThrow(RangeError);
});
