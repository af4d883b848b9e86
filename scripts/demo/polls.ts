/** When Wealthbox was asked for changes, as its simulator's own log of calls tells. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '../../test/simulators/simulator';

interface Call {
	/** When it was answered, ms. */
	at: number;
	query: string;
	status: number | 'dropped';
}

const LOOK_MS = 50;

/**
 * Waits until a poll that began after `from` (ms) has been answered: what is edited from then on is known
 * to have been edited after `from`, however slow the polls are. False if none came within the limit.
 */
export async function polledPast(
	wealthbox: Simulator,
	from: number,
	limitMs: number,
): Promise<boolean> {
	const end = Date.now() + limitMs;
	while (Date.now() < end) {
		const polls = (await callsTo(wealthbox)).filter(({ at, query, status }) => {
			const sent = new URLSearchParams(query);
			return at >= from && status === 200 && sent.has('updated_since') && sent.get('page') === '1';
		});
		// The first of them may have begun before; the second began when the first was answered.
		if (polls.length >= 2) return true;
		await sleep(LOOK_MS);
	}
	return false;
}

async function callsTo({ url }: Simulator): Promise<Call[]> {
	const answer = await fetch(new URL('/_sim/calls', url));
	return ((await answer.json()) as { requests: Call[] }).requests;
}
