/** How long a source waits after a failed read. Pure but for `random`. */
import { CrmError } from './connector';

const FIRST_MS = 1_000;
const MOST_MS = 60_000;
const DOUBLINGS = 6;
/** So that sources that were refused together do not come back together. */
const SPREAD_MS = 1_000;

/** What the CRM asked for and a little more, else twice as long with every failure, from half to the whole of it. */
export function retryDelayMs(error: unknown, failures: number, random: () => number): number {
	const asked = error instanceof CrmError ? error.options.retryAfterMs : undefined;
	if (asked !== undefined) return Math.ceil(asked + random() * SPREAD_MS);
	const base = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, DOUBLINGS));
	return Math.ceil(base * (0.5 + random() / 2));
}
