/** A CRM in memory for the polling loop, with a clock that only sleeping moves. */
import { contextOf, FakeClock, Source } from './harness';
import type { ChangeSourceOptions, Connector } from '../../../lib/connectors/connector';
import { firstCursor } from '../../../lib/connectors/poll-cursor';
import type { PolledRecord } from '../../../lib/connectors/poll-events';
import type { PageQuery, PollingSettings, PollPage } from '../../../lib/connectors/poll-reader';
import { runPolling } from '../../../lib/connectors/polling';
import { wealthbox } from '../../../lib/connectors/wealthbox';

export const MINUTE = 60_000;

export const SETTINGS: PollingSettings = {
	minPollMs: 5_000,
	maxPollMs: 60_000,
	overlapMs: 2 * MINUTE,
	deepOverlapMs: 2 * MINUTE,
	listLagMs: 0,
	clockToleranceMs: 60 * MINUTE,
	fullScanMs: 0,
	deletedEveryPolls: 1,
	editsAlwaysTouch: true,
};

/** A source that has read before. */
export const STARTED = { ...firstCursor(Date.parse('2026-03-01T12:00:00Z'), 0, true), polledAt: 0 };

/** Read in pages. */
export class Desk {
	readonly clock = new FakeClock();
	readonly rows = new Map<string, { at: number; name: string }>();
	readonly deleted = new Map<string, number>();
	readonly polls: number[] = [];
	readonly queries: PageQuery[] = [];
	pageSize = 100;
	failures: Error[] = [];
	total: ((rows: number) => number | undefined) | undefined;
	hasDeletedList = true;
	/** How long after an edit a list still shows what was before. */
	lagMs = 0;

	edit(crmId: string, name: string): void {
		this.rows.set(crmId, { at: this.clock.now(), name });
	}

	remove(crmId: string): void {
		this.rows.delete(crmId);
		this.deleted.set(crmId, this.clock.now());
	}

	private one(crmId: string): PolledRecord | null {
		const row = this.rows.get(crmId);
		if (row === undefined) return null;
		return { crmId, updatedAt: row.at, deleted: false, fields: { lastName: row.name } };
	}

	private page(all: PolledRecord[], page: number): PollPage {
		const records = all.slice((page - 1) * this.pageSize, page * this.pageSize);
		const total = this.total ? this.total(all.length) : all.length;
		return {
			records,
			more: page * this.pageSize < all.length,
			...(total === undefined ? {} : { total }),
		};
	}

	read(query: PageQuery): Promise<PollPage> {
		const failure = this.failures.shift();
		if (failure) return Promise.reject(failure);
		this.queries.push(query);
		if (query.since !== null && query.page === 1) this.polls.push(this.clock.now());
		const shown = this.clock.now() - this.lagMs;
		const rows = [...this.rows].filter(([, { at }]) => at >= (query.since ?? 0) && at <= shown);
		const all = rows.map(([crmId, { at, name }]) => ({
			crmId,
			updatedAt: at,
			deleted: false,
			fields: { lastName: name },
		}));
		return Promise.resolve(this.page(all, query.page));
	}

	start(over: Partial<PollingSettings> = {}, options: Partial<ChangeSourceOptions> = {}): Source {
		const connector: Connector = {
			...wealthbox,
			runChangeSource: (context, given) =>
				runPolling({
					context,
					options: given,
					settings: { ...SETTINGS, ...over },
					random: () => 0,
					reader: {
						readPage: (query) => this.read(query),
						readOne: (crmId) => Promise.resolve(this.one(crmId)),
						...(this.hasDeletedList
							? { readDeleted: (query: PageQuery) => this.readDeleted(query) }
							: {}),
						isGone: (crmId) => Promise.resolve(!this.rows.has(crmId)),
					},
				}),
		};
		const context = contextOf(connector, () => Promise.reject(new Error('unused')), {}, this.clock);
		return new Source(connector, context, options);
	}

	private readDeleted(query: PageQuery): Promise<PollPage> {
		const rows = [...this.deleted].filter(([, at]) => at >= (query.since ?? 0));
		const all = rows.map(([crmId, at]) => ({ crmId, updatedAt: at, deleted: true, fields: {} }));
		return Promise.resolve(this.page(all, query.page));
	}
}

export const ids = (given: Source) => given.events.map(({ crmId, change }) => `${change} ${crmId}`);
