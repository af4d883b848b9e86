/** A Salesforce simulator, an HttpPort that logs in and refreshes as n8n does, and a change source to watch. */
import { setTimeout as delay } from 'node:timers/promises';
import type {
	ChangeBatch,
	ChangeSourceState,
	ConnectorContext,
	Json,
} from '../../../lib/connectors/connector';
import {
	AuthenticationFailure,
	HttpFailure,
	type HttpPort,
	type HttpRequest,
	type HttpResponse,
} from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { FieldMap } from '../../../lib/model/field-map';
import type { DeliveryJob } from '../../../lib/model/delivery';
import {
	startSalesforceSimulator,
	type SalesforceSimulator,
	type Switches,
} from '../../simulators/salesforce';
import type { PlainEdit } from '../../simulators/simulator';

export const SYSTEM = 'salesforce';

/** Only for runs that hang: nothing here is measured. */
jest.setTimeout(30_000);

/** Short waits: what takes minutes at Salesforce takes a blink here. */
const QUICK: Record<string, Json> = {
	...salesforce.defaultSettings,
	backoffBaseSeconds: 0.01,
	backoffCapSeconds: 0.05,
	busyWaitSeconds: 0.02,
	limitWaitMinutes: 0.0005,
	watchdogSeconds: 5,
	// What an org is like is asked in tests of its own.
	personAccounts: 'never',
};

export interface World {
	sim: SalesforceSimulator;
	context: ConnectorContext;
	/** Every call that went out, oldest first. */
	requests: HttpRequest[];
	refreshes: () => number;
	/** Moves the clock of both sides forward. */
	advance: (ms: number) => void;
	/** Changes requests or answers on their way; undefined sends as usual. */
	tamper: (change: ((request: HttpRequest) => HttpFailure | undefined) | null) => void;
	pauses: number[];
	log: Array<{ level: string; message: string }>;
}

export interface WorldOptions {
	contacts?: PlainEdit[];
	switches?: Partial<Switches>;
	settings?: Record<string, Json>;
	/** By how much Salesforce's clock is ahead of ours; negative: behind. */
	clockAheadMs?: number;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
	let offset = 0;
	const now = () => Date.now() + offset;
	const { clockAheadMs = 0 } = options;
	const sim = await startSalesforceSimulator({
		now: () => now() + clockAheadMs,
		contacts: options.contacts,
		switches: { holdMs: 300, ...options.switches },
	});
	const requests: HttpRequest[] = [];
	const pauses: number[] = [];
	const log: World['log'] = [];
	let change: ((request: HttpRequest) => HttpFailure | undefined) | null = null;
	const login = signIn(sim);
	const context: ConnectorContext = {
		system: SYSTEM,
		now,
		settings: { ...QUICK, ...options.settings },
		sleep: async (ms, signal) => {
			await delay(ms, undefined, { signal }).catch(() => undefined);
		},
		budget: {
			take: async () => undefined,
			pauseFor: (ms) => pauses.push(ms),
			state: () => ({ available: 1, nextInMs: 0 }),
		},
		log: (level, message) => log.push({ level, message }),
		http: async (request) => {
			requests.push(request);
			const failure = change?.(request);
			if (failure !== undefined) throw failure;
			return login.port(request);
		},
	};
	return {
		sim,
		context,
		requests,
		refreshes: login.refreshes,
		advance: (ms) => {
			offset += ms;
		},
		tamper: (next) => {
			change = next;
		},
		pauses,
		log,
	};
}

function signIn(sim: SalesforceSimulator): { port: HttpPort; refreshes: () => number } {
	let token = sim.credentials['accessToken'] ?? '';
	let refreshToken = sim.credentials['refreshToken'] ?? '';
	let count = 0;
	const refresh = async () => {
		count += 1;
		const answer = await fetch(`${sim.url}/services/oauth2/token`, {
			method: 'POST',
			body: new URLSearchParams({
				grant_type: 'refresh_token',
				refresh_token: refreshToken,
				client_id: sim.credentials['clientId'] ?? '',
				client_secret: sim.credentials['clientSecret'] ?? '',
			}),
		});
		if (!answer.ok) throw new AuthenticationFailure('the refresh was refused');
		const told = (await answer.json()) as { access_token: string; refresh_token?: string };
		token = told.access_token;
		// A rotated token is dead as soon as the next one is there.
		refreshToken = told.refresh_token ?? refreshToken;
	};
	const port: HttpPort = async (request) => {
		const first = await send(sim.url, request, token);
		if (first.status !== 401) return first;
		await refresh();
		const second = await send(sim.url, request, token);
		if (second.status === 401) throw new AuthenticationFailure('refused after a refresh');
		return second;
	};
	return { port, refreshes: () => count };
}

