import { CookieJar } from './cookies';

const PATH = '/cometd/62.0';
const NOW = Date.parse('2026-11-22T08:00:00Z');

function jarWith(...headers: string[]): CookieJar {
	const jar = new CookieJar();
	jar.store(headers, PATH, NOW);
	return jar;
}

test('keeps what Salesforce sends, longest path first, and gives it back', () => {
	const jar = jarWith(
		'BrowserId=abc; Path=/; Domain=.salesforce.com; Secure',
		'BAYEUX_BROWSER=def; Path=/cometd/; HttpOnly',
	);
	expect(jar.header(PATH, NOW)).toBe('BAYEUX_BROWSER=def; BrowserId=abc');
	expect(jar.header('/services/data', NOW)).toBe('BrowserId=abc');
	expect(jar.header('/cometdx', NOW)).toBe('BrowserId=abc');
});

test('forgets expired and deleted cookies; Max-Age beats Expires', () => {
	const jar = jarWith(
		'a=1; Path=/; Expires=Sun, 22 Nov 2026 11:00:00 GMT',
		'b=2; Path=/; Max-Age=10; Expires=Sun, 22 Nov 2026 11:00:00 GMT',
	);
	expect(jar.header(PATH, NOW)).toBe('a=1; b=2');
	expect(jar.header(PATH, NOW + 11_000)).toBe('a=1');
	jar.store('a=; Path=/; Max-Age=0', PATH, NOW);
	expect(jar.header(PATH, NOW + 11_000)).toBeUndefined();
});

test('replaces a cookie of the same name and path', () => {
	const jar = jarWith('s=1; Path=/', 's=2; Path=/');
	expect(jar.header(PATH, NOW)).toBe('s=2');
});

test('reads cookies that were folded into one header, dates and all', () => {
	const jar = new CookieJar();
	jar.store('a=1; Path=/; Expires=Sun, 22 Nov 2026 11:00:00 GMT, b=x=y; Path=/', PATH, NOW);
	expect(jar.header(PATH, NOW)).toBe('a=1; b=x=y');
});

test('takes no more than its limit, and nothing odd', () => {
	const jar = jarWith('novalue', '=x', `big=${'x'.repeat(5_000)}`);
	expect(jar.header(PATH, NOW)).toBeUndefined();
	const many = Array.from({ length: 80 }, (_, index) => `c${index}=1; Path=/`);
	for (const one of many) jar.store(one, PATH, NOW);
	expect(jar.header(PATH, NOW)?.split('; ')).toHaveLength(50);
});

test('a cookie without a path belongs to the folder of the call; clearing forgets all', () => {
	const jar = jarWith('a=1');
	expect(jar.header('/cometd/63.0', NOW)).toBe('a=1');
	expect(jar.header('/services', NOW)).toBeUndefined();
	jar.clear();
	expect(jar.header(PATH, NOW)).toBeUndefined();
});
