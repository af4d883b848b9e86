/** A field of the CRM as its API (or, where that has no describe, its documentation) names it. */
export interface CrmField {
	/** The name used in field maps and in create/update. */
	name: string;
	label: string;
	type:
		| 'string'
		| 'number'
		| 'boolean'
		| 'date'
		| 'datetime'
		| 'options'
		| 'email'
		| 'phone'
		| 'list';
	options?: Array<{ value: string; label: string }>;
	readOnly: boolean;
	required: boolean;
	custom: boolean;
	/** The canonical field that the default map gives it, if any. */
	suggestedField?: string;
}
