import { restFailure } from './errors';

const body = (...errors: Array<Record<string, unknown>>) => JSON.stringify(errors);

test.each([
	[
		'INVALID_FIELD',
		"No such column 'Tier__c' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the '__c'",
		'Tier__c',
	],
	[
		'INVALID_FIELD',
		"\nSELECT Id, Tier__c FROM Contact\n           ^\nERROR at Row:1:Column:12\nNo such column 'Tier__c' on entity 'Contact'.",
		'Tier__c',
	],
	['REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', 'LastName'],
])('%s names the field of the message', (errorCode, message, field) => {
	const failure = restFailure(400, body({ errorCode, message }));
	expect(failure.options).toMatchObject({ retryable: false, field });
	expect(failure.message).toContain(field);
	expect(failure.options.hint).toBeTruthy();
});

test.each([
	'STRING_TOO_LONG',
	'INVALID_EMAIL_ADDRESS',
	'FIELD_CUSTOM_VALIDATION_EXCEPTION',
	'SOMETHING_NEW',
])('%s does not repeat what was sent', (errorCode) => {
	const message = 'bad value ines.brunner@example.test';
	const failure = restFailure(400, body({ errorCode, message, fields: ['Email'] }));
	expect(`${failure.message}${failure.options.hint ?? ''}`).not.toContain('ines');
	expect(failure.options.field).toBe('Email');
});

test('of several errors one that a retry cannot cure decides', () => {
	const failure = restFailure(
		400,
		body({ errorCode: 'UNABLE_TO_LOCK_ROW' }, { errorCode: 'INVALID_FIELD' }),
	);
	expect(failure).toMatchObject({ code: 'INVALID_FIELD', options: { retryable: false } });
});

test.each([
	[400, body({ errorCode: 'UNABLE_TO_LOCK_ROW' }), true],
	[
		403,
		body({ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }),
		true,
	],
	[403, body({ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' }), false],
	[503, '<html></html>', true],
	[420, '', true],
	[300, JSON.stringify(['/services/data/v62.0/sobjects/Contact/1']), false],
	[404, body({ errorCode: 'NOT_FOUND' }), false],
])('%d %s: retryable %s', (status, text, retryable) => {
	expect(restFailure(status, text).options.retryable).toBe(retryable);
});

test('a full day is waited for longer than a crowded moment, and the server’s own time counts first', () => {
	const limit = (message: string, after?: number) =>
		restFailure(403, body({ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }), after).options
			.retryAfterMs ?? 0;
	const concurrent = limit('ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
	expect(limit('TotalRequests Limit exceeded.')).toBeGreaterThan(concurrent);
	expect(limit('TotalRequests Limit exceeded.', 1_234)).toBe(1_234);
});
