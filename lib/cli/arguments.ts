/** The command line of `crm-fabric`. */
import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { StoreLocation } from '../store/location';

export const COMMANDS = ['backup', 'restore', 'verify', 'migrate', 'info'] as const;
export type CommandName = (typeof COMMANDS)[number];

export const STORE_VARIABLE = 'CRM_FABRIC_STORE';

export const USAGE = `crm-fabric: looks after the store of the n8n package n8n-nodes-crm-fabric

  crm-fabric backup  --store STORE --to FILE       writes the whole store to FILE; n8n may go on meanwhile
  crm-fabric restore --store STORE --from FILE     puts a backup into an empty store, of either kind
  crm-fabric verify  --store STORE [--head HASH]   proves that the audit trail was not altered
  crm-fabric verify  --backup FILE                 proves that a backup is whole
  crm-fabric migrate --store STORE                 brings the tables to this version
  crm-fabric info    --store STORE                 version, rows

STORE is the path of a SQLite file, or postgresql://user:password@host:5432/database?schema=crm_fabric
It may come from the environment variable ${STORE_VARIABLE}: then no password is in the list of processes.
--json prints one line of JSON. Exit code: 0 well, 1 not, 2 the command cannot be understood.
`;

/** The command cannot be understood; the message says why. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

export interface Command {
	name: CommandName;
	/** Missing only for `verify --backup`. */
	store?: StoreLocation;
	to?: string;
	from?: string;
	backup?: string;
	head?: string;
	json: boolean;
	/** The password stands on the command line, where every user of the machine can read it. */
	isPasswordVisible: boolean;
}

const OPTIONS = {
	store: { type: 'string' },
	to: { type: 'string' },
	from: { type: 'string' },
	backup: { type: 'string' },
	head: { type: 'string' },
	json: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
} as const;

/** Throws UsageError. Undefined: help is wanted. */
export function parseCommand(
	args: readonly string[],
	env: NodeJS.ProcessEnv = process.env,
): Command | undefined {
	const { values, positionals } = parsed(args);
	const [first, ...more] = positionals;
	if (values.help || first === 'help' || first === undefined) return undefined;
	const name = COMMANDS.find((one) => one === first);
	if (name === undefined) throw new UsageError(`There is no command "${first}".`);
	if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is too much.`);
	const { to, from, backup, head, json } = values;
	if (name === 'backup' && to === undefined) throw new UsageError('--to FILE is missing.');
	if (name === 'restore' && from === undefined) throw new UsageError('--from FILE is missing.');
	const command = { name, to, from, backup, head, json };
	if (name === 'verify' && backup !== undefined) return { ...command, isPasswordVisible: false };
	const text = values.store ?? env[STORE_VARIABLE];
	if (text === undefined || text === '') {
		throw new UsageError(`--store STORE is missing, and ${STORE_VARIABLE} is not set.`);
	}
	const isPasswordVisible = values.store !== undefined && hasPassword(text);
	return { ...command, store: locationOf(text), isPasswordVisible };
}

function parsed(args: readonly string[]) {
	try {
		return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

function isUrl(text: string): boolean {
	return /^postgres(ql)?:/.test(text);
}

function hasPassword(text: string): boolean {
	return isUrl(text) && URL.canParse(text) && new URL(text).password !== '';
}

function locationOf(text: string): StoreLocation {
	if (isUrl(text)) return { type: 'postgres', connectionString: text };
	return { type: 'sqlite', path: isAbsolute(text) ? text : resolve(text) };
}
