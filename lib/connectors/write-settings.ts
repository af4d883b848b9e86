/** Settings that every connector which writes contacts by an update of their status has. */
import type { Json } from './connector';

export const WRITE_DEFAULTS = {
	/** Read the record before an update, so that an edit made there meanwhile is not written over. */
	verifyBeforeWrite: true,
	/** Look for the record before the first create, too, not only before a repeated one. */
	alwaysLookBeforeCreate: false,
	/** A status or category that the CRM does not know: leave it as it is there, or reject the delivery. */
	unknownPicklistValue: 'skip',
	/** Texts allowed for a field, e.g. {"category": ["Client", "Prospect"]}; others are never written. */
	picklists: {} as Record<string, Json>,
	/** Field that says whether a contact is put away, its value then, and what it is set back to if unknown. */
	archiveField: 'status',
	archiveValue: 'Inactive',
	unarchiveValue: 'Active',
	/** A contact that a person puts away counts as removed, as if it were deleted. */
	archiveIsRemoval: false,
	/** The same of other objects, e.g. {"opportunity": {"field": "stage", "value": "Dormant"}}; null: not to be put away. */
	itemArchive: {} as Record<string, Json>,
};
