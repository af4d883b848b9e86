/** How many records a run may create of each object in each system, in all and per day. Pure. */
import type { ObjectName } from '../model/objects';
import type { Wanted } from './wants';
import { countIn, plusOne, type Backfill, type PerObject } from './report';

const DAY_MS = 86_400_000;

/** Goes through the creates of a page in the order in which they are made. */
export class CapGate {
	created: PerObject;
	overCap: PerObject;
	readonly allowed: Wanted[] = [];
	readonly refused: Wanted[] = [];

	constructor(private readonly backfill: Backfill) {
		this.created = backfill.created;
		this.overCap = backfill.overCap;
	}

	/** False: the record stays out. */
	allows(wanted: Wanted): boolean {
		const { object, system } = wanted;
		const { caps, mode } = this.backfill;
		const most = caps.creates?.[object]?.[system];
		const isOver = most !== undefined && countIn(this.created, object, system) >= most;
		if (isOver) this.overCap = plusOne(this.overCap, object, system);
		if (isOver || mode === 'matched') {
			this.refused.push(wanted);
			return false;
		}
		this.created = plusOne(this.created, object, system);
		this.allowed.push(wanted);
		return true;
	}
}

/** Contacts beyond a day's share are made on the days after. */
export function dueTimes({ caps, runStartedAt, created }: Backfill, now: number) {
	const opened = { ...created.contact };
	const start = runStartedAt === null ? now : Date.parse(runStartedAt);
	return (system: string, operation: string, object: ObjectName): number => {
		const perDay = caps.createsPerDay?.[system];
		if (operation !== 'create' || object !== 'contact' || perDay === undefined) return now;
		const place = opened[system] ?? 0;
		opened[system] = place + 1;
		return Math.max(now, start + Math.floor(place / perDay) * DAY_MS);
	};
}
