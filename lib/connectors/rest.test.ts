import { contextOf, FakeClock } from '../../test/unit/connectors/harness';
import { ConfigurationFailure, CrmError } from './connector';
import { AuthenticationFailure, HttpFailure, type HttpRequest, type HttpResponse } from './http';
import {
	asCrmError,
	configurationFailureOf,
	createRest,
	errorOf,
	mayHaveBeenDone,
	problemOf,
	withoutValues,
} from './rest';
import { wealthbox } from './wealthbox';

type Answer = Partial<HttpResponse> | Error;

/** An HTTP port that gives these answers in turn. */
function scripted(answers: Answer[]) {
	const requests: HttpRequest[] = [];
	const http = (request: HttpRequest): Promise<HttpResponse> => {
		requests.push(request);
		const answer = answers[requests.length - 1] ?? { status: 200 };
		if (answer instanceof Error) return Promise.reject(answer);
		return Promise.resolve({ status: 200, headers: {}, body: {}, ...answer });
	};
	const clock = new FakeClock();
	const context = contextOf(wealthbox, http, {}, clock);
	return { context, requests, clock };
}

const timeout = new HttpFailure('too slow', 'timeout');
const refused = new HttpFailure('refused', 'refused');

describe('repeating', () => {
	test.each<[string, HttpRequest['method'], Answer, number]>([
		['GET after 503', 'GET', { status: 503 }, 2],
		['PUT after a time-out', 'PUT', timeout, 2],
		['POST after 429', 'POST', { status: 429 }, 2],
		['POST that was never connected', 'POST', refused, 2],
		['POST after 503', 'POST', { status: 503 }, 1],
		['POST after a time-out', 'POST', timeout, 1],
		['GET after 404', 'GET', { status: 404 }, 1],
	])('%s', async (_name, method, answer, calls) => {
		const { context, requests } = scripted([answer]);
		const rest = createRest(context, { crm: 'X', repeats: 3 });
		await rest.call({ method, path: '/contacts' }).catch(() => undefined);
		expect(requests).toHaveLength(calls);
		expect(rest.calls()).toBe(calls);
	});

	test('none is made unless asked for', async () => {
		const { context, requests } = scripted([{ status: 503 }]);
		await expect(
			createRest(context, { crm: 'X' }).call({ method: 'GET', path: '/' }),
		).rejects.toThrow(CrmError);
		expect(requests).toHaveLength(1);
	});
});

test('429 holds back every caller for as long as it says', async () => {
	const { context, clock } = scripted([{ status: 429, headers: { 'retry-after': '30' } }]);
	const rest = createRest(context, { crm: 'X' });
	const failed = await rest.call({ method: 'GET', path: '/' }).catch((error: CrmError) => error);
	expect(failed).toMatchObject({ status: 429, options: { retryable: true, retryAfterMs: 30_000 } });
	const before = clock.now();
	await rest.call({ method: 'GET', path: '/' });
	expect(clock.now() - before).toBe(30_000);
});

test('write headers go with writes only', async () => {
	const { context, requests } = scripted([]);
	const rest = createRest(context, { crm: 'X', writeHeaders: () => ({ 'X-Sync-Origin': 'me' }) });
	await rest.call({ method: 'GET', path: '/' });
	await rest.call({ method: 'PUT', path: '/', json: {} });
	expect(requests.map(({ headers }) => headers?.['X-Sync-Origin'])).toEqual([undefined, 'me']);
});

test('401 as an answer is a matter of credentials too', async () => {
	const { context } = scripted([{ status: 401 }]);
	await expect(
		createRest(context, { crm: 'X' }).call({ method: 'GET', path: '/' }),
	).rejects.toThrow(AuthenticationFailure);
});

describe('what the CRM says', () => {
	test.each([
		[{ error: 'Not found' }, 'Not found', []],
		[
			{ errors: { contact_type: ['is not included in the list'] } },
			'contact_type is not included in the list',
			['contact_type'],
		],
		[{ errors: ['first', 'second'] }, 'first; second', []],
		[
			{ message: 'User Forbidden from Updating servicing_advisor_id' },
			'User Forbidden from Updating servicing_advisor_id',
			[],
		],
		[{ tags: ['is invalid'] }, 'tags is invalid', ['tags']],
		['plain text', 'plain text', []],
		['<html><body>Bad gateway</body></html>', '', []],
		[null, '', []],
	])('%j', (body, text, fields) => {
		expect(problemOf(body)).toEqual({ text, fields });
	});

	test.each([
		['address "oda@x.example" is taken', 'address [value] is taken'],
		['oda@x.example is invalid', '[value] is invalid'],
		["value 'Gold' can't be used", "value [value] can't be used"],
		['phone (207) 555-0148 is wrong', 'phone ([value] is wrong'],
		['contact 30714402 not found', 'contact [value] not found'],
		['field 41 is gone', 'field 41 is gone'],
	])('values are taken out: %s', (sentence, clean) => {
		expect(withoutValues(sentence)).toBe(clean);
	});
});

test('which failures may have been carried out', () => {
	const error = (status: number) => errorOf({ status, headers: {}, body: '' }, 'X', 0);
	expect([error(500), error(504), error(408), timeout].map(mayHaveBeenDone)).toEqual([
		true,
		true,
		true,
		true,
	]);
	expect([error(429), error(422), error(404), refused].map(mayHaveBeenDone)).toEqual([
		false,
		false,
		false,
		false,
	]);
});

test('node operations see CrmError alone', async () => {
	const failing = (error: Error) => asCrmError('X', () => Promise.reject(error));
	await expect(failing(new AuthenticationFailure('no'))).rejects.toMatchObject({
		name: 'CrmError',
		status: 401,
	});
	await expect(failing(timeout)).rejects.toMatchObject({
		name: 'CrmError',
		code: 'timeout',
		options: { retryable: true },
	});
	await expect(failing(new TypeError('bug'))).rejects.toBeInstanceOf(TypeError);
});

test('the check of a connection tells what is to be configured from what may pass', async () => {
	const failing = (status: number) =>
		configurationFailureOf('X', () =>
			Promise.reject(errorOf({ status, headers: {}, body: '' }, 'X', 0)),
		);
	await expect(failing(404)).rejects.toBeInstanceOf(ConfigurationFailure);
	await expect(failing(503)).rejects.toBeInstanceOf(HttpFailure);
});
