import type { ItemOperation } from '../operation';
import { askedOf, askedProperties, mapOf, mapProperties } from './asked';
import { problemRow } from './rows';

export const validate: ItemOperation = {
	option: {
		name: 'Validate',
		value: 'validate',
		description:
			'Check a mapping against the fields of the CRM and the values of the clients, without saving it',
		action: 'Validate a mapping',
	},
	properties: [...askedProperties, ...mapProperties],

	async forItem(call) {
		const asked = askedOf(call);
		const problems = await call.fabric.mappings.validate({ ...asked, map: await mapOf(call) });
		const hasErrors = problems.some(({ severity }) => severity === 'error');
		return [{ ...asked, canBeSaved: !hasErrors, problems: problems.map(problemRow) }];
	},
};
