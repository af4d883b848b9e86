/** What each answer of Salesforce makes of a delivery: tried again, gone, or final. Over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import type { Fault } from '../../simulators/simulator';
import { job, openWorld, type World } from './world';

let world: World;

beforeEach(async () => {
	const contacts = [{ firstName: 'Ines', lastName: 'Brunner' }];
	world = await openWorld({ contacts, settings: { verifyBeforeWrite: false } });
	const { http } = world.context;
	world.context.http = (request) => http({ ...request, timeoutMs: 300 });
});
afterEach(() => world.sim.stop());

const update = () => {
	const crmId = world.sim.people.list()[0]?.id ?? '';
	return salesforce.deliver(world.context, job(world, { crmId, changes: { jobTitle: 'Painter' } }));
};

const coded = (status: number, errorCode: string, message = ''): Fault => ({
	kind: 'status',
	status,
	body: [{ errorCode, message }],
});
const retry = (code: string, outcomeUnknown: boolean, retryAfterMs?: number) => ({
	status: 'retry',
	code,
	outcomeUnknown,
	...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const rejected = (code: string) => ({ status: 'rejected', code });

/** reference/salesforce.md, section 6.3. */
const TABLE: Array<[string, Fault, Record<string, unknown>]> = [
	['row lock', coded(400, 'UNABLE_TO_LOCK_ROW'), retry('UNABLE_TO_LOCK_ROW', false, 2_000)],
	[
		'daily limit',
		coded(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
		{ ...retry('REQUEST_LIMIT_EXCEEDED', false, 900_000), pausedMs: 900_000 },
	],
	[
		'concurrent limit',
		coded(
			403,
			'REQUEST_LIMIT_EXCEEDED',
			'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
		),
		{ ...retry('REQUEST_LIMIT_EXCEEDED', false, 30_000), pausedMs: 30_000 },
	],
	[
		'429 of a proxy, with Retry-After',
		{ kind: 'status', status: 429, headers: { 'Retry-After': '7' } },
		{ ...retry('429', false, 7_000), pausedMs: 7_000 },
	],
	['420 of the edge', { kind: 'status', status: 420 }, retry('420', false)],
	['500', coded(500, 'UNKNOWN_EXCEPTION'), retry('UNKNOWN_EXCEPTION', true)],
	['502', { kind: 'status', status: 502 }, retry('502', true)],
	['503', coded(503, 'SERVER_UNAVAILABLE'), retry('SERVER_UNAVAILABLE', true)],
	['504', { kind: 'status', status: 504 }, retry('504', true)],
	['412', coded(412, 'PRECONDITION_FAILED'), retry('changed-meanwhile', false)],
	['no answer although it was done', { kind: 'timeoutAfterCommit' }, retry('reset', true)],
	['a dropped connection', { kind: 'down' }, retry('reset', true)],
	['404 for a record that is there', coded(404, 'NOT_FOUND'), rejected('NOT_FOUND')],
	['deleted', coded(404, 'ENTITY_IS_DELETED'), { status: 'gone' }],
	...[
		'DUPLICATES_DETECTED',
		'DUPLICATE_VALUE',
		'FIELD_CUSTOM_VALIDATION_EXCEPTION',
		'REQUIRED_FIELD_MISSING',
		'INVALID_FIELD',
		'INVALID_EMAIL_ADDRESS',
		'STRING_TOO_LONG',
		'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
		'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
		'INVALID_CROSS_REFERENCE_KEY',
		'JSON_PARSER_ERROR',
	].map((code): [string, Fault, Record<string, unknown>] => [
		code,
		coded(400, code),
		rejected(code),
	]),
	...['INSUFFICIENT_ACCESS_OR_READONLY', 'API_DISABLED_FOR_ORG', 'FORBIDDEN'].map(
		(code): [string, Fault, Record<string, unknown>] => [code, coded(403, code), rejected(code)],
	),
	...[405, 409, 414, 415, 431].map((status): [string, Fault, Record<string, unknown>] => [
		String(status),
		{ kind: 'status', status },
		rejected(String(status)),
	]),
];

test.each(TABLE)('%s', async (_case, fault, { pausedMs, ...expected }) => {
	world.sim.setFault({ ...fault, match: 'PATCH', times: 1 });
	const outcome = await update();
	expect(outcome).toMatchObject(expected);
	if (!('retryAfterMs' in expected)) expect(outcome).not.toHaveProperty('retryAfterMs');
	if (pausedMs !== undefined) expect(world.pauses).toEqual([pausedMs]);
});

test('an expired token is refreshed once, and the write goes through', async () => {
	world.sim.setFault({ kind: 'invalidateTokens' });
	expect(await update()).toMatchObject({ status: 'confirmed' });
	expect(world.refreshes()).toBe(1);
});
