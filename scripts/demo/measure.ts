/** Waiting for what must come, and telling how long it took. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function until(
	holds: () => boolean,
	limitMs: number,
	everyMs: number,
): Promise<boolean> {
	const end = Date.now() + limitMs;
	while (Date.now() < end) {
		if (holds()) return true;
		await sleep(everyMs);
	}
	return holds();
}

export function percentile(sorted: number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(2)} s`;
}
