import { requiredNumber, type ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { askedOf, askedProperties } from './asked';
import { versionRow } from './rows';

/** Nothing is taken out of the history: the older mapping becomes the newest version. */
export const restore: ItemOperation = {
	option: {
		name: 'Restore',
		value: 'restore',
		description: 'Put an older version of a mapping in force again',
		action: 'Restore a mapping',
	},
	properties: [
		...askedProperties,
		{
			displayName: 'Version',
			name: 'version',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 1,
			required: true,
			description: 'Its number, as List Versions tells it',
		},
		requestedByProperty,
	],

	async forItem(call) {
		const version = requiredNumber(call, 'version', 'Version');
		const by = personOf(call, 'requestedBy');
		return [versionRow(await call.fabric.mappings.restore({ ...askedOf(call), version, by }))];
	},
};
