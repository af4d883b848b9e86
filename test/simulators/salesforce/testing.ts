/** What the simulator's tests share: a plain REST client and a plain Bayeux client over fetch. */
import { parseExact } from './bayeux/json';
import type { SalesforceSimulator } from '.';

export const VERSION = '67.0';
const BASE = `/services/data/v${VERSION}`;

export interface Answer {
	status: number;
	headers: Headers;
	/** Parsed where it is JSON, else text. */
	body: unknown;
}

export type Json = Record<string, unknown>;

interface CallOptions {
	headers?: Record<string, string>;
	token?: string;
}

/** Calls under `/services/data/vXX.0`, or any absolute path of the simulator that starts with `/`. */
export async function call(
	simulator: SalesforceSimulator,
	method: string,
	path: string,
	body?: unknown,
	{ headers = {}, token = simulator.credentials['accessToken'] }: CallOptions = {},
): Promise<Answer> {
	const isOwn = path.startsWith('/services') || path.startsWith('/_sim');
	const response = await fetch(simulator.url + (isOwn ? path : BASE + path), {
		method,
		headers: {
			Authorization: `Bearer ${token}`,
			...(body !== undefined && { 'Content-Type': 'application/json' }),
			...headers,
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
		redirect: 'manual',
	});
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') ?? false;
	const parsed: unknown = isJson ? JSON.parse(text) : text;
	return { status: response.status, headers: response.headers, body: parsed };
}

export async function createContact(simulator: SalesforceSimulator, values: Json): Promise<string> {
	const { status, body } = await call(simulator, 'POST', '/sobjects/Contact', values);
	if (status !== 201) throw new Error(`The contact was not created: ${JSON.stringify(body)}`);
	return (body as { id: string }).id;
}

export async function query(simulator: SalesforceSimulator, soql: string): Promise<Json[]> {
	const { status, body } = await call(simulator, 'GET', `/query?q=${encodeURIComponent(soql)}`);
	if (status !== 200) throw new Error(JSON.stringify(body));
	return (body as { records: Json[] }).records;
}

export function errorCode({ body }: Answer): unknown {
	return (body as Json[])[0]?.['errorCode'];
}

export async function tokenCall(
	simulator: SalesforceSimulator,
	form: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, string> }> {
	const response = await fetch(`${simulator.url}/services/oauth2/token`, {
		method: 'POST',
		headers,
		body: new URLSearchParams(form),
	});
	return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** A message of the server; `data` holds an event. */
export interface StreamMessage {
	channel: string;
	successful?: boolean;
	error?: string;
	clientId?: string;
	advice?: Json;
	ext?: { sfdc?: { failureReason?: string } };
	data?: { payload: Json & { ChangeEventHeader: Json }; event: { replayId: unknown } };
}

/** Does what it is told, once: no loop, no retry. */
export class TestStream {
	clientId = '';
	readonly cookies = new Map<string, string>();
	private messageId = 0;

	constructor(
		private readonly simulator: SalesforceSimulator,
		private readonly path = `/cometd/${VERSION}`,
		public token: string | undefined = simulator.credentials['accessToken'],
	) {}

	async post(...messages: Json[]): Promise<StreamMessage[]> {
		const { text } = await this.raw(messages);
		return parseExact(text) as StreamMessage[];
	}

	async raw(messages: Json[]): Promise<{ status: number; text: string }> {
		const numbered = messages.map((message) => ({ id: String((this.messageId += 1)), ...message }));
		const response = await fetch(this.simulator.url + this.path, {
			method: 'POST',
			headers: {
				'Content-Type': 'application/json',
				...(this.token !== undefined && { Authorization: `Bearer ${this.token}` }),
				Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
			body: JSON.stringify(numbered),
		});
		for (const cookie of response.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
			this.cookies.set(name, value);
		}
		return { status: response.status, text: await response.text() };
	}

	async handshake(): Promise<StreamMessage> {
		const [reply] = await this.post({
			channel: '/meta/handshake',
			version: '1.0',
			minimumVersion: '1.0',
			supportedConnectionTypes: ['long-polling'],
			ext: { replay: true },
		});
		this.clientId = reply?.clientId ?? '';
		return reply as StreamMessage;
	}

	async subscribe(subscription: unknown, replayId?: unknown): Promise<StreamMessage> {
		const replay = replayId === undefined ? {} : { [String(subscription)]: replayId };
		const [reply] = await this.post({
			channel: '/meta/subscribe',
			clientId: this.clientId,
			subscription,
			ext: { replay },
		});
		return reply as StreamMessage;
	}

	connect(more: Json = {}): Promise<StreamMessage[]> {
		return this.post({
			channel: '/meta/connect',
			clientId: this.clientId,
			connectionType: 'long-polling',
			...more,
		});
	}

	/** Handshake, subscription and the first connect. */
	async open(channel: string, replayId?: unknown): Promise<StreamMessage[]> {
		await this.handshake();
		const reply = await this.subscribe(channel, replayId);
		if (!reply.successful) throw new Error(reply.error);
		return this.connect();
	}

	/** The payloads that the next connect carries. */
	async events(): Promise<Array<NonNullable<StreamMessage['data']>>> {
		return eventsOf(await this.connect());
	}
}

export function eventsOf(messages: readonly StreamMessage[]) {
	return messages.flatMap(({ data }) => (data === undefined ? [] : [data]));
}
