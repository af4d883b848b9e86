/** Push calls: who may make the fabric read now, and who may not. */
import { readFileSync } from 'node:fs';
import { createHmac } from 'node:crypto';
import { hintIn, MAX_PUSH_BYTES } from '../../lib/push/hint';
import type { PushCall } from '../../lib/push/desk';
import { PUSH_WINDOW_MS, refusalOf, sign } from '../../lib/push/signature';
import { TestHub } from './support/hub';

const SECRET = 'a-secret-of-more-than-16-bytes';
const NOW = Date.parse('2026-03-02T12:00:00Z');
const BODY = '{"ids":["30714402"]}';

const seconds = (ms: number) => String(Math.floor(ms / 1_000));

function headers(over: Partial<Record<'id' | 'timestamp' | 'signature', string>> = {}) {
	const [id, timestamp] = [over.id ?? 'call-1', over.timestamp ?? seconds(NOW)];
	return { id, timestamp, signature: sign(SECRET, id, timestamp, BODY), ...over };
}

const judged = (given: ReturnType<typeof headers>, body = BODY, secret = SECRET) =>
	refusalOf({ secret, headers: given, body: Buffer.from(body), now: NOW });

describe('the signature', () => {
	test('is the one of Standard Webhooks', () => {
		const expected = createHmac('sha256', SECRET).update(`m.1.${BODY}`).digest('base64');
		expect(sign(SECRET, 'm', '1', BODY)).toBe(`v1,${expected}`);
		const key = Buffer.from(SECRET).toString('base64');
		expect(sign(`whsec_${key}`, 'm', '1', BODY)).toBe(`v1,${expected}`);
	});

	test('fits exactly these bytes, this id, this time and this secret', () => {
		expect(judged(headers())).toBeNull();
		const good = headers();
		expect(judged(good, `${BODY} `)).toBe('forged');
		expect(judged({ ...good, id: 'call-2' })).toBe('forged');
		expect(judged({ ...good, timestamp: seconds(NOW - 1_000) })).toBe('forged');
		expect(judged(good, BODY, `${SECRET}x`)).toBe('forged');
		expect(judged({ ...good, signature: 'v1,' })).toBe('forged');
		expect(judged({ ...good, signature: `v1,AAAA ${good.signature}` })).toBeNull();
	});

	test('is refused beyond the window on either side', () => {
		for (const [offset, refusal] of [
			[PUSH_WINDOW_MS, null],
			[PUSH_WINDOW_MS + 1_000, 'late'],
			[-PUSH_WINDOW_MS - 1_000, 'late'],
		] as const) {
			expect(judged(headers({ timestamp: seconds(NOW - offset) }))).toBe(refusal);
		}
	});

	test('is asked for: without a secret, or with a short one, every call is refused', () => {
		for (const secret of ['', '   ', 'short', 'whsec_', 'whsec_c2hvcnQ='])
			expect(judged(headers(), BODY, secret)).toBe('unconfigured');
	});

	test.each([
		['no id', { id: undefined }],
		['an id of two lines', { id: 'a\nb' }],
		['a long id', { id: 'x'.repeat(101) }],
		['no timestamp', { timestamp: undefined }],
		['a timestamp that is no number', { timestamp: '2026-03-02T12:00:00Z' }],
		['no signature', { signature: undefined }],
		['a signature of another version', { signature: 'v2,AAAA' }],
	])('%s is malformed', (_, over) => {
		const given = { ...headers(), ...over };
		expect(refusalOf({ secret: SECRET, headers: given, body: Buffer.from(BODY), now: NOW })).toBe(
			'malformed',
		);
	});
});

describe('the body', () => {
	test('names records, or none', () => {
		expect(hintIn(Buffer.from(''))).toEqual({ crmIds: [] });
		expect(hintIn(Buffer.from('{}'))).toEqual({ crmIds: [] });
		expect(hintIn(Buffer.from('{"ids":["1",2],"type":"contact.updated"}'))).toEqual({
			crmIds: ['1', '2'],
		});
	});

	test.each(['[]', 'null', '7', '{"ids":"1"}', '{"ids":[{}]}', '{"ids":[""]}', '{', 'ids=1'])(
		'%s says nothing that can be read',
		(text) => expect(hintIn(Buffer.from(text))).toBeNull(),
	);
});

