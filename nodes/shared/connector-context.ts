/** What a connector works with, made from n8n's functions. */
import {
	Circuit,
	createRateBudget,
	createSharedBudget,
	guarded,
	notesOf,
	systemClock,
	withDefaults,
	type BudgetPort,
	type Connector,
	type ConnectorContext,
	type Json,
	type RateBudget,
} from '../../lib';
import { httpPort, type CrmCaller } from './http-port';

export interface ConnectorContextOptions {
	caller: CrmCaller;
	connector: Connector;
	credentialType: string;
	/** Short name of the connected account; calls under one name share one rate budget. */
	system: string;
	/** From the panel; what is absent is the connector's default. */
	settings?: Record<string, Json>;
	/** Calls a minute that the user allows; absent: the vendor's own limit. */
	callsPerMinute?: number;
	/** Of the store at hand: then all processes that use it share the budget. */
	budgets?: BudgetPort;
}

export function connectorContext(options: ConnectorContextOptions): ConnectorContext {
	const { caller, connector, credentialType, system } = options;
	const context: ConnectorContext = {
		system,
		http: httpPort({ caller, credentialType }),
		now: systemClock.now,
		sleep,
		settings: settingsOf(connector, options),
		budget: budgetOf(connector, system, givenLimit(options), options.budgets),
		// n8n's plain log shows no details: the reason belongs in the line.
		log: (level, message, details) =>
			caller.logger[level](
				details?.reason === undefined ? message : `${message}: ${String(details.reason)}`,
				{
					system,
					...details,
				},
			),
	};
	const port = options.budgets ?? budgets.get(accountOf(connector, system))?.port;
	const noting = port === undefined ? context : { ...context, notes: notesOf(port, system) };
	const circuit = circuitOf(connector, system, options.budgets);
	return circuit === undefined ? noting : guarded(noting, circuit);
}

function accountOf({ kind }: Connector, system: string): string {
	return `${kind}/${system}`;
}

/** The panel's settings over the defaults; a connector that paces itself is told of the user's limit. */
export function settingsOf(
	{ defaultSettings }: Connector,
	{ settings = {}, callsPerMinute }: Pick<ConnectorContextOptions, 'settings' | 'callsPerMinute'>,
): Record<string, Json> {
	const limit: Record<string, Json> = isLimit(callsPerMinute)
		? { callsPerWindow: callsPerMinute, windowSeconds: MINUTE_MS / 1_000 }
		: {};
	return withDefaults(defaultSettings, { ...settings, ...limit });
}

/** Resolves after `ms`, or at once when one of the signals aborts. */
export async function sleep(ms: number, ...signals: Array<AbortSignal | undefined>): Promise<void> {
	if (signals.some((signal) => signal?.aborted)) return;
	await new Promise<void>((resolve) => {
		const done = () => {
			clearTimeout(timer);
			for (const signal of signals) signal?.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, Math.max(0, ms));
		for (const signal of signals) signal?.addEventListener('abort', done, { once: true });
	});
}

interface KnownBudget {
	budget: RateBudget;
	limit: { calls: number; windowMs: number };
	port: BudgetPort | undefined;
}

/**
 * One budget a system and process: trigger, deliveries and plain operations draw on the same calls. A
 * node without a store draws on the one that the system's other nodes in this process share through
 * theirs; if there is none, on one of the process alone.
 */
const budgets = new Map<string, KnownBudget>();

/**
 * One circuit breaker a system and process, shared through the store by all processes that use it; without a
 * store there is none.
 */
const circuits = new Map<string, { circuit: Circuit; port: BudgetPort }>();

function circuitOf(
	connector: Connector,
	system: string,
	ownPort?: BudgetPort,
): Circuit | undefined {
	const account = accountOf(connector, system);
	const known = circuits.get(account);
	const port = ownPort ?? known?.port;
	if (port === undefined) return undefined;
	if (known?.port === port) return known.circuit;
	const circuit = new Circuit({ port, system, crm: connector.displayName, now: systemClock.now });
	circuits.set(account, { circuit, port });
	return circuit;
}

const MINUTE_MS = 60_000;
/** Where the vendor names no short-term limit (Salesforce): only a guard against a runaway loop. */
const NO_LIMIT = { calls: 6_000, windowMs: MINUTE_MS };

function budgetOf(
	connector: Connector,
	system: string,
	given?: KnownBudget['limit'],
	ownPort?: BudgetPort,
): RateBudget {
	const account = accountOf(connector, system);
	const known = budgets.get(account);
	const port = ownPort ?? known?.port;
	const limit = given ?? known?.limit ?? connector.capabilities.rateLimit ?? NO_LIMIT;
	const same = known?.limit.calls === limit.calls && known.limit.windowMs === limit.windowMs;
	if (known !== undefined && same && known.port === port) return known.budget;
	const options = { ...limit, now: Date.now, sleep };
	const isDefault = given === undefined;
	const budget =
		port === undefined
			? createRateBudget(options)
			: createSharedBudget({ ...options, port, account, isDefault });
	budgets.set(account, { budget, limit, port });
	return budget;
}

/** What the user allows: named in calls a minute, or in the settings of a connector that paces itself. */
function givenLimit(options: ConnectorContextOptions): KnownBudget['limit'] | undefined {
	const { callsPerMinute, settings } = options;
	if (isLimit(callsPerMinute)) return { calls: callsPerMinute, windowMs: MINUTE_MS };
	const { callsPerWindow: calls, windowSeconds } = settings ?? {};
	if (typeof calls !== 'number' || typeof windowSeconds !== 'number') return undefined;
	return calls > 0 && windowSeconds > 0 ? { calls, windowMs: windowSeconds * 1_000 } : undefined;
}

function isLimit(callsPerMinute: number | undefined): callsPerMinute is number {
	return callsPerMinute !== undefined && callsPerMinute > 0;
}
