/** The fields of a contact as the panel lists them. */
import type { INodePropertyOptions } from 'n8n-workflow';
import { FULL_NAME, MAPPABLE_FIELDS, ruleFieldLabel } from '../../lib';

/** Stands for a field of the user's own. */
export const CUSTOM = 'custom';

function labelOf(field: string): string {
	return field === FULL_NAME ? 'Full Name' : ruleFieldLabel(field);
}

function byName(options: INodePropertyOptions[]): INodePropertyOptions[] {
	return options.sort((a, b) => a.name.localeCompare(b.name));
}

const custom: INodePropertyOptions = {
	name: 'Other (Custom Field)',
	value: CUSTOM,
	description: 'A field that contacts do not have by themselves',
};

/** For mapping the keys of an item. */
export const mappableOptions = byName([
	...MAPPABLE_FIELDS.map((field) => ({ name: labelOf(field), value: field })),
	custom,
]);

/** For rules: a whole name is judged by its parts. */
export const ruleFieldOptions = byName([
	...MAPPABLE_FIELDS.filter((field) => field !== FULL_NAME).map((field) => ({
		name: labelOf(field),
		value: field,
	})),
	{ name: labelOf('addresses'), value: 'addresses' },
	custom,
]);