describe('the desk', () => {
	let hub: TestHub;
	const call = (over: Partial<PushCall> = {}): PushCall => {
		const [id, timestamp] = ['call-1', seconds(hub.now)];
		const signature = sign(SECRET, id, timestamp, BODY);
		const signed = { id, timestamp, signature };
		const body = Buffer.from(BODY);
		return { system: 'wealthbox', secret: SECRET, headers: signed, body, ...over };
	};

	beforeEach(async () => {
		hub = await TestHub.open();
	});

	afterEach(() => hub.close());

	test('takes a call once, whoever sends it again and as often as they like', async () => {
		const { pushes, signals } = hub.fabric;
		let woken = 0;
		signals.on('hints:wealthbox', () => (woken += 1));
		const outcomes = await Promise.all([1, 2, 3].map(() => pushes.receive(call())));
		expect(outcomes.sort()).toEqual(['accepted', 'replayed', 'replayed']);
		expect(woken).toBe(1);
		expect(await pushes.take('wealthbox')).toEqual({ crmIds: ['30714402'] });
		expect(await pushes.take('wealthbox')).toBeNull();
	});

	test('remembers an id until its timestamp is too old, and no longer', async () => {
		const { pushes } = hub.fabric;
		const replayed = call();
		expect(await pushes.receive(replayed)).toBe('accepted');
		hub.now += PUSH_WINDOW_MS;
		expect(await pushes.receive(replayed)).toBe('replayed');
		hub.now += 2_000;
		expect(await pushes.receive(replayed)).toBe('late');
		hub.now += 2 * PUSH_WINDOW_MS;
		expect(await pushes.receive(call())).toBe('accepted');
	});

	test('a refused call leaves no id behind: the genuine one still counts', async () => {
		const { pushes } = hub.fabric;
		const forged = call({ body: Buffer.from('{"ids":["1"]}') });
		expect(await pushes.receive(forged)).toBe('forged');
		expect(await pushes.take('wealthbox')).toBeNull();
		expect(await pushes.receive(call())).toBe('accepted');
	});

	test('the other system of the same secret is another endpoint', async () => {
		const { pushes } = hub.fabric;
		expect(await pushes.receive(call())).toBe('accepted');
		expect(await pushes.receive(call({ system: 'redtail' }))).toBe('accepted');
	});

	test('a hint without ids covers those with some', async () => {
		const { pushes } = hub.fabric;
		await pushes.receive(call());
		const [id, timestamp] = ['call-2', seconds(hub.now)];
		const signed = { id, timestamp, signature: sign(SECRET, id, timestamp, '') };
		await pushes.receive(call({ headers: signed, body: Buffer.alloc(0) }));
		expect(await pushes.take('wealthbox')).toEqual({ crmIds: [] });
	});

	test('every call is counted, and the metrics show it', async () => {
		const { pushes, desk } = hub.fabric;
		await pushes.receive(call());
		await pushes.receive(call());
		await pushes.receive(call({ secret: '' }));
		await pushes.receive(call({ body: Buffer.from('x') }));
		pushes.refuse('wealthbox', 'malformed');
		await pushes.flush();
		const counted = (await desk.metrics()).pushes.map(({ outcome, calls }) => [outcome, calls]);
		expect(Object.fromEntries(counted)).toEqual({
			accepted: 1,
			forged: 1,
			malformed: 1,
			replayed: 1,
			unconfigured: 1,
		});
	});
});

test('the guide signs as the code does', () => {
	const guide = readFileSync('docs/push.md', 'utf8');
	expect(guide).toContain('v1,');
	expect(guide).toContain(`${MAX_PUSH_BYTES / 1_024} KiB`);
	const [, secret, id, timestamp, body, signature] =
		/secret `([^`]+)`, id `([^`]+)`, timestamp `([^`]+)` and body `([^`]+)`[^`]*`(v1,[^`]+)`/.exec(
			guide,
		) ?? [];
	expect(signature).toBe(sign(secret ?? '', id ?? '', timestamp ?? '', body ?? ''));
});
