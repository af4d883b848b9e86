/** What a CRM gives the polling change source, and what the source is told. */
import { createPacer, type CallPriority } from './budget';
import type { ChangeSourceOptions, ConnectorContext } from './connector';
import type { ChangeEventInput } from '../model/event';
import type { PolledRecord } from './poll-events';

export interface PollPage {
	records: PolledRecord[];
	/** True if there is another page. */
	more: boolean;
	/** Records of all pages together, where the CRM says so. */
	total?: number;
	/** The server's own clock (Date header), ms since the epoch. */
	serverTime?: number;
	/** The records are as of then, if that is before the page was asked for, ms. */
	readAt?: number;
}

export interface PageQuery {
	/** Only records edited at or after this instant (ms, vendor's clock); null: all. */
	since: number | null;
	/** From 1. */
	page: number;
	priority: CallPriority;
	/** False: leave out what costs further calls for each record. */
	inDepth: boolean;
	signal: AbortSignal;
}

/** One CRM's reads. They reject with CrmError, HttpFailure, AuthenticationFailure or ConfigurationFailure. */
export interface PollReader {
	readPage: (query: PageQuery) => Promise<PollPage>;
	/** The CRM's own list of deleted records, where it has one. */
	readDeleted?: (query: PageQuery) => Promise<PollPage>;
	/** One record by its id; null if the CRM says that it is gone. */
	readOne?: (
		crmId: string,
		signal: AbortSignal,
		priority?: CallPriority,
	) => Promise<PolledRecord | null>;
	/** Reads one record by its id: true if the CRM says that it is gone. */
	isGone: (crmId: string, signal: AbortSignal) => Promise<boolean>;
}

export interface PollingSettings {
	minPollMs: number;
	maxPollMs: number;
	/** How far before the newest edit seen a poll begins: the resolution of edit times at least. */
	overlapMs: number;
	/** How far back a poll begins now and then, for what became visible late. */
	deepOverlapMs: number;
	/**
	 * How long after an edit the CRM's lists may still show what was before. Polls overlap by it, and what
	 * a list shows is not taken to be newer than that.
	 */
	listLagMs: number;
	/** By how much our clock may be ahead of the vendor's at the very first poll. */
	clockToleranceMs: number;
	/** Pause between full listings; 0: only the first load. */
	fullScanMs: number;
	/** Every how many polls the deleted records are read. */
	deletedEveryPolls: number;
	/** False: editing an e-mail, phone or address may leave the contact's edit time as it was. */
	editsAlwaysTouch: boolean;
}

export interface PollingParts {
	context: ConnectorContext;
	options: ChangeSourceOptions;
	reader: PollReader;
	settings: PollingSettings;
	/** For the jitter of retries: [0, 1). Default Math.random. */
	random?: () => number;
}

/**
 * A context whose polls keep to a share of the rate limit, so that writes always have room. Backfills
 * need no share of their own: the budget spreads them and leaves room by itself.
 */
export function withPollShare(
	context: ConnectorContext,
	limit: { calls: number; windowMs: number; share: number },
): ConnectorContext {
	const { now, sleep, budget } = context;
	const pacer = createPacer({
		calls: limit.calls * limit.share,
		windowMs: limit.windowMs,
		now,
		sleep,
	});
	const take: ConnectorContext['budget']['take'] = async (priority, signal) => {
		if (priority !== 'backfill') await pacer.take(signal);
		await budget.take(priority, signal);
	};
	return { ...context, budget: { ...budget, take } };
}

/** One poll in the making. */
export interface PollRound {
	began: number;
	/** It begins further back than others. */
	deep: boolean;
	/** Events that told anything new, as far as they were committed; null: nobody counts them. */
	news: number | null;
	since: number;
	ids: Set<string>;
	events: ChangeEventInput[];
	/** Event id -> unchangedUntil. */
	sightings: Map<string, number | null>;
	newest: number;
	page: PollPage;
	serverTime: number | undefined;
	/** The vendor's clock when the round began, or a little before; Infinity: not known. */
	beganThere: number;
	deleted: string[];
	revived: Set<string>;
}

export function newRound(begun: Pick<PollRound, 'began' | 'deep' | 'since' | 'newest'>): PollRound {
	return {
		...begun,
		news: null,
		ids: new Set(),
		events: [],
		sightings: new Map(),
		page: { records: [], more: false },
		serverTime: undefined,
		beganThere: Infinity,
		deleted: [],
		revived: new Set(),
	};
}

/** Notes the clock of the first page that tells it; `receivedAt`: when that page came, ms in our clock. */
export function noteServerTime(round: PollRound, receivedAt: number): void {
	const { serverTime } = round.page;
	if (serverTime === undefined || round.serverTime !== undefined) return;
	round.serverTime = serverTime;
	round.beganThere = serverTime - Math.max(0, receivedAt - round.began);
}
