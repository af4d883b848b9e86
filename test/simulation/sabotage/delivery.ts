/** Defences of delivery, switched off: claims, tokens, creates, reads before writes, the look that follows. */
import type { SystemRow } from '../../../lib/model/rows';
import type { Sabotage } from './sabotage';

export const claimLock: Sabotage = {
	what: 'A claim holds nobody off.',
	store: ({ part, method, args }, proceed) =>
		part === 'deliveries' && method === 'releaseExpired'
			? proceed([Number.MAX_SAFE_INTEGER])
			: proceed(args),
};

export const claimToken: Sabotage = {
	what: 'The report of an older claim is taken for one of the current claim.',
	report: async (report, store) => {
		const rows = await store.transaction((tx) => tx.deliveries.byIds([report.deliveryId]));
		const current = rows.get(report.deliveryId)?.claimToken;
		return { ...report, claimToken: current ?? report.claimToken };
	},
};

export const idempotentCreate: Sabotage = {
	what: 'A create does not look for the record of an earlier try.',
	writer: { finds: false },
};

export const verifyBeforeWrite: Sabotage = {
	what: 'A record is written without being read first.',
	writer: { verifies: false },
};

export const lookAgain: Sabotage = {
	what: 'What changes while a delivery is under way is not looked at again.',
	store: async ({ part, method, args }, proceed) =>
		part === 'deliveries' && method === 'lookAgain' ? undefined : proceed(args),
};

export const firstRead: Sabotage = {
	what: 'Records are created in a system before all of it has been read.',
	store: async ({ part, method, args }, proceed) => {
		const result = await proceed(args);
		if (part !== 'systems' || method !== 'all') return result;
		return (result as SystemRow[]).map((system) => ({ ...system, readyAt: system.readyAt ?? 0 }));
	},
};

export const awaitReview: Sabotage = {
	what: 'A client is created where a review asks whether it is there already.',
	store: async ({ part, method, args }, proceed) =>
		part === 'reviews' && method === 'awaited' ? [] : proceed(args),
};
