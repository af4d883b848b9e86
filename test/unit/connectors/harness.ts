/** A connector's context over a simulator, and a change source that a test can wait for. */
import { createRateBudget } from '../../../lib/connectors/budget';
import type {
	ChangeBatch,
	ChangeSourceOptions,
	ChangeSourceState,
	Connector,
	ConnectorContext,
	Json,
} from '../../../lib/connectors/connector';
import { fetchPort } from '../../../lib/connectors/fetch-port';
import type { HttpPort } from '../../../lib/connectors/http';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { Simulator } from '../../simulators/simulator';

/** Sleeping takes no time but moves the clock. */
export class FakeClock {
	constructor(public at = Date.parse('2026-03-01T12:00:00Z')) {}

	readonly now = (): number => this.at;

	readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
		await new Promise((resolve) => setImmediate(resolve));
		if (!signal?.aborted) this.at += Math.max(0, ms);
	};
}

export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) return resolve();
		const done = () => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal?.addEventListener('abort', done, { once: true });
	});
}

export function portOf(simulator: Simulator): HttpPort {
	const headers = headersFor(simulator);
	return fetchPort({ baseUrl: simulator.url, headers: () => headers });
}

function headersFor({ kind, credentials }: Simulator): Record<string, string> {
	const { accessToken, apiKey, userKey } = credentials;
	switch (kind) {
		case 'wealthbox':
			return { ACCESS_TOKEN: accessToken ?? '' };
		case 'redtail':
			return {
				Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
			};
		case 'salesforce':
			return { Authorization: `Bearer ${accessToken}` };
	}
}

/** Settings that let tests poll as fast as they like. */
const FAST = { minPollSeconds: 0.005, maxPollSeconds: 0.02, callsPerWindow: 1_000_000 };

export function contextOf(
	connector: Connector,
	http: HttpPort,
	settings: Record<string, Json> = {},
	clock: { now: () => number; sleep: ConnectorContext['sleep'] } = {
		now: Date.now,
		sleep: realSleep,
	},
): ConnectorContext {
	return {
		system: connector.kind,
		http,
		...clock,
		settings: { ...connector.defaultSettings, ...FAST, ...settings },
		budget: createRateBudget({ calls: 1_000_000, windowMs: 1_000, ...clock }),
		log: () => undefined,
	};
}

export class Source {
	readonly batches: ChangeBatch[] = [];
	readonly states: ChangeSourceState[] = [];
	known = new Set<string>();
	/** Settles when the source ends. */
	readonly ended: Promise<void>;
	private readonly controller = new AbortController();
	private waiting: Array<{ isMet: () => boolean; resolve: () => void }> = [];

	constructor(
		connector: Connector,
		context: ConnectorContext,
		options: Partial<Pick<ChangeSourceOptions, 'cursor' | 'start' | 'fieldMap'>> = {},
	) {
		this.ended = connector.runChangeSource(context, {
			fieldMap: connector.defaultFieldMap,
			cursor: null,
			start: 'now',
			...options,
			commit: (batch) => {
				this.batches.push(structuredClone(batch));
				this.check();
				return Promise.resolve();
			},
			knowsRecord: (ids) => Promise.resolve(new Set(ids.filter((id) => this.known.has(id)))),
			onState: (state) => {
				this.states.push(state);
				this.check();
			},
			signal: this.controller.signal,
		});
		this.ended.catch(() => undefined);
	}

	get events(): ChangeEventInput[] {
		return this.batches.flatMap(({ events }) => events);
	}

	get cursor(): Json {
		return this.batches.at(-1)?.cursor ?? null;
	}

	until(isMet: () => boolean): Promise<void> {
		if (isMet()) return Promise.resolve();
		const met = new Promise<void>((resolve) => this.waiting.push({ isMet, resolve }));
		return Promise.race([
			met,
			this.ended.then(() => Promise.reject(new Error('the source has ended'))),
		]);
	}

	/** Waits for so many more commits. */
	rounds(count: number): Promise<void> {
		const wanted = this.batches.length + count;
		return this.until(() => this.batches.length >= wanted);
	}

	async stop(): Promise<void> {
		this.controller.abort();
		await this.ended;
	}

	private check(): void {
		const met = this.waiting.filter(({ isMet }) => isMet());
		this.waiting = this.waiting.filter((one) => !met.includes(one));
		for (const { resolve } of met) resolve();
	}
}

export function jobOf(connector: Connector, over: Partial<DeliveryJob>): DeliveryJob {
	return {
		deliveryId: 1,
		claimToken: 'token',
		attempt: 1,
		system: connector.kind,
		object: 'contact',
		operation: 'update',
		unifiedId: 'U1001',
		crmId: null,
		changes: {},
		desired: {},
		known: {},
		fieldMap: connector.defaultFieldMap,
		gonePolicy: 'createAgain',
		idempotencyKey: 'key-1',
		syncOrigin: 'salesforce/contact/003A',
		openedAt: new Date().toISOString(),
		...over,
	};
}

/** The job that brings a known record to `wanted`. */
export function updateJob(
	connector: Connector,
	crmId: string,
	known: CanonicalFields,
	wanted: CanonicalFields,
	over: Partial<DeliveryJob> = {},
): DeliveryJob {
	return jobOf(connector, {
		crmId,
		changes: wanted,
		desired: { ...known, ...wanted },
		known,
		...over,
	});
}
