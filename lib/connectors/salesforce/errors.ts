/**
 * REST errors (reference/salesforce.md, section 6.3) -> CrmError. Salesforce's own messages repeat
 * the values that were sent ("invalid email address: ..."), so the texts here are our own, made of the
 * error code and the names of fields.
 */
import { CrmError } from '../connector';

export interface RestError {
	errorCode: string;
	message: string;
	fields: string[];
}

export const MAPPING_HINT =
	"Open the Salesforce Trigger's Field Mapping and choose another field, or give the connected " +
	'user access to this one.';
const LOCK_RETRY_MS = 2_000;
const CONCURRENT_LIMIT_MS = 30_000;
const DAILY_LIMIT_MS = 15 * 60_000;

interface Explanation {
	text: (field: string) => string;
	hint?: string;
}

const named = (field: string) => (field === '' ? 'a field' : `the field ${field}`);

const EXPLANATIONS: Record<string, Explanation> = {
	INVALID_FIELD: {
		text: (field) =>
			`Salesforce does not know ${named(field)}, or the connected user may not see it`,
		hint: MAPPING_HINT,
	},
	INVALID_FIELD_FOR_INSERT_UPDATE: {
		text: (field) => `Salesforce does not let the connected user write ${named(field)}`,
		hint: MAPPING_HINT,
	},
	REQUIRED_FIELD_MISSING: {
		text: (field) => `Salesforce requires ${named(field)}, and the client has no value for it`,
		hint: 'Fill the field in one of the CRMs, or map it.',
	},
	FIELD_CUSTOM_VALIDATION_EXCEPTION: {
		text: (field) => `A validation rule of the org refuses ${named(field)}`,
		hint: 'Correct the value, or change the rule in Setup > Object Manager > Contact > Validation Rules.',
	},
	FIELD_INTEGRITY_EXCEPTION: {
		text: (field) => `Salesforce refuses the value of ${named(field)}`,
		hint: 'Correct the value; country and state must be ones that the org lists.',
	},
	INVALID_EMAIL_ADDRESS: {
		text: (field) => `Salesforce does not accept the e-mail address in ${named(field || 'Email')}`,
		hint: 'Correct the address.',
	},
	STRING_TOO_LONG: {
		text: (field) => `The value is too long for ${named(field)}`,
		hint: 'Shorten it, or map it to a longer field.',
	},
	INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: {
		text: (field) => `The value is not among those that ${named(field)} allows`,
		hint: 'Choose an allowed value, or add it to the picklist in Setup.',
	},
	JSON_PARSER_ERROR: {
		text: (field) => `The value does not fit the type of ${named(field)}`,
		hint: MAPPING_HINT,
	},
	DUPLICATE_VALUE: {
		text: (field) =>
			`Another record already holds this value of ${named(field)}, which must be unique`,
		hint: 'Find the other contact in Salesforce and merge the two, or link it in Review.',
	},
	DUPLICATES_DETECTED: {
		text: () =>
			'A duplicate rule of the org stopped the contact: Salesforce already has one like it',
		hint: 'Link the existing contact in Review, or relax the rule in Setup > Duplicate Rules.',
	},
	MULTIPLE_CHOICES: {
		text: (field) => `Several contacts hold the same value of ${named(field)}`,
		hint: 'Make the external-id field unique, and merge the contacts that share the value.',
	},
	INSUFFICIENT_ACCESS_OR_READONLY: {
		text: () => 'The connected user may not change this contact',
		hint: 'Give the user edit access. The contact side of a person account is changed through its account only.',
	},
	INVALID_TYPE: {
		text: () => 'The connected user may not see the object Contact',
		hint: 'Give the user read access to Contact.',
	},
	API_DISABLED_FOR_ORG: {
		text: () => 'The org has no API access',
		hint: 'API access comes with Enterprise Edition and above, or as an add-on.',
	},
	ENTITY_IS_DELETED: { text: () => 'The contact is in the Salesforce recycle bin' },
	NOT_FOUND: { text: () => 'Salesforce has no such contact' },
	UNABLE_TO_LOCK_ROW: {
		text: () => 'Another change holds the contact or its account at the moment',
	},
	REQUEST_LIMIT_EXCEEDED: { text: () => "The org's API request limit is reached" },
};

/** 420 and the 5xx of the edge; 429 may come from a proxy; 408 from either. */
const RETRYABLE_STATUS = new Set([408, 420, 429, 500, 502, 503, 504]);
const RETRYABLE_CODE = new Set([
	'UNABLE_TO_LOCK_ROW',
	'REQUEST_LIMIT_EXCEEDED',
	'SERVER_UNAVAILABLE',
	'UNKNOWN_EXCEPTION',
]);
const GONE_CODES = new Set(['NOT_FOUND', 'ENTITY_IS_DELETED']);

/** The errors in a body; empty for HTML, plain text and anything else. */
export function readRestErrors(body: string): RestError[] {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return [];
	}
	const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
	return list.filter(isObject).map((error) => ({
		errorCode: text(error['errorCode']),
		message: text(error['message']),
		fields: Array.isArray(error['fields']) ? error['fields'].map(text) : [],
	}));
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** Names of fields appear as `'Foo__c'` (No such column 'Foo__c' on ...) and `[LastName]`. */
function fieldOf(error: RestError): string {
	if (error.fields[0]) return error.fields[0];
	if (!/^(INVALID_FIELD|REQUIRED_FIELD)/.test(error.errorCode)) return '';
	const match = /(?:column|field) '?([A-Za-z][\w.]*__c|[A-Za-z][\w.]+)'|\[([A-Za-z]\w*)\]/.exec(
		error.message,
	);
	return match?.[1] ?? match?.[2] ?? '';
}

/** @param retryAfter of the answer's header, ms. */
export function restFailure(status: number, body: string, retryAfter?: number): CrmError {
	const errors = readRestErrors(body).filter(({ errorCode }) => errorCode !== '');
	// Retrying helps only if it can cure all of them.
	const first = errors.find(({ errorCode }) => !RETRYABLE_CODE.has(errorCode)) ?? errors[0];
	const code = status === 300 ? 'MULTIPLE_CHOICES' : (first?.errorCode ?? String(status));
	const retryable = RETRYABLE_CODE.has(code) || RETRYABLE_STATUS.has(status);
	const field = first === undefined ? '' : fieldOf(first);
	const explanation = EXPLANATIONS[code];
	const message = explanation?.text(field) ?? `Salesforce answered with ${code} (status ${status})`;
	return new CrmError(message, status, code, {
		retryable,
		retryAfterMs: retryable ? (retryAfter ?? retryDelay(code, first)) : undefined,
		hint: explanation?.hint,
		field: field === '' ? undefined : field,
	});
}

/** Undefined leaves it to the caller's backoff. */
function retryDelay(code: string, error: RestError | undefined): number | undefined {
	if (code === 'UNABLE_TO_LOCK_ROW') return LOCK_RETRY_MS;
	if (code !== 'REQUEST_LIMIT_EXCEEDED') return undefined;
	return /concurrent/i.test(error?.message ?? '') ? CONCURRENT_LIMIT_MS : DAILY_LIMIT_MS;
}

export function isGone(error: CrmError): boolean {
	return error.status === 404 || GONE_CODES.has(error.code);
}
