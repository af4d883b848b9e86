import type { ItemOperation } from '../operation';
import { isoTime } from '../operation';
import { askedOf, askedProperties } from './asked';
import { driftRow, versionRow } from './rows';

export const get: ItemOperation = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Get the mapping in force and what is held of it',
		action: 'Get a mapping',
	},
	properties: askedProperties,

	async forItem(call) {
		const { version, drifts, describedAt } = await call.fabric.mappings.get(askedOf(call));
		const describedAtTime = isoTime(describedAt);
		return [
			{ ...versionRow(version), drifts: drifts.map(driftRow), fieldsLookedAt: describedAtTime },
		];
	},
};
