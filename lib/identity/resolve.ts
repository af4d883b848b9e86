/**
 * Which entity does each record belong to? Exact link, else an own create coming back, else compared
 * with the likeliest candidates, else a new entity. In doubt it links nothing and asks. Set-based: a batch
 * costs the same number of store calls whether it holds one event or hundreds, and the order of its
 * records does not matter.
 */
import { recordKey, type ChangeEvent } from '../model/event';
import type { ObjectName } from '../model/objects';
import type { DeliveryRow, Evidence, Link, WhileInReview } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { acceptedWeights } from './accepted-weights';
import { DEFAULT_THRESHOLDS, type Thresholds } from './bands';
import type { IdentityDecision } from './decision';
import { findProposals, newcomerOf, type Newcomer, type WholeCounts } from './candidates';
import { loadCandidates, newCandidate, type Candidate } from './clients';
import { inOrder, ItemPlacing } from './items/place-items';
import { loadKnown, type Known } from './known';
import { DEFAULT_MATCH_OPTIONS, type MatchOptions } from './match';
import { OWN_ISSUER, OwnCreates } from './own-creates';
import { PlacedBatch } from './placed-batch';
import { Placing } from './placing';
import { nearOf, question, type Fit, type Near } from './questions';
import { Recordings } from './recordings';
import type { RuleOptions } from './rules';

export interface ResolveOptions {
	thresholds?: Thresholds;
	/** What becomes of a record while a person is asked. Default `hold`. */
	whileInReview?: WhileInReview;
	rules?: RuleOptions;
	/** Absent: names and keys are counted among the records that are linked so far. */
	whole?: WholeCounts;
	/** ms */
	now: number;
}

/** Answers one decision an event, in order. */
export async function resolveBatch(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: ResolveOptions,
): Promise<IdentityDecision[]> {
	const known = await loadKnown(tx, events);
	const resolver = new Resolver(tx, known, options);
	const strangers = events.filter((event) => !known.links.has(recordKey(event)));
	if (strangers.length > 0) await resolver.placeStrangers(strangers);
	const decisions = events.map((event) => resolver.decide(event));
	await resolver.save();
	return decisions;
}

const REMOVALS: readonly string[] = ['delete', 'archive', 'merge'];

class Resolver {
	private readonly recordings: Recordings;
	/** Records that wait for one that they name. */
	private readonly waiting = new Map<string, { object: ObjectName; crmId: string }>();
	/** Records that were placed in this batch. */
	private readonly placed = new Map<string, IdentityDecision>();

	constructor(
		private readonly tx: StoreTransaction,
		private readonly known: Known,
		private readonly options: ResolveOptions,
	) {
		this.recordings = new Recordings(tx, known, options.now);
	}

	/** Records without a link: the first event of each says what it holds. */
	async placeStrangers(events: readonly ChangeEvent[]): Promise<void> {
		const firsts = new Map<string, ChangeEvent>();
		for (const event of events) {
			const key = recordKey(event);
			if (REMOVALS.includes(event.change) || this.known.reviews.has(key)) continue;
			if (!firsts.has(key)) firsts.set(key, event);
		}
		const all = await this.placeOwnCreates([...firsts.values()]);
		const rest = all.filter(({ object }) => object === 'contact');
		const items = all.filter(({ object }) => object !== 'contact');
		if (items.length > 0) await this.placeItems(items);
		if (rest.length > 0) await this.placeNewcomers(rest.map(newcomerOf));
	}

	decide(event: ChangeEvent): IdentityDecision {
		const key = recordKey(event);
		const placed = this.placed.get(key);
		if (placed !== undefined && placed.decision !== 'review') {
			// Later events of the record are linked as it is now.
			this.placed.delete(key);
			return placed;
		}
		const link = this.known.links.get(key);
		if (link !== undefined) return byLink(event, link);
		const named = this.waiting.get(key);
		if (named !== undefined) return this.recordings.wait(event, named);
		const review = this.known.reviews.get(key);
		if (review !== undefined) return this.recordings.hold(event, review);
		return { decision: 'none', reason: 'The removed record was never linked.' };
	}

	save(): Promise<void> {
		return this.recordings.save();
	}

	private async placeItems(events: readonly ChangeEvent[]): Promise<void> {
		const isRejected = (event: ChangeEvent, unifiedId: string) =>
			this.known.neverAgain.get(recordKey(event))?.has(unifiedId) ?? false;
		const fresh = this.known.links.values();
		const placing = await ItemPlacing.load(this.tx, events, isRejected, fresh, this.options.now);
		for (const event of inOrder(events)) {
			const key = recordKey(event);
			const placement = placing.place(event);
			if (placement.kind === 'waits') this.waiting.set(key, placement.named);
			else if (placement.kind === 'new') this.create(event, [], false);
			else this.link(event, placement.unifiedId, placement.evidence, []);
			const link = this.known.links.get(key);
			if (link !== undefined) placing.note(event, link);
		}
	}

