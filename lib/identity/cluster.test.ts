import { cluster, type ClusterNode, type Pair } from './cluster';

const record = (order: string, place = order): ClusterNode => ({
	order,
	isEntity: false,
	places: [place],
});
const client = (order: string, ...places: string[]): ClusterNode => ({
	order,
	isEntity: true,
	places,
});
const pair = (a: number, b: number, bits: number, band: Pair['band'] = 'link'): Pair => ({
	a,
	b,
	bits,
	band,
});
const free = () => undefined;
/** Groups by the order of their nodes, whatever place they had in the list. */
function outcome(
	nodes: ClusterNode[],
	pairs: Pair[],
	between = free as Parameters<typeof cluster>[2],
) {
	const name = (node: number) => nodes[node]?.order ?? '';
	return cluster(nodes, pairs, between)
		.map(({ records, entity, asked, bar }) => ({
			records: records.map(name),
			...(entity === undefined ? {} : { entity: name(entity) }),
			asked: asked.map(name),
			...(bar === undefined ? {} : { bar }),
		}))
		.sort((a, b) => ((a.records[0] ?? '') < (b.records[0] ?? '') ? -1 : 1));
}

test('the best pair first: a record goes to its best fit, and brings along who fits it', () => {
	const nodes = [record('a'), record('b'), client('E', 'x'), client('F', 'y')];
	const pairs = [pair(0, 2, 30), pair(0, 3, 20), pair(0, 1, 25)];
	expect(outcome(nodes, pairs)).toEqual([{ records: ['a', 'b'], entity: 'E', asked: [] }]);
});

test('the order in which records came does not matter', () => {
	const forth = [record('a'), record('b'), record('c')];
	const back = [...forth].reverse();
	const pairs = [pair(0, 1, 20), pair(1, 2, 18, 'review')];
	const turned = pairs.map(({ a, b, ...rest }) => ({ a: 2 - a, b: 2 - b, ...rest }));
	expect(outcome(back, turned)).toEqual(outcome(forth, pairs));
	expect(outcome(forth, pairs)).toEqual([
		{ records: ['a', 'b'], asked: [] },
		{ records: ['c'], asked: ['a'] },
	]);
});

test('two records of one system are one client only if a person says so', () => {
	const nodes = [record('a', 'crm'), record('b', 'crm'), client('E', 'crm')];
	expect(outcome(nodes, [pair(0, 1, 40)])).toEqual([
		{ records: ['a'], asked: [] },
		{ records: ['b'], asked: ['a'], bar: 'same system' },
	]);
	expect(outcome(nodes, [pair(0, 2, 40)])[0]).toEqual({
		records: ['a'],
		asked: ['E'],
		bar: 'same system',
	});
});

test('two clients that one record fits about equally: a person is asked about both', () => {
	const nodes = [record('a'), client('E', 'x'), client('F', 'y')];
	expect(outcome(nodes, [pair(0, 1, 30), pair(0, 2, 29)])).toEqual([
		{ records: ['a'], asked: ['E', 'F'], bar: 'equal fit' },
	]);
});

test('what stands against one record of a group keeps the others away, or for ever apart', () => {
	const nodes = [record('a'), record('b'), record('c')];
	const pairs = [pair(0, 1, 30), pair(1, 2, 25)];
	const against =
		(limit: 'review' | 'never') => (one: readonly number[], two: readonly number[]) =>
			[one, two].some((side) => side.includes(0)) && [one, two].some((side) => side.includes(2))
				? limit
				: undefined;
	expect(outcome(nodes, pairs, against('review'))).toEqual([
		{ records: ['a', 'b'], asked: [] },
		{ records: ['c'], asked: ['a'], bar: 'rule' },
	]);
	expect(outcome(nodes, pairs, against('never'))[1]).toEqual({ records: ['c'], asked: [] });
});
