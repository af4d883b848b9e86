/** How the simulated org is set up, and the fields that objects share by it. */
import type { Switches } from '../switches';
import { externalIdField, field, type FieldDef } from './types';

export type OrgSetup = Pick<
	Switches,
	| 'externalIdField'
	| 'externalIdUnique'
	| 'statusValues'
	| 'personAccounts'
	| 'financialServices'
	| 'multipleAccounts'
	| 'memberRoles'
	| 'enhancedNotes'
>;

export function customKeys(setup: OrgSetup) {
	return setup.externalIdField ? [externalIdField(setup.externalIdUnique)] : [];
}

export function masterRecord(of: string): FieldDef {
	return field('MasterRecordId', 'Master Record ID', 'reference', {
		writable: false,
		inEvents: false,
		referenceTo: of,
		relationshipName: 'MasterRecord',
		length: 18,
	});
}
