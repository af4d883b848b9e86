/** What keeps the fabric within bounds, switched off: rate budgets, complete listings, the breaker. */
import type { Sabotage } from './sabotage';

export const budget: Sabotage = {
	what: 'Nobody waits for the rate budget.',
	ignoresBudgets: true,
};

export const completeListing: Sabotage = {
	what: 'What a listing that broke off does not hold counts as deleted.',
	trustsBrokenListings: true,
};

export const breaker: Sabotage = {
	what: 'A run may do as much as it likes.',
	system: (registration) => ({
		...registration,
		limits: { creates: 0, changes: 0, removals: 0 },
	}),
};
