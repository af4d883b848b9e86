/** What writing a plan costs in calls and time, system by system and object by object. Pure. */
import { writesAtOnce } from '../connectors/capability';
import type { Connector } from '../connectors/connector';
import type { ObjectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import { MAKING_ORDER, type Estimate, type ObjectCost, type Reading, type Writes } from './report';

/** A create is one call; an update looks at the record first. */
const DEFAULT_CALLS = { create: 1, update: 2 };
const DAY_SECONDS = 86_400;

export type ObjectWrites = Partial<Record<ObjectName, Writes>>;

export interface EstimateInput {
	system: SystemRow;
	connector: Connector;
	writes: ObjectWrites;
	reading: Reading | undefined;
	/** Contacts that may be created a day. */
	createsPerDay?: number;
}

export function estimate(input: EstimateInput): Estimate {
	const { system, connector, writes, reading, createsPerDay } = input;
	const pace = paceOf(system, connector);
	const timeOf = (calls: number) => (pace === null ? null : Math.ceil(calls / pace));
	const objects = MAKING_ORDER.flatMap((object): ObjectCost[] => {
		const own = writes[object];
		if (own === undefined) return [];
		const calls = callsOf(system, connector, object, own);
		return [{ object, calls, seconds: timeOf(calls) }];
	});
	const calls = objects.reduce((sum, one) => sum + one.calls, 0);
	const daily = reading?.daily ?? null;
	const days = daysFor(calls, daily, writes.contact?.creates ?? 0, createsPerDay);
	const paced = timeOf(calls);
	const seconds =
		days !== null && days > 1 ? Math.max(paced ?? 0, (days - 1) * DAY_SECONDS) : paced;
	return { system: system.name, calls, objects, seconds, daily, days };
}

function callsOf(
	{ settings }: SystemRow,
	connector: Connector,
	object: ObjectName,
	{ creates, updates, joins }: Writes,
): number {
	const { writeCalls = DEFAULT_CALLS, membershipCalls = 0 } = connector.capabilities;
	const joining = joins * membershipCalls;
	const { estimate: tell } = connector.capabilities.writeCalls ?? {};
	if (tell !== undefined) return tell({ creates, updates }, settings, object) + joining;
	if (object !== 'contact')
		return creates * DEFAULT_CALLS.create + updates * DEFAULT_CALLS.update + joining;
	const { create, update } = writeCalls;
	const atOnce = writesAtOnce(connector, settings);
	return Math.ceil(creates / atOnce) * create + Math.ceil(updates / atOnce) * update + joining;
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
