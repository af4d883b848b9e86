/** What writing a plan costs in calls and time, system by system. Pure. */
import { writesAtOnce } from '../connectors/capability';
import type { Connector } from '../connectors/connector';
import type { SystemRow } from '../model/rows';
import type { Estimate, Reading, Writes } from './report';

/** A create is one call; an update looks at the record first. */
const DEFAULT_CALLS = { create: 1, update: 2 };
const DAY_SECONDS = 86_400;

export interface EstimateInput {
	system: SystemRow;
	connector: Connector;
	writes: Writes | undefined;
	reading: Reading | undefined;
	/** Creates a day that the person allows. */
	createsPerDay?: number;
}

export function estimate(input: EstimateInput): Estimate {
	const { system, connector, writes = { creates: 0, updates: 0 }, reading } = input;
	const { create, update } = connector.capabilities.writeCalls ?? DEFAULT_CALLS;
	const atOnce = writesAtOnce(connector, system.settings);
	const calls =
		Math.ceil(writes.creates / atOnce) * create + Math.ceil(writes.updates / atOnce) * update;
	const pace = paceOf(system, connector);
	const daily = reading?.daily ?? null;
	const days = daysFor(calls, daily, writes.creates, input.createsPerDay);
	const paced = pace === null ? null : Math.ceil(calls / pace);
	const seconds =
		days !== null && days > 1 ? Math.max(paced ?? 0, (days - 1) * DAY_SECONDS) : paced;
	return { system: system.name, calls, seconds, daily, days };
}

/** Calls a second: the user's limit, else the vendor's. */
function paceOf({ settings }: SystemRow, { capabilities }: Connector): number | null {
	const { callsPerWindow, windowSeconds } = settings;
	if (isPositive(callsPerWindow) && isPositive(windowSeconds))
		return callsPerWindow / windowSeconds;
	const { rateLimit } = capabilities;
	return rateLimit === null ? null : rateLimit.calls / (rateLimit.windowMs / 1_000);
}

function isPositive(value: unknown): value is number {
	return typeof value === 'number' && value > 0;
}

/** The first day has what is left of the calls, the others have all of them. */
function daysFor(
	calls: number,
	daily: Estimate['daily'],
	creates: number,
	createsPerDay: number | undefined,
): number | null {
	const byCalls =
		daily === null || daily.max <= 0
			? null
			: 1 + Math.ceil(Math.max(0, calls - daily.remaining) / daily.max);
	const byCap = createsPerDay === undefined ? null : Math.ceil(creates / createsPerDay);
	return byCalls === null && byCap === null ? null : Math.max(1, byCalls ?? 1, byCap ?? 1);
}
