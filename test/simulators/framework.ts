/**
 * The HTTP server that all CRM simulators share: routing, bodies, faults, logs, the `/_sim/*`
 * endpoints and the web page. A CRM adds its routes, its gate (credentials, rate limit) and its
 * `People`.
 *
 * Order of a call: fault `down` -> `slow` -> route and gate -> `status` -> handler ->
 * `statusAfterCommit` / `timeoutAfterCommit` -> answer.
 */
import type { AddressInfo } from 'node:net';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { adminRoutes, CORS_HEADERS, UnknownContactError } from './framework/admin';
import { FaultBox } from './framework/faults';
import {
	isObject,
	json,
	parseJson,
	Router,
	SimHttpError,
	text,
	type SimRequest,
	type SimResponse,
	type SimRoute,
	type WriteNote,
} from './framework/http';
import { CallLogs, writeEntries } from './framework/logs';
import type { Snapshots } from './framework/snapshots';
import type { Fault, People, Simulator } from './simulator';

export { UnknownContactError } from './framework/admin';
export { FaultBox } from './framework/faults';
export * from './framework/http';
export { Snapshots } from './framework/snapshots';
export * from './framework/throttle';

const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface SimulatorServerConfig {
	kind: Simulator['kind'];
	/** Shown on the web page. */
	title: string;
	/** What follows the origin in `Simulator.url`, e.g. `/v1`; empty for none. */
	basePath: string;
	/** Full paths, base path included. */
	routes: SimRoute[];
	people: People;
	credentials: Simulator['credentials'];
	/** Holds every part of the CRM that has a state. */
	snapshots: Snapshots;
	/** Milliseconds since the epoch. */
	now: () => number;
	/** 0 or absent: any free port. */
	port?: number;
	/** Made by the caller when its handlers play faults of their own kinds (`faults.take`). */
	faults?: FaultBox;
	/** Endpoints of the CRM's own under `/_sim/`. */
	adminRoutes?: SimRoute[];
	/**
	 * Runs before every API handler; an answer stops the call. `routed` is false for unknown paths.
	 */
	gate?: (request: SimRequest, routed: boolean) => SimResponse | undefined;
	/** Answer of unknown paths. Default 404 without a body. */
	notFound?: () => SimResponse;
	/** Default 10 MiB; larger bodies get 413. */
	maxBodyBytes?: number;
	/** Called once by `stop`, before the connections are closed. */
	onStop?: () => void;
}

/** Starts a simulator on 127.0.0.1. Rejects when the port is taken. */
export async function startSimulatorServer(config: SimulatorServerConfig): Promise<Simulator> {
	const instance = new SimulatorServer(config);
	const origin = await instance.listen();
	return {
		kind: config.kind,
		url: origin + config.basePath,
		credentials: config.credentials,
		people: config.people,
		writes: () => instance.logs.allWrites(),
		callCounts: () => instance.logs.callCounts(),
		setFault: (fault) => instance.faults.set(fault),
		clearFaults: () => instance.faults.clear(),
		save: () => config.snapshots.save(),
		stop: () => instance.stop(),
	};
}

interface Call {
	request: SimRequest;
	notes: WriteNote[];
	/** `METHOD /path?query`, what faults are matched against. */
	label: string;
}

class SimulatorServer {
	readonly logs = new CallLogs();
	readonly faults: FaultBox;
	private readonly server: Server;
	private readonly api: Router;
	private readonly admin: Router;
	private readonly stopping = new AbortController();

