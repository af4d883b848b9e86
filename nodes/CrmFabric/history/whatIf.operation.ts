import { ruleProperties } from '../../FieldMerge/properties';
import { readRules } from '../../FieldMerge/rules';
import { clientProperties, findClient } from '../client-picker';
import type { ItemOperation } from '../operation';

/** Runs a client's history again under other rules. Changes nothing. */
export const whatIf: ItemOperation = {
	option: {
		name: 'Try Other Rules',
		value: 'whatIf',
		description: 'See what a client would look like under other field rules; nothing is changed',
		action: 'Try other rules on a client',
	},
	properties: [...clientProperties, ...ruleProperties],

	async forItem(call) {
		const rules = readRules(call.node, call.index);
		const { unifiedId } = await findClient(call);
		const result = await call.fabric.history.whatIf(unifiedId, rules);
		return [{ ...result }];
	},
};