async function send(base: string, request: HttpRequest, token: string): Promise<HttpResponse> {
	const timeout = AbortSignal.timeout(request.timeoutMs ?? 30_000);
	const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
	const url = new URL(request.url, base);
	for (const [name, value] of Object.entries(request.query ?? {})) {
		url.searchParams.append(name, String(value));
	}
	try {
		const answer = await fetch(url, {
			method: request.method,
			headers: { ...request.headers, authorization: `Bearer ${token}` },
			body: request.json === undefined ? request.text : JSON.stringify(request.json),
			signal,
		});
		const body = await answer.text();
		const headers: HttpResponse['headers'] = Object.fromEntries(answer.headers);
		headers['set-cookie'] = answer.headers.getSetCookie();
		return {
			status: answer.status,
			headers,
			body: request.responseType === 'text' ? body : parse(body),
		};
	} catch (error) {
		if (request.signal?.aborted) throw new HttpFailure('aborted', 'aborted');
		if (timeout.aborted) throw new HttpFailure('timed out', 'timeout');
		const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
		throw new HttpFailure('no answer', code === 'ECONNREFUSED' ? 'refused' : 'reset');
	}
}

function parse(body: string): unknown {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return body;
	}
}

/** A change source under way, and what the fabric's inbox would have got from it. */
export interface Watched {
	batches: ChangeBatch[];
	events: () => ChangeEventInput[];
	of: (crmId: string) => ChangeEventInput[];
	states: ChangeSourceState[];
	cursor: () => Json;
	/** Ids that the fabric has a shadow of; grows with what comes in, as the merge would make it. */
	known: Set<string>;
	failCommits: (times: number) => void;
	stop: () => Promise<void>;
	/** Settles when the source ends; rejects with what ended it. */
	ended: Promise<void>;
}

export interface WatchOptions {
	start?: 'now' | 'everything';
	cursor?: Json;
	fieldMap?: FieldMap;
	known?: Iterable<string>;
}

const open = new Set<Watched>();

export function watch(world: World, options: WatchOptions = {}): Watched {
	const controller = new AbortController();
	const batches: ChangeBatch[] = [];
	const states: ChangeSourceState[] = [];
	const known = new Set(options.known);
	let failures = 0;
	let cursor = options.cursor ?? null;
	const ended = salesforce.runChangeSource(world.context, {
		fieldMap: options.fieldMap ?? salesforce.defaultFieldMap,
		cursor,
		start: options.start ?? 'now',
		commit: async (batch) => {
			if (failures > 0) {
				failures -= 1;
				throw new Error('the store is busy');
			}
			batches.push(batch);
			cursor = batch.cursor;
			for (const { crmId } of batch.events) known.add(crmId);
		},
		knowsRecord: async (ids) => new Set(ids.filter((id) => known.has(id))),
		onState: (state) => states.push(state),
		signal: controller.signal,
	});
	const watched: Watched = {
		batches,
		events: () => batches.flatMap(({ events }) => events),
		of: (crmId) => batches.flatMap(({ events }) => events.filter((one) => one.crmId === crmId)),
		states,
		cursor: () => cursor,
		known,
		failCommits: (times) => {
			failures = times;
		},
		stop: async () => {
			controller.abort();
			open.delete(watched);
			await ended;
		},
		ended,
	};
	// A test that expects the rejection awaits `ended`; the others see it when they stop.
	ended.catch(() => open.delete(watched));
	open.add(watched);
	return watched;
}

export async function stopAll(): Promise<void> {
	await Promise.all([...open].map((watched) => watched.stop()));
}

/** Waits for a condition that the run under test brings about by itself. */
export async function until(condition: () => boolean, what: string): Promise<void> {
	const LIMIT_MS = 20_000;
	const STEP_MS = 10;
	for (let waited = 0; waited < LIMIT_MS; waited += STEP_MS) {
		if (condition()) return;
		await delay(STEP_MS);
	}
	throw new Error(`It did not come about: ${what}`);
}

/** Subscribed and polling. */
export async function running(watched: Watched): Promise<void> {
	await until(() => watched.states.some(({ status }) => status === 'running'), 'running');
}

export function bayeuxSent(world: World, channel: string): HttpRequest[] {
	return world.requests.filter(({ text }) => text?.includes(`"channel":"${channel}"`));
}

export function job(world: World, change: Partial<DeliveryJob>): DeliveryJob {
	return {
		deliveryId: 1,
		claimToken: 'claim-1',
		attempt: 1,
		system: SYSTEM,
		object: 'contact',
		operation: 'update',
		unifiedId: 'U1001',
		crmId: null,
		changes: {},
		desired: {},
		known: {},
		fieldMap: salesforce.defaultFieldMap,
		gonePolicy: 'createAgain',
		idempotencyKey: 'key-1',
		syncOrigin: 'wealthbox/contact/77',
		openedAt: new Date(world.context.now()).toISOString(),
		...change,
	};
}
