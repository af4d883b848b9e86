/** Where a process dies: inside a transaction, before its commit, or right after it. */
export interface CrashPoint {
	where: 'call' | 'commit' | 'after';
	/** Store calls, or commits, until then. */
	count: number;
}

/** The process is gone: what was under way is lost, what was committed is not. */
export class Crashed extends Error {
	override readonly name = 'Crashed';
}

/** Counts down to a crash. */
export class Fuse {
	private left: number;

	constructor(private readonly point: CrashPoint) {
		this.left = point.count;
	}

	/** Throws {@link Crashed} when the point is reached. */
	pass(where: CrashPoint['where']): void {
		if (where !== this.point.where) return;
		this.left -= 1;
		if (this.left === 0) throw new Crashed(`at ${where} ${this.point.count}`);
	}
}
