/** `crm-fabric`: the command line around the store. Built to dist/cli.js. */
import { ConfigurationFailure } from '../connectors/connector';
import { BackupError } from '../store/backup-format';
import { parseCommand, STORE_VARIABLE, USAGE, UsageError } from './arguments';
import { runCommand } from './commands';

async function main(args: readonly string[]): Promise<number> {
	try {
		const command = parseCommand(args);
		if (command === undefined) return say(USAGE);
		if (command.isPasswordVisible) {
			warn(
				`The password is in the list of processes while this runs. Put the store into ${STORE_VARIABLE} instead.`,
			);
		}
		const { code, lines, data } = await runCommand(command);
		say(command.json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`);
		return code;
	} catch (error) {
		return explain(error);
	}
}

function say(text: string): number {
	process.stdout.write(text);
	return 0;
}

function warn(text: string): void {
	process.stderr.write(`${text}\n`);
}

function explain(error: unknown): number {
	if (error instanceof UsageError) {
		warn(`${error.message} See crm-fabric --help.`);
		return 2;
	}
	if (error instanceof ConfigurationFailure) warn(`${error.message} ${error.hint}`);
	else if (error instanceof BackupError) warn(error.message);
	else warn(`It failed: ${error instanceof Error ? error.message : String(error)}`);
	return 1;
}

void main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
