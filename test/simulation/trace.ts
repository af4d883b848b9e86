/** What happened in a run, line by line; and its hash, by which two runs are known to be the same. */
import { createHash } from 'node:crypto';

export class Trace {
	readonly lines: string[] = [];
	private readonly digest = createHash('sha256');

	/** `keeps`: for a person to read; the hash is made in any case. */
	constructor(private readonly keeps: boolean) {}

	note(line: string): void {
		this.digest.update(line).update('\n');
		if (this.keeps) this.lines.push(line);
	}

	/** Counts in the hash only. */
	absorb(text: string): void {
		this.digest.update(text).update('\n');
	}

	/** Ends the trace. */
	hash(): string {
		return this.digest.digest('hex').slice(0, 32);
	}
}
