/** Real processes that begin at one word and report one line of JSON in the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a worker prints when it waits for the word on its standard input. */
const READY = 'ready';

interface Worker<Report> {
	ready: Promise<unknown>;
	go: () => void;
	report: Promise<Report>;
}

function startWorker<Report>(script: string, task: unknown): Worker<Report> {
	const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(task)], {
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	let [output, errors] = ['', ''];
	child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
	const ended = once(child, 'close');
	const ready = new Promise<void>((resolve) => {
		child.stdout.on('data', (data: Buffer) => {
			output += data.toString();
			if (output.startsWith(READY)) resolve();
		});
		void ended.then(() => resolve());
	});
	const report = ended.then(([code]) => {
		if (code !== 0) throw new Error(`A process failed: ${errors}`);
		return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Report;
	});
	return { ready, report, go: () => void child.stdin.write('go\n') };
}

/** One process a task, all of them at the same time. */
export async function runWorkers<Report>(
	script: string,
	tasks: readonly unknown[],
): Promise<Report[]> {
	const workers = tasks.map((task) => startWorker<Report>(script, task));
	await Promise.all(workers.map(({ ready }) => ready));
	for (const worker of workers) worker.go();
	return Promise.all(workers.map(({ report }) => report));
}

/** In the worker: all begin together, however long each took to start. */
export async function startSignal(): Promise<void> {
	process.stdout.write(`${READY}\n`);
	await once(process.stdin, 'data');
	process.stdin.destroy();
}
