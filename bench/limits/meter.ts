/** Counts calls as they arrive at the CRMs, and how long edits take to arrive in the other two. */
import type { HttpRequest } from '../../lib/connectors/http';

export type CallKind = 'poll' | 'deleted' | 'listing' | 'read' | 'write' | 'lookup';

export function kindOf({ method, url, query }: HttpRequest): CallKind {
	if (method !== 'GET') return 'write';
	if (query?.['deleted'] !== undefined) return 'deleted';
	if (query?.['updated_since'] !== undefined) return 'poll';
	if (/\/contacts$/.test(url)) return 'listing';
	return /\/contacts\/|\/sobjects\/Contact/.test(url) ? 'read' : 'lookup';
}

/** What one CRM was asked. */
export class CallMeter {
	readonly counts = new Map<CallKind, number>();
	readonly times: number[] = [];
	refused = 0;
	failed = 0;

	arrived(kind: CallKind, at: number): void {
		this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
		this.times.push(at);
	}

	answered(status: number): void {
		if (status === 429) this.refused += 1;
		if (status >= 500) this.failed += 1;
	}

	get total(): number {
		return this.times.length;
	}

	count(kind: CallKind): number {
		return this.counts.get(kind) ?? 0;
	}

	/** Mean share of the limit that was used in the windows that ended between `from` and `to`. */
	usedBetween(
		from: number,
		to: number,
		{ calls, windowMs }: { calls: number; windowMs: number },
	): number {
		const STEP_MS = 1_000;
		let [sum, windows, first, last] = [0, 0, 0, 0];
		for (let end = from + windowMs; end <= to; end += STEP_MS) {
			while ((this.times[last] ?? Infinity) <= end) last += 1;
			while ((this.times[first] ?? Infinity) <= end - windowMs) first += 1;
			sum += (last - first) / calls;
			windows += 1;
		}
		return windows === 0 ? 0 : sum / windows;
	}
}

export interface Edit {
	/** A value that no other edit writes. */
	token: string;
	system: string;
	at: number;
	unifiedId: string;
	/** When its system's change source brought it. */
	seenAt?: number;
	/** System -> when the write was confirmed. */
	written: Map<string, number>;
	/** A later edit of the same client came before this one was everywhere. */
	isOvertaken: boolean;
}

export class EditLog {
	readonly edits: Edit[] = [];
	private readonly byToken = new Map<string, Edit>();
	private readonly latest = new Map<string, Edit>();

	made(edit: Pick<Edit, 'system' | 'at' | 'unifiedId'>): Edit {
		const token = `Title ${this.edits.length + 1}`;
		const whole: Edit = { ...edit, token, written: new Map(), isOvertaken: false };
		const before = this.latest.get(edit.unifiedId);
		if (before !== undefined && before.written.size < 2) before.isOvertaken = true;
		this.edits.push(whole);
		this.byToken.set(token, whole);
		this.latest.set(edit.unifiedId, whole);
		return whole;
	}

	seen(token: unknown, at: number): void {
		const edit = this.find(token);
		if (edit !== undefined) edit.seenAt ??= at;
	}

	written(token: unknown, system: string, at: number): void {
		const edit = this.find(token);
		if (edit !== undefined && !edit.written.has(system)) edit.written.set(system, at);
	}

	private find(token: unknown): Edit | undefined {
		return typeof token === 'string' ? this.byToken.get(token) : undefined;
	}
}

/** The value below which the share lies, of numbers in any order. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
