import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
	NodeApiError,
	NodeOperationError,
	type IHttpRequestOptions,
	type INode,
} from 'n8n-workflow';
import { ConfigurationFailure } from '../../../lib/connectors/connector';
import { AuthenticationFailure, HttpFailure, type HttpRequest } from '../../../lib/connectors/http';
import { httpPort } from '../../../nodes/shared/http-port';
import { FakeTrigger } from './fake-trigger';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const NODE: INode = {
	id: '1',
	name: 'N',
	type: 't',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/**
 * What n8n's helper does with these options (reference/n8n.md, section 1.5), over fetch: errors are
 * NodeApiErrors around an error with axios' codes.
 */
async function helper(_: string, given: unknown): Promise<unknown> {
	const options = given as IHttpRequestOptions;
	try {
		const answer = await fetch(options.url, {
			method: options.method,
			headers: options.headers as Record<string, string>,
			body: options.body as string | undefined,
			redirect: options.disableFollowRedirect === true ? 'manual' : 'follow',
			signal: options.abortSignal as AbortSignal,
		});
		const body = await answer.text();
		if (answer.status === 401) throw Object.assign(new Error('401'), { response: { status: 401 } });
		return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body };
	} catch (error) {
		throw new NodeApiError(NODE, withCode(error) as never);
	}
}

/** As axios does it: one error with the system's code. */
function withCode(error: unknown): Error {
	const { message, cause, response } = error as Error & {
		cause?: NodeJS.ErrnoException;
		response?: object;
	};
	return Object.assign(new Error(message), { response, code: cause?.code });
}