	private async placeOwnCreates(events: readonly ChangeEvent[]): Promise<ChangeEvent[]> {
		const creates = await OwnCreates.load(this.tx, events, this.known);
		return events.filter((event) => {
			const own = creates.of(event);
			if (own === undefined) return true;
			const evidence = { by: 'own-create', score: 1, fields: [] };
			this.link(event, own.candidate.unifiedId, evidence, [], own.delivery);
			own.candidate.links.push(this.known.links.get(recordKey(event)) as Link);
			return false;
		});
	}

	private async placeNewcomers(newcomers: Newcomer[]): Promise<void> {
		const proposals = await findProposals(this.tx, newcomers, this.options.whole);
		for (const [place, { event }] of newcomers.entries()) {
			const named = event.externalKeys[OWN_ISSUER];
			if (named !== undefined) proposals.clients[place]?.unshift(named);
		}
		const clients = await loadCandidates(this.tx, proposals.clients.flat());
		const placing = new Placing(newcomers, proposals, clients, {
			thresholds: this.options.thresholds ?? DEFAULT_THRESHOLDS,
			match: await this.matchOptions(),
			isRejected: ({ event }, { unifiedId }) =>
				this.known.neverAgain.size > 0 &&
				(this.known.neverAgain.get(recordKey(event))?.has(unifiedId) ?? false),
			isNamed: ({ event }, candidate) =>
				clients.get(event.externalKeys[OWN_ISSUER] ?? '') === candidate,
		});
		await new PlacedBatch(this, newcomers, placing).carryOut(placing.place());
	}

	private async matchOptions(): Promise<MatchOptions> {
		const weights = await acceptedWeights(this.tx);
		const { rules = DEFAULT_MATCH_OPTIONS.rules } = this.options;
		return { ...DEFAULT_MATCH_OPTIONS, rules, weights };
	}

	/** `create`: the one that made the record, as far as known. */
	link(
		event: ChangeEvent,
		unifiedId: string,
		evidence: Evidence,
		near: readonly Fit[],
		create = this.createFor(event, unifiedId),
	): void {
		this.recordings.link(event, unifiedId, evidence, near);
		if (create !== undefined) this.recordings.expect(event, create);
		const decision = { decision: 'linked' as const, unifiedId, evidence };
		this.placed.set(recordKey(event), withNear(decision, near));
	}

	private createFor({ system }: ChangeEvent, unifiedId: string): DeliveryRow | undefined {
		return this.known.creates.get(system)?.find(({ entityId }) => entityId === unifiedId);
	}

	create(event: ChangeEvent, near: readonly Fit[], isLogged: boolean): Candidate {
		const unifiedId = this.recordings.create(event, near, isLogged);
		const evidence = { by: 'new-entity', score: 1, fields: [] };
		const decision = { decision: 'created' as const, unifiedId, evidence };
		this.placed.set(recordKey(event), withNear(decision, near));
		return newCandidate(unifiedId, event);
	}

	/** The record waits, or is a client of its own until the answer. Answers that client. */
	async ask(
		event: ChangeEvent,
		near: readonly Fit[],
		reason: string,
	): Promise<Candidate | undefined> {
		const { whileInReview } = this.options;
		const asked = { ...(await question(this.tx, event, near, reason)), whileInReview };
		if (whileInReview !== 'asNew') {
			this.recordings.open(event, asked);
			return undefined;
		}
		const made = this.create(event, [], false);
		this.recordings.openAbout(event, asked, made.unifiedId, (reviewId) => {
			const decision = this.placed.get(recordKey(event));
			if (decision?.decision === 'created')
				this.placed.set(recordKey(event), { ...decision, reviewId });
		});
		return made;
	}

	/** Reads at once what the questions tell of these clients. */
	async prepareQuestions(clients: readonly Candidate[]): Promise<void> {
		if (clients.length > 0)
			await this.tx.registers.registers(clients.map(({ unifiedId }) => unifiedId));
	}

	openReviews(): Promise<void> {
		return this.recordings.openAll();
	}
}

function withNear<T extends object>(decision: T, near: readonly Fit[]): T & { near?: Near[] } {
	return near.length === 0 ? decision : { ...decision, near: near.map(nearOf) };
}

/** A record that was unlinked comes back when Field Merge sees it. */
function byLink(event: ChangeEvent, link: Link): IdentityDecision {
	if (link.state === 'unlinked' && event.change === 'delete') {
		return { decision: 'none', reason: 'The record is no longer linked.' };
	}
	return { decision: 'linked', unifiedId: link.entityId, evidence: link.evidence };
}
