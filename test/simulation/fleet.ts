/** Runs many seeds in several processes. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Options } from './options';
import type { RunResult } from './run';
import type { Order, Report } from './worker';

/** Told each result as it comes; the order differs from run to run. */
export async function runFleet(
	{ seeds, first, profile, store, server, without, workers }: Options,
	onResult: (result: RunResult) => void,
): Promise<void> {
	const shares = Array.from({ length: Math.max(1, workers) }, (): number[] => []);
	for (let index = 0; index < seeds; index += 1) {
		shares[index % shares.length]?.push(first + index);
	}
	const orders = shares.filter((share) => share.length > 0);
	await Promise.all(
		orders.map((share) => runShare({ seeds: share, profile, store, server, without }, onResult)),
	);
}

function runShare(order: Order, onResult: (result: RunResult) => void): Promise<void> {
	const child = fork(join(__dirname, 'worker.ts'));
	return new Promise((resolve, reject) => {
		let ended = false;
		child.on('message', (report: Report) => {
			if ('done' in report) ended = true;
			else onResult(report);
		});
		child.on('error', reject);
		child.on('exit', (code) => {
			if (ended) resolve();
			else reject(new Error(`A process of the simulation ended early (code ${code}).`));
		});
		child.send(order);
	});
}