describe('HTTP port over n8n', () => {
	let server: Server;
	let base: string;
	let answer: Answer;
	const calls: Array<{
		method?: string;
		url?: string;
		headers: IncomingMessage['headers'];
		body: string;
	}> = [];

	beforeAll(async () => {
		server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const body = Buffer.concat(chunks).toString();
				calls.push({ method: request.method, url: request.url, headers: request.headers, body });
				answer(request, response, body);
			});
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});

	beforeEach(() => {
		calls.length = 0;
		answer = (_, response) => void response.end();
	});

	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	function send(
		request: HttpRequest,
		credentials: object = { baseUrl: `${base}/v1/` },
		request2 = helper,
	) {
		const { functions } = new FakeTrigger({ request: request2, credentials: { ...credentials } });
		return httpPort({ caller: functions, credentialType: 'wealthboxApi' })(request);
	}

	const json = (status: number, body: string, headers: object = {}): Answer => {
		return (_, response) => {
			response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
			response.end(body);
		};
	};

	it('resolves a path against the base address and repeats arrays in the query', async () => {
		answer = json(200, '{"a":[1]}');
		const query = { page: 2, tags: ['a b', 'c'], active: true, absent: undefined };
		const response = await send({ method: 'GET', url: '/contacts', query });
		expect(calls[0]?.url).toBe('/v1/contacts?page=2&tags=a+b&tags=c&active=true');
		expect(response).toMatchObject({ status: 200, body: { a: [1] } });
	});

	it.each([
		[
			'the address that came with the token',
			{ oauthTokenData: { instance_url: 'BASE/i' } },
			'/i/x',
		],
		['the instance address', { instanceUrl: 'BASE/i', myDomainUrl: 'http://127.0.0.1:9' }, '/i/x'],
		['My Domain', { oauthTokenData: {}, myDomainUrl: 'BASE//' }, '/x'],
	])('calls Salesforce at %s', async (_, credentials, url) => {
		const text = JSON.stringify({ myDomainUrl: 'http://127.0.0.1:9', ...credentials });
		await send({ method: 'GET', url: 'x' }, JSON.parse(text.replaceAll('BASE', base)) as object);
		expect(calls[0]?.url).toBe(url);
	});

	it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
		'sends JSON with %s, an empty object too',
		async (method) => {
			await send({ method, url: 'x', json: {} });
			expect(calls[0]).toMatchObject({
				method,
				body: '{}',
				headers: { 'content-type': 'application/json' },
			});
		},
	);

	it('sends text as it is', async () => {
		await send({
			method: 'POST',
			url: 'x',
			text: 'a=1&b',
			headers: { 'content-type': 'text/csv' },
		});
		expect(calls[0]).toMatchObject({ body: 'a=1&b', headers: { 'content-type': 'text/csv' } });
	});

	it('keeps the exact text if asked to, and large numbers with it', async () => {
		answer = json(200, '{"id": 12345678901234567890 }');
		const response = await send({ method: 'GET', url: 'x', responseType: 'text' });
		expect(response.body).toBe('{"id": 12345678901234567890 }');
	});

	it.each([400, 403, 404, 429, 500, 503])(
		'resolves with status %d and its headers',
		async (status) => {
			answer = json(status, '{"errors":"x"}', { 'Retry-After': '7' });
			const response = await send({ method: 'GET', url: 'x' });
			expect(response).toMatchObject({
				status,
				headers: { 'retry-after': '7' },
				body: { errors: 'x' },
			});
		},
	);

	it('leaves what is no JSON as text', async () => {
		answer = json(502, '<html>');
		expect((await send({ method: 'GET', url: 'x' })).body).toBe('<html>');
	});

	it('does not follow a redirect', async () => {
		answer = (_, response) => void response.writeHead(302, { location: `${base}/elsewhere` }).end();
		expect(await send({ method: 'POST', url: 'x', json: {} })).toMatchObject({ status: 302 });
		expect(calls.map(({ url }) => url)).toEqual(['/v1/x']);
	});

	it('sends the credential to no other host', async () => {
		const call = send({ method: 'GET', url: 'http://localhost:9/steal' });
		await expect(call).rejects.toThrow(ConfigurationFailure);
		expect(calls).toHaveLength(0);
	});

	it.each(['', 'api.example.com', 'ftp://x'])('refuses the base address "%s"', async (baseUrl) => {
		await expect(send({ method: 'GET', url: 'x' }, { baseUrl })).rejects.toThrow(
			ConfigurationFailure,
		);
	});

	it('tells a refused credential', async () => {
		answer = json(401, '{}');
		await expect(send({ method: 'GET', url: 'x' })).rejects.toThrow(AuthenticationFailure);
	});

	const failing = (error: unknown) => () => Promise.reject(new NodeApiError(NODE, error as never));
	const named = (name: string, message: string, more: object = {}) => {
		const Named = { [name]: class extends Error {} }[name] ?? Error;
		return Object.assign(new Named(message), more);
	};

	it.each([
		['a credential that is not connected', named('UserError', 'OAuth credentials not connected')],
		['a revoked grant', new NodeOperationError(NODE, 'The credential needs to be reconnected.')],
		['a refused refresh', named('AuthError', 'invalid_client', { code: 'EAUTH' })],
	])('takes %s for an authentication failure', async (_, error) => {
		const call = send({ method: 'GET', url: 'x' }, undefined, failing(error));
		await expect(call).rejects.toThrow(AuthenticationFailure);
		await expect(call).rejects.toThrow(error.message);
	});

	it.each([
		['no answer to the log-in', named('UserError', 'Redtail did not answer the login.')],
		['a log-in that failed there', named('UserError', 'answered the login with status 503')],
		['a token endpoint that is down', named('ResponseError', 'HTTP status 502', { status: 502 })],
	])('tries again after %s: the call was never sent', async (_, error) => {
		const call = send({ method: 'GET', url: 'x' }, undefined, failing(error));
		await expect(call).rejects.toMatchObject({ name: 'HttpFailure', mayHaveArrived: false });
	});

	it('knows a call that surely never arrived', async () => {
		const closed = createServer().listen(0, '127.0.0.1');
		await once(closed, 'listening');
		const { port } = closed.address() as AddressInfo;
		closed.close();
		const call = send({ method: 'GET', url: 'x' }, { baseUrl: `http://127.0.0.1:${port}` });
		await expect(call).rejects.toMatchObject({ code: 'refused', mayHaveArrived: false });
	});

	it('knows a connection that broke off', async () => {
		answer = (request) => void request.socket.destroy();
		const call = send({ method: 'POST', url: 'x', json: {} });
		await expect(call).rejects.toMatchObject({ mayHaveArrived: true });
		await expect(call).rejects.toThrow(HttpFailure);
	});

	it('gives up after the time-out, whatever the helper does', async () => {
		const never = () => new Promise<unknown>(() => undefined);
		const call = send({ method: 'GET', url: 'x', timeoutMs: 20 }, undefined, never);
		await expect(call).rejects.toMatchObject({ code: 'timeout' });
	});

	it('stops with the signal', async () => {
		answer = () => controller.abort();
		const controller = new AbortController();
		const call = send({ method: 'GET', url: 'x', signal: controller.signal });
		await expect(call).rejects.toMatchObject({ code: 'aborted' });
	});
});
