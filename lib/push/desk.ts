/** Push calls as the store sees them: each id counts once, refusals are counted, hints wait to be taken. */
import type { Clock } from '../clock';
import type { ChangeHint } from '../connectors/poll-hints';
import type { PushCount, PushOutcome } from '../model/push';
import type { Signals } from '../signals';
import type { Store } from '../store/store';
import { hintIn } from './hint';
import { PUSH_WINDOW_MS, refusalOf, type PushHeaders } from './signature';

export interface PushCall {
	/** The system whose endpoint was called. */
	system: string;
	/** Empty: none is set, and every call is refused. */
	secret: string;
	headers: PushHeaders;
	/** Exactly as it came. */
	body: Buffer;
}

/** Ids remembered of one system; more calls than that within the window are refused. */
const MAX_SEEN = 50_000;
const FLUSH_MS = 1_000;

export function hintSignal(system: string): string {
	return `hints:${system}`;
}

export class PushDesk {
	/** Not in the store yet, by system and outcome: a flood of forged calls is one write a second. */
	private counts = new Map<string, PushCount>();
	private timer: NodeJS.Timeout | undefined;
	private flushing: Promise<void> = Promise.resolve();

	constructor(
		private readonly store: Store,
		private readonly clock: Pick<Clock, 'now'>,
		private readonly signals: Signals,
	) {}

	/** Checks a call. Accepted: the hint is in the store, and the system's source is woken. */
	async receive(call: PushCall): Promise<PushOutcome> {
		const outcome = await this.judge(call);
		this.count(call.system, outcome);
		if (outcome === 'accepted') this.signals.emit(hintSignal(call.system));
		return outcome;
	}

	/** A call that could not even be read. */
	refuse(system: string, outcome: Exclude<PushOutcome, 'accepted'>): void {
		this.count(system, outcome);
	}

	/** Takes what was told since the last time; null: nothing. */
	take(system: string): Promise<ChangeHint | null> {
		return this.store.transaction(async (tx) => {
			const ids = await tx.pushes.takeHints(system);
			if (ids.length === 0) return null;
			return { crmIds: ids.includes('') ? [] : ids };
		});
	}

	/** Writes the counts down. */
	async flush(): Promise<void> {
		clearTimeout(this.timer);
		this.timer = undefined;
		const counts = [...this.counts.values()];
		this.counts = new Map();
		if (counts.length === 0) return this.flushing;
		this.flushing = this.store
			.transaction((tx) => tx.pushes.count(counts))
			.catch(() => this.putBack(counts));
		return this.flushing;
	}

	private async judge({ system, secret, headers, body }: PushCall): Promise<PushOutcome> {
		const now = this.clock.now();
		const refusal = refusalOf({ secret, headers, body, now });
		if (refusal !== null) return refusal;
		const hint = hintIn(body);
		if (hint === null) return 'malformed';
		const seen = { system, id: headers.id ?? '', until: now + 2 * PUSH_WINDOW_MS };
		return this.store.transaction(async (tx) => {
			await tx.pushes.forgetSeen(now);
			if ((await tx.pushes.seen(system)) >= MAX_SEEN) return 'busy';
			if (!(await tx.pushes.see(seen))) return 'replayed';
			await tx.pushes.addHint(system, hint.crmIds, now);
			return 'accepted';
		});
	}

	private count(system: string, outcome: PushOutcome): void {
		this.add({ system, outcome, calls: 1, lastAt: this.clock.now() });
		this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
	}

	private add({ system, outcome, calls, lastAt }: PushCount): void {
		const key = `${system} ${outcome}`;
		const known = this.counts.get(key);
		const sum = {
			calls: calls + (known?.calls ?? 0),
			lastAt: Math.max(lastAt, known?.lastAt ?? 0),
		};
		this.counts.set(key, { system, outcome, ...sum });
	}

	private putBack(counts: readonly PushCount[]): void {
		for (const count of counts) this.add(count);
	}
}
