import { coalesced, type Answers } from './coalesce';

/** Notes what was asked for together; odd numbers fail. */
function counted(most: number) {
	const rounds: number[][] = [];
	const ask = coalesced<number, string>(most, async (asks): Promise<Answers<string>> => {
		rounds.push(asks);
		return asks.map((one) => (one % 2 === 1 ? new Error(`not ${one}`) : `got ${one}`));
	});
	return { ask, rounds };
}

test('what is asked for at once is asked for together, at most so many', async () => {
	const { ask, rounds } = counted(3);
	const told = await Promise.all([2, 4, 6, 8].map(ask));
	expect(told).toEqual(['got 2', 'got 4', 'got 6', 'got 8']);
	expect(rounds).toEqual([[2, 4, 6], [8]]);
});

test('what follows from the answers is asked for together, too', async () => {
	const { ask, rounds } = counted(10);
	await Promise.all([2, 4].map(async (one) => ask(Number((await ask(one)).slice(4)) * 10)));
	expect(rounds).toEqual([
		[2, 4],
		[20, 40],
	]);
});

test('each has its own failure', async () => {
	const { ask } = counted(10);
	const told = await Promise.allSettled([1, 2].map(ask));
	expect(told).toMatchObject([{ reason: new Error('not 1') }, { value: 'got 2' }]);
});

test('a failure of the whole is that of all', async () => {
	const ask = coalesced<number, string>(2, () => Promise.reject(new Error('nobody answers')));
	const told = await Promise.allSettled([1, 2, 3].map(ask));
	expect(told).toMatchObject(Array(3).fill({ reason: new Error('nobody answers') }));
});
