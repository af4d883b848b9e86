/**
 * What a seed decides beforehand: the CRMs and their quirks, and a list of actions, each with chance
 * of its own. So a run can be repeated without some of its actions and the others stay as they were.
 */
import { DELETE_POLICIES, type DeletePolicy, type RunLimits } from '../../lib/model/delivery';
import { Chance, mix } from './chance';
import type { CrashPoint } from './engine/crash';
import { MOODS, OBJECTS_TOO, UNRULY, WEIGHTS, type ActionKind } from './actions/kinds';

export interface CrmSettings {
	name: string;
	source: 'poll' | 'stream';
	/** Resolution of its edit times, ms. */
	resolution: number;
	/** It keeps the status in capitals. */
	shouts: boolean;
	/** It shows no edit times at all. */
	timeless: boolean;
	/** Its clock minus the true time, ms. */
	skewMs: number;
	/** Its lists may show what was so long ago, ms. */
	lagMs: number;
	/** What becomes of its records when a client's record elsewhere is removed. */
	deletePolicy: DeletePolicy;
	/** How much one run may do there; 0: no limit. */
	limits: RunLimits;
}

export type Weather = 'calm' | 'stormy' | 'refusing';

export interface Action {
	kind: ActionKind;
	/** ms since the last action. */
	after: number;
	/** Which CRM it is about. */
	crm: number;
	seed: number;
	crash?: CrashPoint;
}

/** What a scenario of the profile `objects` has beside contacts. */
export interface ObjectsPlan {
	/** Households, opportunities and tasks that some CRMs know when the fabric starts. */
	known: number;
	/** Redtail changes no notes, Wealthbox deletes none. */
	limited: boolean;
	/** Records of Salesforce are written many at a time. */
	batches: boolean;
}

export const PROFILES = ['contacts', 'objects'] as const;
export type Profile = (typeof PROFILES)[number];

export interface Scenario {
	seed: number;
	/** Absent: there are contacts only. */
	objects?: ObjectsPlan;
	/** Clients that the CRMs know when the fabric starts. */
	clients: number;
	/** Work begins while the CRMs are still being read for the first time. */
	busyStart: boolean;
	/** `stormy`: calls to the CRMs fail often, answers hang. `refusing`: many writes are refused for good. */
	weather: Weather;
	/** `focused`: people edit one field of one client, again and again. `influx`: many new clients come. */
	mood: keyof typeof MOODS;
	/** Rules change, changes are undone, records are merged in a CRM: then the oracle knows less. */
	unruly: boolean;
	crms: CrmSettings[];
	actions: Action[];
}

const STEPS = 120;
const STEPS_WITH_OBJECTS = 170;
const CRASHING = 0.012;
/** A draw of its own, so that the others stay as they are. */
const UNRULY_DRAW = 1_000_003;
const OBJECTS_DRAW = 1_000_004;
/** Low enough to be reached in a run. */
const LIMITS: RunLimits = { creates: 2, changes: 8, removals: 1 };

export function scenarioOf(seed: number, profile: Profile = 'contacts'): Scenario {
	const hasObjects = profile === 'objects';
	const chance = new Chance(mix(seed, 0));
	const crms = [
		crm('wealthbox', 'poll', 60_000, chance),
		{ ...crm('redtail', 'poll', 1_000, chance), shouts: true },
		crm('salesforce', 'stream', 1, chance),
	];
	const mood = chance.weighed({ mixed: 6, focused: 2.5, influx: 1.5 });
	const unruly = new Chance(mix(seed, UNRULY_DRAW)).happens(0.15);
	const weights = {
		...WEIGHTS,
		...MOODS[mood],
		...(unruly ? UNRULY : {}),
		...(hasObjects ? OBJECTS_TOO : {}),
	};
	const actions = Array.from({ length: hasObjects ? STEPS_WITH_OBJECTS : STEPS }, (_, index) =>
		actionOf(new Chance(mix(seed, index + 1)), weights),
	);
	const busyStart = chance.happens(0.3);
	if (chance.happens(0.25))
		for (const one of crms) one.deletePolicy = chance.pick(DELETE_POLICIES) ?? 'ignore';
	if (chance.happens(0.2)) for (const one of crms) one.limits = { ...LIMITS };
	const weather = chance.weighed({ calm: 6, stormy: 2.5, refusing: 1.5 });
	const clients = mood === 'focused' ? 1 : chance.between(1, 3);
	const scenario = { seed, clients, busyStart, weather, mood, unruly, crms, actions };
	return hasObjects ? { ...scenario, objects: objectsOf(seed) } : scenario;
}

function objectsOf(seed: number): ObjectsPlan {
	const chance = new Chance(mix(seed, OBJECTS_DRAW));
	const known = chance.between(0, 4);
	return { known, limited: chance.happens(0.25), batches: chance.happens(0.5) };
}

/** A third of the CRMs have a quirk beyond those of their kind. */
function crm(
	name: string,
	source: CrmSettings['source'],
	resolution: number,
	chance: Chance,
): CrmSettings {
	const plain: CrmSettings = {
		name,
		source,
		resolution,
		shouts: false,
		timeless: false,
		skewMs: 0,
		lagMs: 0,
		deletePolicy: 'ignore',
		limits: { creates: 0, changes: 0, removals: 0 },
	};
	if (source === 'stream') return plain;
	switch (chance.weighed({ none: 6, timeless: 1, fast: 1, slow: 1, lag: 1.5 })) {
		case 'none':
			return plain;
		case 'timeless':
			return { ...plain, timeless: true };
		case 'fast':
			return { ...plain, skewMs: chance.between(1_000, 900_000) };
		case 'slow':
			return { ...plain, skewMs: -chance.between(1_000, 300_000) };
		case 'lag':
			return { ...plain, lagMs: chance.between(1_000, 30_000) };
	}
}

function actionOf(chance: Chance, weights: Record<ActionKind, number>): Action {
	const after = chance.happens(0.07) ? chance.between(20_000, 90_000) : chance.between(1, 1_500);
	const kind = chance.weighed(weights);
	const action = { kind, after, crm: chance.between(0, 2), seed: chance.between(0, 2 ** 31) };
	return chance.happens(CRASHING) ? { ...action, crash: crashPoint(chance) } : action;
}

function crashPoint(chance: Chance): CrashPoint {
	const where = chance.weighed({ call: 4, commit: 1, after: 2 });
	return { where, count: chance.between(1, where === 'call' ? 12 : 2) };
}
