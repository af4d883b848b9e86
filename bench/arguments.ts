/** The command line of the benches: `<bench> [--name value] ...`. */
import { parseArgs } from 'node:util';

export type StoreName = 'sqlite' | 'postgres';

export class UsageError extends Error {
	override readonly name = 'UsageError';
}

export interface Options {
	store: StoreName;
	/** The whole number given by an option, or its default. Throws {@link UsageError} unless it is positive. */
	count: (name: string, byDefault: number) => number;
	/** What was given for an option that takes a text. */
	text: (name: string) => string | undefined;
}

/** `numbers`, `texts`: the names of the options that take a number, or any text. */
export function readOptions(
	args: string[],
	numbers: readonly string[],
	texts: readonly string[] = [],
): Options {
	const values = parse(args, [...numbers, ...texts]);
	const store = values['store'] ?? 'sqlite';
	if (store !== 'sqlite' && store !== 'postgres')
		throw new UsageError(`--store ${store} is unknown; use sqlite or postgres.`);
	return {
		store,
		text: (name) => values[name],
		count: (name, byDefault) => {
			const value = Number(values[name] ?? byDefault);
			if (Number.isSafeInteger(value) && value > 0) return value;
			throw new UsageError(`--${name} ${values[name]} is no positive whole number.`);
		},
	};
}

function parse(args: string[], numbers: readonly string[]): Record<string, string | undefined> {
	const names = ['store', ...numbers];
	const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
	try {
		return parseArgs({ args, options, strict: true }).values as Record<string, string | undefined>;
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}
