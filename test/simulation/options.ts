/** What the command line of the simulation asks for. */
import { parseArgs } from 'node:util';
import type { Profile } from './scenario';
import type { StoreName } from './sources';

export interface Options {
	/** Seeds to run, from `first` on. */
	seeds: number;
	first: number;
	/** Only this one, with its trace and hash. */
	seed?: number;
	/** `objects`: with households, opportunities, notes and tasks. */
	profile: Profile;
	store: StoreName;
	/** The PostgreSQL server that was started for it. */
	server?: string;
	/** The name of a defence that is switched off. */
	without?: string;
	/** Switches off each defence in turn. */
	defences: boolean;
	workers: number;
}

export const USAGE = `npm run sim -- [options]
  --seeds N        how many seeds (default 200)
  --first N        the first of them (default 1)
  --seed S         only this seed: prints its trace and hash; with --seeds N, N seeds from S on
  --objects        with households, opportunities, notes and tasks
  --store sqlite|postgres
  --without NAME   with this defence switched off
  --defences       with each defence switched off in turn
  --workers N      processes at a time (default: one a core)`;

/** Throws a RangeError with what is wrong. */
export function readOptions(args: string[], cores: number): Options {
	const { values } = parseArgs({
		args,
		options: {
			seeds: { type: 'string' },
			first: { type: 'string', default: '1' },
			seed: { type: 'string' },
			objects: { type: 'boolean', default: false },
			store: { type: 'string', default: 'sqlite' },
			without: { type: 'string' },
			defences: { type: 'boolean', default: false },
			workers: { type: 'string', default: String(cores) },
		},
	});
	const { store, without, defences } = values;
	const seeds = count('seeds', values.seeds ?? '200');
	const seed = values.seed === undefined ? undefined : count('seed', values.seed);
	const isAlone = seed !== undefined && (values.seeds === undefined || seeds === 1);
	if (store !== 'sqlite' && store !== 'postgres')
		throw new RangeError(`--store is sqlite or postgres, not "${store}".`);
	return {
		seeds,
		first: seed ?? count('first', values.first),
		...(isAlone ? { seed } : {}),
		...(without === undefined ? {} : { without }),
		profile: values.objects ? 'objects' : 'contacts',
		store,
		defences,
		workers: count('workers', values.workers),
	};
}

function count(name: string, text: string): number {
	const value = Number(text);
	if (Number.isSafeInteger(value) && value >= 0) return value;
	throw new RangeError(`--${name} is a number, not "${text}".`);
}
