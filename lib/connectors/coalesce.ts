/** Collects what is asked for in one turn of the event loop, and asks for it together. */

/** An Error stands for the failure of the one ask. */
export type Answers<Answer> = Array<Answer | Error>;

interface Waiting<Ask, Answer> {
	ask: Ask;
	resolve: (answer: Answer) => void;
	reject: (error: Error) => void;
}

/**
 * `answer`: gets at most `most` asks, and gives one answer each, in their order; what it rejects with is the
 * failure of all of them.
 */
export function coalesced<Ask, Answer>(
	most: number,
	answer: (asks: Ask[]) => Promise<Answers<Answer>>,
): (ask: Ask) => Promise<Answer> {
	let waiting: Array<Waiting<Ask, Answer>> = [];
	const flush = async () => {
		const all = waiting;
		waiting = [];
		for (let from = 0; from < all.length; from += most)
			await settle(all.slice(from, from + most), answer);
	};
	return (ask) =>
		new Promise((resolve, reject) => {
			if (waiting.length === 0) setImmediate(() => void flush());
			waiting.push({ ask, resolve, reject });
		});
}

async function settle<Ask, Answer>(
	some: ReadonlyArray<Waiting<Ask, Answer>>,
	answer: (asks: Ask[]) => Promise<Answers<Answer>>,
): Promise<void> {
	const asks = some.map(({ ask }) => ask);
	const answers = await answer(asks).catch((error: unknown) => some.map(() => asError(error)));
	for (const [place, { resolve, reject }] of some.entries()) {
		const told = answers[place];
		if (told instanceof Error) reject(told);
		else resolve(told as Answer);
	}
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error('It failed without a reason');
}
