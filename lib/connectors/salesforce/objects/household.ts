/** Households are accounts: which ones, and who belongs to one, is told by ../household-model.ts. */
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
	ofHouseholds: true,
	fields: [
		text('Name', 'Account Name', 'name', 255, true),
		text('Description', 'Description', 'background', 32_000),
		plain('Phone', 'Phone'),
		plain('Website', 'Website'),
		...STAMPS,
	],
	customField,
	matchFields: [],
	listFilters: [
		filter('Name', 'Name', 'Households with exactly this name'),
		filter('OwnerId', 'Owner', 'ID of the user whose households to list'),
		MODIFIED_SINCE,
	],
};
