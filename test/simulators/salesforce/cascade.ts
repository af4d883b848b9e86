/**
 * What goes with a row when it is deleted, and comes back with it from the recycle bin: an account takes its
 * contacts, opportunities, activities and notes along, a contact its activities and notes, not its
 * opportunities (Salesforce Help, "Delete Accounts", "Delete Contacts").
 */
import type { Org } from './org';
import type { Row } from './store';

/** Parent -> object and the field that names the parent. */
const CHILDREN: Record<string, ReadonlyArray<readonly [string, string]>> = {
	Account: [
		['AccountContactRelation', 'AccountId'],
		['PartyRelationshipGroup', 'AccountId'],
		['Contact', 'AccountId'],
		['Opportunity', 'AccountId'],
		['Task', 'WhatId'],
		['Event', 'WhatId'],
		['Note', 'ParentId'],
	],
	ContentNote: [['ContentDocumentLink', 'ContentDocumentId']],
	Contact: [
		['ContentDocumentLink', 'LinkedEntityId'],
		['AccountContactRelation', 'ContactId'],
		['Task', 'WhoId'],
		['Event', 'WhoId'],
		['Note', 'ParentId'],
	],
	Opportunity: [
		['Task', 'WhatId'],
		['Event', 'WhatId'],
		['Note', 'ParentId'],
	],
};

function childrenOf(org: Org, parent: Row): Row[] {
	return (CHILDREN[parent.object.name] ?? []).flatMap(([name, field]) => {
		const object = org.schema.object(name);
		if (object === undefined) return [];
		return org.store.all(object).filter(({ values }) => values[field] === parent.id);
	});
}

/** Children first. In a transaction. */
export function removeWithChildren(org: Org, row: Row): Row {
	for (const child of childrenOf(org, row))
		if (child.deletedAt === null) removeWithChildren(org, child);
	return org.store.remove(row);
}

/** What was deleted by itself before stays in the bin. In a transaction. */
export function undeleteWithChildren(org: Org, row: Row): Row {
	const { deletedAt } = row;
	const back = org.store.undelete(row);
	const SAME_DELETE_MS = 1_000;
	for (const child of childrenOf(org, row)) {
		const went = child.deletedAt !== null && child.deletedAt >= (deletedAt ?? 0) - SAME_DELETE_MS;
		if (went && child.deletedAt <= (deletedAt ?? 0)) undeleteWithChildren(org, child);
	}
	return back;
}
