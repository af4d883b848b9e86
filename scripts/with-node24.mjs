/**
 * Runs a command under a Node.js that is new enough, with that Node.js and the project's own
 * commands first on the PATH:
 *
 *     node scripts/with-node24.mjs jest --selectProjects e2e
 *     node scripts/with-node24.mjs --at-least 22.16 jest --selectProjects unit
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InstallFailure } from './install-once.mjs';
import { ensureNode } from './node24.mjs';

const COMMANDS = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));

function readArguments([first, second, ...rest]) {
	if (first === '--at-least') return { atLeast: second, command: rest[0], args: rest.slice(1) };
	return { atLeast: '24', command: first, args: second === undefined ? [] : [second, ...rest] };
}

async function main() {
	const { atLeast, command, args } = readArguments(process.argv.slice(2));
	if (command === undefined)
		throw new InstallFailure('Say which command to run, e.g. `with-node24.mjs jest`.');
	const nodeBin = await ensureNode({
		atLeast,
		onProgress: (line) => process.stderr.write(`${line}\n`),
	});
	const path = [dirname(nodeBin), join(COMMANDS), process.env.PATH].join(delimiter);
	const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	// Ctrl-C reaches the child by itself: the terminal sends it to the whole group.
	process.on('SIGINT', () => {});
	child.on('error', (error) =>
		fail(new InstallFailure(`Cannot start ${command} (${error.code}). Run \`npm ci\` first.`)),
	);
	child.on('close', (code, signal) => {
		process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
	});
}

function fail(error) {
	process.stderr.write(`${error instanceof InstallFailure ? error.message : error.stack}\n`);
	process.exitCode = 1;
}

main().catch(fail);
