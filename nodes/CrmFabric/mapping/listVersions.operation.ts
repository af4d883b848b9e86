import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { askedOf, askedProperties } from './asked';
import { versionRow } from './rows';

export const listVersions: ItemOperation = {
	option: {
		name: 'List Versions',
		value: 'listVersions',
		description: 'Get the versions of a mapping, the newest first',
		action: 'List the versions of a mapping',
	},
	properties: [...askedProperties, ...limitProperties],

	async forItem(call) {
		const versions = await call.fabric.mappings.versions(askedOf(call), readLimit(call));
		return versions.map(versionRow);
	},
};
