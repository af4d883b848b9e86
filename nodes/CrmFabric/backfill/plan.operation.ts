import type { ItemOperation } from '../operation';
import { planPage } from './page/plan-page';
import { runOf, runProperty, summaryOf } from './run-property';
import { filterProperty, readFilters, readTerms, termsProperties } from './terms';

/** What a first load would do, before anything is written; again under other terms as long as it is not started. */
export const plan: ItemOperation = {
	option: {
		name: 'Plan',
		value: 'plan',
		description: 'Work out what a first load would do, and write nothing',
		action: 'Plan a backfill',
	},
	properties: [runProperty, filterProperty, ...termsProperties],

	async forItem(call) {
		const asked = { terms: readTerms(call), filters: readFilters(call) };
		const progress = await call.fabric.backfill.plan(runOf(call), asked);
		return [{ ...summaryOf(progress), ...planPage(progress) }];
	},
};
