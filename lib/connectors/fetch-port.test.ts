import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchPort } from './fetch-port';
import { AuthenticationFailure } from './http';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
	const server = createServer(listener);
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

const echo: RequestListener = (request, response) => {
	let body = '';
	request.on('data', (part: Buffer) => (body += part.toString()));
	request.on('end', () => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ url: request.url, headers: request.headers, body }));
	});
};

test('paths, repeated query keys, authentication and JSON', async () => {
	const baseUrl = `${await serve(echo)}/v1/`;
	const http = fetchPort({ baseUrl, headers: () => Promise.resolve({ ACCESS_TOKEN: 'secret' }) });
	const query = { 'tags[]': ['a', 'b'], page: 2, none: undefined };
	const { status, body } = await http({ method: 'POST', url: '/contacts', query, json: { a: 1 } });
	expect(status).toBe(200);
	expect(body).toMatchObject({
		url: '/v1/contacts?tags%5B%5D=a&tags%5B%5D=b&page=2',
		headers: { access_token: 'secret', 'content-type': 'application/json' },
		body: '{"a":1}',
	});
});

test('another origin is not given the credentials', async () => {
	const other = await serve(echo);
	const http = fetchPort({
		baseUrl: await serve(echo),
		headers: () => ({ ACCESS_TOKEN: 'secret' }),
	});
	const { body } = await http({ method: 'GET', url: `${other}/file` });
	expect((body as { headers: object }).headers).not.toHaveProperty('access_token');
});

test('401 is an authentication failure, other statuses are answers', async () => {
	const baseUrl = await serve((request, response) => {
		response.statusCode = Number(request.url?.slice(1));
		response.end('no');
	});
	const http = fetchPort({ baseUrl });
	await expect(http({ method: 'GET', url: '/401' })).rejects.toBeInstanceOf(AuthenticationFailure);
	await expect(http({ method: 'GET', url: '/429' })).resolves.toMatchObject({
		status: 429,
		body: 'no',
	});
});

test('several cookies stay apart', async () => {
	const cookies = ['a=1; Expires=Wed, 04 Mar 2026 10:00:00 GMT', 'b=2; Path=/'];
	const baseUrl = await serve((_request, response) => {
		response.setHeader('set-cookie', cookies);
		response.setHeader('x-other', ['1', '2']);
		response.end();
	});
	const { headers } = await fetchPort({ baseUrl })({ method: 'GET', url: '/' });
	expect(headers['set-cookie']).toEqual(cookies);
	expect(headers['x-other']).toBe('1, 2');
});

test('no answer has a reason', async () => {
	const hanging = await serve(() => undefined);
	const dropping = await serve((request) => request.socket.destroy());
	const gone = await serve(echo);
	await new Promise((resolve) => servers.pop()?.close(resolve));
	const get = (baseUrl: string, over = {}) =>
		fetchPort({ baseUrl })({ method: 'GET', url: '/', ...over });
	await expect(get(gone)).rejects.toMatchObject({ code: 'refused', mayHaveArrived: false });
	await expect(get(dropping)).rejects.toMatchObject({ code: 'reset', mayHaveArrived: true });
	await expect(get(hanging, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'timeout' });
	await expect(get(hanging, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
		code: 'aborted',
	});
});
