/** Ends background work in bounded time when n8n closes a trigger. */
import { sleep } from '../connector-context';

const CLOSE_MS = 5_000;

/** Stops `work` and waits for it, five seconds at most: n8n must not hang on a CRM that does not answer. */
export async function closeWithin(
	controller: AbortController,
	work: Promise<unknown>,
	limitMs = CLOSE_MS,
): Promise<void> {
	controller.abort();
	const ended = new AbortController();
	await Promise.race([work, sleep(limitMs, ended.signal)]);
	ended.abort();
}
