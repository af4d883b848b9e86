import type { ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { targetOf, targetProperties } from './target';

/** What was held back goes on, in its order. */
export const resume: ItemOperation = {
	option: {
		name: 'Resume',
		value: 'resume',
		description: 'Let a paused system or record go on with what was held back',
		action: 'Resume a system or a record',
	},
	properties: [...targetProperties, requestedByProperty],

	async forItem(call) {
		const target = targetOf(call);
		await call.fabric.desk.resume(target, personOf(call, 'requestedBy'));
		return [{ system: target.system, crmId: target.crmId ?? null, resumed: true }];
	},
};