	constructor(private readonly config: SimulatorServerConfig) {
		this.faults = config.faults ?? new FaultBox();
		this.api = new Router(config.routes);
		this.admin = new Router([
			...(config.adminRoutes ?? []),
			...adminRoutes(config, config.title, this.logs, this.faults),
		]);
		this.server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing));
	}

	listen(): Promise<string> {
		return new Promise((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(this.config.port ?? 0, '127.0.0.1', () => {
				const { port } = this.server.address() as AddressInfo;
				resolve(`http://127.0.0.1:${port}`);
			});
		});
	}

	async stop(): Promise<void> {
		if (this.stopping.signal.aborted) return;
		this.stopping.abort();
		this.config.onStop?.();
		await new Promise<void>((resolve) => {
			this.server.close(() => resolve());
			this.server.closeAllConnections();
		});
	}

	private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const gone = new AbortController();
		outgoing.once('close', () => gone.abort());
		try {
			const body = await readBody(incoming, this.config.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
			const signal = AbortSignal.any([gone.signal, this.stopping.signal]);
			const call = makeCall(incoming, body, signal);
			const { path } = call.request;
			const isAdmin = path === '/' || path.startsWith('/_sim/');
			const answer = isAdmin ? await this.serveAdmin(call) : await this.serveApi(call);
			send(outgoing, answer, this.config.now());
		} catch (error) {
			const nobodyWaits = gone.signal.aborted || this.stopping.signal.aborted;
			const answer = nobodyWaits ? { status: 0, hangUp: true } : answerOf(error);
			send(outgoing, answer, this.config.now());
		}
	}

	private async serveAdmin({ request }: Call): Promise<SimResponse> {
		const hit = this.admin.match(request.method, request.path);
		let answer: SimResponse = json(404, { error: 'No such endpoint' });
		if (hit) {
			request.params = hit.params;
			answer = await Promise.resolve(request).then(hit.route.handle).catch(answerOf);
		}
		return { ...answer, headers: { ...CORS_HEADERS, ...answer.headers } };
	}

	private async serveApi(call: Call): Promise<SimResponse> {
		const { request, label } = call;
		let answer: SimResponse = { status: 0, hangUp: true };
		if (!this.faults.take(['down'], label)) {
			const slow = this.faults.take(['slow'], label);
			if (slow) await delay(slow.ms ?? 1_000, undefined, { signal: request.signal });
			answer = await this.afterwards(call, await this.carryOut(call));
		}
		this.logs.request({
			at: this.config.now(),
			method: request.method,
			path: request.path,
			query: request.query.toString(),
			status: answer.hangUp ? 'dropped' : answer.status,
		});
		return answer;
	}

	private async carryOut(call: Call): Promise<SimResponse> {
		const { request, label } = call;
		const hit = this.api.match(request.method, request.path);
		request.params = hit?.params ?? {};
		const answer = await this.gateOrHandle(request, hit?.route, label).catch((error: unknown) =>
			request.signal.aborted ? { status: 0, hangUp: true } : answerOf(error),
		);
		const isRead = request.method === 'GET' || request.method === 'HEAD';
		if (hit && ((hit.route.write ?? !isRead) || call.notes.length > 0)) {
			this.logs.writes(writeEntries(request, call.notes, this.config.now(), answer.status));
		}
		return answer;
	}

	private async gateOrHandle(
		request: SimRequest,
		route: SimRoute | undefined,
		label: string,
	): Promise<SimResponse> {
		const refused = this.config.gate?.(request, route !== undefined);
		if (refused) return refused;
		const fault = this.faults.take(['status'], label);
		if (fault) return faultAnswer(fault);
		if (!route) return this.config.notFound?.() ?? { status: 404 };
		return route.handle(request);
	}

	/** Faults after which the CRM has done the work and the client does not know it. */
	private async afterwards({ request, label }: Call, answer: SimResponse): Promise<SimResponse> {
		const fault = this.faults.take(['statusAfterCommit', 'timeoutAfterCommit'], label);
		if (!fault) return answer;
		if (fault.kind === 'statusAfterCommit') return faultAnswer(fault);
		if (fault.ms)
			await delay(fault.ms, undefined, { signal: request.signal }).catch(() => undefined);
		return { ...answer, hangUp: true };
	}
}

function faultAnswer(fault: Fault): SimResponse {
	const status = fault.status ?? 500;
	const headers = fault.headers && { headers: fault.headers };
	if (typeof fault.body === 'string') return { status, text: fault.body, ...headers };
	return { status, json: fault.body ?? { error: `Simulated ${status}` }, ...headers };
}

/** An error of a handler as an answer. Anything unexpected is a defect of the simulator itself. */
function answerOf(error: unknown): SimResponse {
	if (error instanceof SimHttpError) return error.response;
	if (error instanceof UnknownContactError) return json(404, { error: error.message });
	const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
	process.stderr.write(`Simulator defect: ${message}\n`);
	return text(500, 'The simulator itself failed; see its error output');
}

function makeCall(incoming: IncomingMessage, body: string, signal: AbortSignal): Call {
	const url = new URL(incoming.url ?? '/', 'http://simulator');
	const method = incoming.method ?? 'GET';
	const notes: WriteNote[] = [];
	const parsed = () => parseJson(body);
	const request: SimRequest = {
		method,
		path: url.pathname,
		query: url.searchParams,
		params: {},
		headers: incoming.headers,
		text: body,
		json: parsed,
		object: () => {
			const value = parsed() ?? {};
			if (isObject(value)) return value;
			throw new SimHttpError(json(400, { error: 'The body must be a JSON object' }));
		},
		form: () => new URLSearchParams(body),
		signal,
		wrote: (note) => notes.push(note),
	};
	return { request, notes, label: `${method} ${url.pathname}${url.search}` };
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of incoming as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > maxBytes) throw new SimHttpError(text(413, 'Payload Too Large'));
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** `now`: the simulated CRM's own time, as its Date header tells it. */
function send(outgoing: ServerResponse, answer: SimResponse, now: number): void {
	if (outgoing.destroyed || outgoing.headersSent) return;
	if (answer.hangUp) {
		outgoing.destroy();
		return;
	}
	const isJson = answer.json !== undefined;
	const body = isJson ? JSON.stringify(answer.json) : (answer.text ?? '');
	const type = isJson ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
	outgoing.writeHead(answer.status, {
		Date: new Date(now).toUTCString(),
		...(body !== '' && { 'Content-Type': type }),
		...(answer.cut && { 'Content-Length': Buffer.byteLength(body) }),
		...answer.headers,
	});
	if (!answer.cut) outgoing.end(body);
	else outgoing.write(body.slice(0, body.length >> 1), () => outgoing.destroy());
}
