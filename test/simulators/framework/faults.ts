/** Faults that a simulator plays on purpose. The kinds are listed at `Fault` in ../simulator.ts. */
import type { Fault } from '../simulator';

const MAX_FAULTS = 100;

export class FaultBox {
	private faults: Fault[] = [];

	set(fault: Fault): void {
		if (this.faults.length >= MAX_FAULTS) {
			throw new Error(`At most ${MAX_FAULTS} faults can be set; clear some first`);
		}
		this.faults.push({ ...fault });
	}

	clear(): void {
		this.faults = [];
	}

	list(): Fault[] {
		return this.faults.map((fault) => ({ ...fault }));
	}

	/**
	 * The oldest fault of one of these kinds that fits the call, counted down. A fault whose
	 * `times` are used up is gone.
	 * @param call `METHOD /path?query`
	 */
	take(kinds: readonly string[], call: string): Fault | undefined {
		const fault = this.faults.find(
			(candidate) =>
				kinds.includes(candidate.kind) && (!candidate.match || call.includes(candidate.match)),
		);
		if (fault?.times === undefined) return fault;
		fault.times -= 1;
		if (fault.times <= 0) this.faults = this.faults.filter((other) => other !== fault);
		return fault;
	}
}
