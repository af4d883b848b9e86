/** Faults that a simulator plays on purpose. The kinds are listed at `Fault` in ../simulator.ts. */
import type { Fault } from '../simulator';
import { json, SimHttpError } from './http';

const MAX_FAULTS = 100;
/** Every simulator plays them. */
const SHARED_KINDS = ['down', 'status', 'slow', 'statusAfterCommit', 'timeoutAfterCommit'];

export class FaultBox {
	private readonly kinds: readonly string[];
	private faults: Fault[] = [];

	/** `ownKinds`: those that this simulator plays beside the shared ones. */
	constructor(ownKinds: readonly string[] = []) {
		this.kinds = [...SHARED_KINDS, ...ownKinds];
	}

	/** Throws SimHttpError (400) for a kind that nobody would play. */
	set(fault: Fault): void {
		if (!this.kinds.includes(fault.kind)) {
			const error = `There is no fault ${fault.kind} here. There are: ${this.kinds.join(', ')}`;
			throw new SimHttpError(json(400, { error }), error);
		}
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
