/** Defences that concern households, opportunities, notes and tasks, switched off. */
import type { Kysely } from 'kysely';
import type { MissingReference } from '../../../lib/store/references';
import type { Database } from '../../../lib/store/schema';
import type { Sabotage } from './sabotage';

const profile = 'objects';
/** The reason that lib/identity/recordings.ts gives. */
const WAITS = 'It names a record that the fabric does not know yet.';

export const waitsForNamed: Sabotage = {
	what: 'What names a record that is not known yet does not wait in the inbox.',
	profile,
	store: async ({ part, method, args }, proceed) =>
		part === 'inbox' && method === 'postpone' && args[2] === WAITS ? undefined : proceed(args),
};

export const freedOnce: Sabotage = {
	what: 'What waited is set free even if it was merged meanwhile.',
	profile,
	store: async ({ part, method, args }, proceed, inbox) => {
		if (part !== 'inbox' || method !== 'hasten') return proceed(args);
		const [seqs, now] = args as [number[], number];
		const db = Reflect.get(inbox, 'db') as Kysely<Database>;
		const free = { state: 'pending' as const, batch: null, next_at: now };
		for (const seq of seqs)
			await db.updateTable('inbox').set(free).where('seq', '=', seq).execute();
		return undefined;
	},
};

export const keptReferences: Sabotage = {
	what: 'Nobody remembers whom a record names that is not known yet.',
	profile,
	store: ({ part, method, args }, proceed) => {
		if (part !== 'references' || method !== 'await') return proceed(args);
		const [missing] = args as [MissingReference[]];
		return proceed([missing.filter(({ field }) => field === '')]);
	},
};

export const referrers: Sabotage = {
	what: 'What names a record is not looked at again when that is made.',
	profile,
	store: async ({ part, method, args }, proceed) =>
		part === 'references' && method === 'referrers' ? [] : proceed(args),
};

export const sameContent: Sabotage = {
	what: 'What two CRMs hold alike of one client is not recognised as one thing.',
	profile,
	store: async ({ part, method, args }, proceed) =>
		part === 'identityKeys' && method === 'ownersOf' ? [] : proceed(args),
};

export const foundAgain: Sabotage = {
	what: 'A create does not look for the note or task that an earlier try made.',
	profile,
	writer: { findsItems: false },
};

export const ownCreates: Sabotage = {
	what: 'What an unanswered create made is not recognised when it is read.',
	profile,
	store: async ({ part, method, args }, proceed) =>
		part === 'deliveries' && method === 'createsTried' ? [] : proceed(args),
};
