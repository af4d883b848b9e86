/** The store as {@link SharedBudget} uses it: one transaction an exchange. */
import type { Clock } from '../clock';
import type { BudgetPort } from '../connectors/shared-budget';
import type { Store } from './store';

export function budgetPort(store: Store, clock: Pick<Clock, 'now'>): BudgetPort {
	return {
		exchange: (account, change) =>
			store.transaction(async (tx) => {
				const { state, result } = change(await tx.budgets.get(account));
				await tx.budgets.put(account, state, clock.now());
				return result;
			}),
		read: (account) => store.read((tx) => tx.budgets.get(account)),
	};
}
