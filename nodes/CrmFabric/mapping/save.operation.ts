import type { ItemOperation } from '../operation';
import { personOf, requestedByProperty } from '../person';
import { askedOf, askedProperties, mapOf, mapProperties } from './asked';
import { versionRow } from './rows';

/** Saving also says: what the CRM's fields are now, is right. */
export const save: ItemOperation = {
	option: {
		name: 'Save',
		value: 'save',
		description:
			'Put a mapping in force as a new version, and let go on what was held because of the old one',
		action: 'Save a mapping',
	},
	properties: [
		...askedProperties,
		...mapProperties,
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			default: '',
			placeholder: 'e.g. Service tier was renamed',
			description: 'Why it is changed; kept with the version',
		},
		{
			displayName: 'Save in Spite of Errors',
			name: 'force',
			type: 'boolean',
			default: false,
			description: 'Whether to save a mapping in which Validate finds errors',
		},
		requestedByProperty,
	],

	async forItem(call) {
		const { node, fabric, index } = call;
		const note = String(node.getNodeParameter('note', index, '') ?? '').trim();
		const saved = await fabric.mappings.save({
			...askedOf(call),
			map: await mapOf(call),
			by: personOf(call, 'requestedBy'),
			force: node.getNodeParameter('force', index, false) === true,
			...(note !== '' && { note }),
		});
		return [versionRow(saved)];
	},
};
