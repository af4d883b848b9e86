/** The org's rolling 24-hour allowance of API calls. */
import type { Switches } from '../switches';

const HOUR = 3_600_000;
const HOURS = 24;

export class ApiQuota {
	private readonly byHour = new Map<number, number>();

	constructor(
		private readonly switches: Switches,
		private readonly now: () => number,
	) {}

	/** Counts one call; false if it is beyond the allowance. */
	take(): boolean {
		const hour = Math.floor(this.now() / HOUR);
		for (const old of this.byHour.keys()) if (old <= hour - HOURS) this.byHour.delete(old);
		if (this.used() >= this.max()) return false;
		this.byHour.set(hour, (this.byHour.get(hour) ?? 0) + 1);
		return true;
	}

	used(): number {
		return [...this.byHour.values()].reduce((sum, count) => sum + count, 0);
	}

	max(): number {
		return this.switches.dailyApiRequests;
	}
}
