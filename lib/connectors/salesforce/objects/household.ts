/**
 * Households are accounts: those that the settings `householdField` and `householdValue` name, and no
 * others. Who belongs to one is said by the contacts' own account.
 */
import { itemSettings } from '../settings';
import {
	customField,
	filter,
	MODIFIED_SINCE,
	plain,
	STAMPS,
	text,
	type SalesforceItem,
} from './salesforce-object';

export const household: SalesforceItem = {
	object: 'household',
	sobject: 'Account',
	capability: { create: true, change: true, archive: false, delete: true, needs: ['name'] },
	reads: [],
	searchBy: 'Name',
	where: (settings) => {
		const { householdField, householdValue } = itemSettings(settings);
		return `${householdField} = '${householdValue.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
	},
	fields: [
		text('Name', 'Account Name', 'name', 255, true),
		text('Description', 'Description', 'background', 32_000),
		plain('Phone', 'Phone'),
		plain('Website', 'Website'),
		...STAMPS,
	],
	customField,
	defaults: (settings) => {
		const { householdField, householdValue } = itemSettings(settings);
		return { [householdField]: householdValue };
	},
	matchFields: [],
	listFilters: [
		filter('Name', 'Name', 'Households with exactly this name'),
		filter('OwnerId', 'Owner', 'ID of the user whose households to list'),
		MODIFIED_SINCE,
	],
};
