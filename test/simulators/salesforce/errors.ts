/** Errors as Salesforce's REST API words them: an array of `{ message, errorCode, fields? }`. */

export class SalesforceError extends Error {
	override readonly name = 'SalesforceError';

	constructor(
		readonly status: number,
		readonly errorCode: string,
		message: string,
		/** Present (even if empty) on errors of a row write, absent on all others. */
		readonly fields?: readonly string[],
		/** Further top-level keys of the error element, such as `duplicateResult`. */
		readonly extra: Readonly<Record<string, unknown>> = {},
	) {
		super(message);
	}

	/** The body of a plain REST answer. */
	toBody(): unknown[] {
		const { message, errorCode, fields, extra } = this;
		return [{ ...extra, message, errorCode, ...(fields === undefined ? {} : { fields }) }];
	}

	/** The entry of a collection's `errors` list, which says `statusCode` where rows say `errorCode`. */
	toCollectionEntry(): Record<string, unknown> {
		const { message, errorCode, fields = [], extra } = this;
		return { ...extra, statusCode: errorCode, message, fields };
	}
}

/** A write refused because of its data: status 400 and the names of the fields at fault. */
export function rowError(
	errorCode: string,
	message: string,
	fields: readonly string[] = [],
): SalesforceError {
	return new SalesforceError(400, errorCode, message, fields);
}

export function notFound(message = 'The requested resource does not exist'): SalesforceError {
	return new SalesforceError(404, 'NOT_FOUND', message);
}
