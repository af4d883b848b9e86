/**
 * Which entity does each record belong to? Exact link, else an own create coming back, else strong
 * keys and scored candidates, else a new entity. In doubt it links nothing and asks. Set-based: a
 * batch costs the same number of store calls whether it holds one event or hundreds.
 */
import { sameValue } from '../model/canonical';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import type {
	AuditRow,
	DeliveryRow,
	Evidence,
	Link,
	ReviewQuestion,
	ReviewRow,
} from '../model/rows';
import { expectCreated, type Shadow } from '../merge/shadow';
import type { NewReview } from '../store/desk';
import { unifiedIdOf, type RecordKeys } from '../store/identity';
import type { StoreTransaction } from '../store/store';
import { allKeys } from './keys';
import { hasLinkIn, loadKnown, OWN_ISSUER, type Candidate, type Known } from './known';
import { DEFAULT_THRESHOLDS, score, type Thresholds } from './score';

export type IdentityDecision =
	| { decision: 'linked' | 'created'; unifiedId: string; evidence: Evidence }
	| {
			decision: 'review';
			reviewId: number;
			reason: string;
			candidates: Array<{ unifiedId: string; score: number }>;
	  }
	/** A delete of a record that the fabric never linked, or an event settled before. */
	| { decision: 'none'; reason: string };

export interface ResolveOptions {
	thresholds?: Thresholds;
	/** ms */
	now: number;
}

type Ranked = Array<{ candidate: Candidate; evidence: Evidence }>;

/** A second candidate this close to the best makes the choice a guess. */
const TOO_CLOSE = 0.05;
/** Answers one decision an event, in order. */
export async function resolveBatch(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: ResolveOptions,
): Promise<IdentityDecision[]> {
	const resolver = new Resolver(tx, options, await loadKnown(tx, events));
	const decisions: IdentityDecision[] = [];
	for (const event of events) decisions.push(await resolver.resolve(event));
	await resolver.save();
	return decisions;
}

class Resolver {
	private readonly newLinks: Link[] = [];
	private readonly newKeys: RecordKeys[] = [];
	private readonly newEntities: Array<{ number: number; createdBy: string }> = [];
	private readonly newShadows: Array<RecordAddress & { shadow: Shadow }> = [];
	private readonly logged: NewReview[] = [];
	private readonly held: Array<{ seq: number; reason: string }> = [];
	private readonly audit: AuditRow[] = [];

	constructor(
		private readonly tx: StoreTransaction,
		private readonly options: ResolveOptions,
		private readonly known: Known,
	) {}

	async resolve(event: ChangeEvent): Promise<IdentityDecision> {
		const link = this.known.links.get(recordKey(event));
		if (link !== undefined) return byLink(event, link);
		const review = this.known.reviews.get(recordKey(event));
		if (review !== undefined) return this.hold(event, review);
		if (['delete', 'archive', 'merge'].includes(event.change)) {
			return { decision: 'none', reason: 'The removed record was never linked.' };
		}
		const own = this.ownCreate(event);
		if (own !== undefined) return this.link(event, own.unifiedId, evidence('own-create'));
		const ranked = this.rank(event);
		const verdict = this.judge(event, ranked);
		if (verdict === 'new') return this.create(event, ranked);
		if (verdict.ask !== undefined) return this.ask(event, ranked, verdict.ask);
		const create = this.known.creates
			.get(event.system)
			?.find(({ entityId }) => entityId === verdict.unifiedId);
		if (create !== undefined) this.expectOwnValues(event, create);
		return this.link(event, verdict.unifiedId, verdict.evidence);
	}

	async save(): Promise<void> {
		const { tx } = this;
		const { now } = this.options;
		await tx.identity.addEntities(this.newEntities, now);
		await tx.identity.saveLinks(this.newLinks, now);
		await tx.identity.replaceKeys(this.newKeys);
		await tx.registers.saveShadows(this.newShadows, now);
		await tx.reviews.log(this.logged, now);
		for (const reason of new Set(this.held.map((event) => event.reason))) {
			const seqs = this.held.filter((event) => event.reason === reason).map(({ seq }) => seq);
			await tx.inbox.settle(seqs, 'review', now, reason);
		}
		await tx.audit.append(this.audit);
	}

	/** Is this record the one that a create of ours has just made, or made before its answer was lost? */
	private ownCreate(event: ChangeEvent): Candidate | undefined {
		const { candidates } = this.known;
		const creates = this.known.creates.get(event.system) ?? [];
		const named = candidates.get(event.externalKeys[OWN_ISSUER] ?? '');
		if (named !== undefined && !hasLinkIn(named, event)) {
			const create = creates.find(({ entityId }) => entityId === named.unifiedId);
			if (create !== undefined) this.expectOwnValues(event, create);
			return named;
		}
		const matching = creates.filter((delivery) => isMadeBy(delivery, event));
		const [create] = matching;
		const entities = new Set(matching.map(({ entityId }) => entityId));
		if (create === undefined || entities.size !== 1) return undefined;
		const candidate = candidates.get(create.entityId);
		if (candidate === undefined || hasLinkIn(candidate, event)) return undefined;
		this.expectOwnValues(event, create);
		return candidate;
	}

	/** What the create sent is no person's edit when it is seen at the new record. */
	private expectOwnValues(event: ChangeEvent, create: DeliveryRow): void {
		this.newShadows.push({ ...addressOf(event), shadow: expectCreated(create.tried) });
	}

	private rank(event: ChangeEvent): Ranked {
		const ids = new Set(
			allKeys(event.fields, event.externalKeys).flatMap((key) => [
				...(this.known.owners.get(key) ?? []),
			]),
		);
		return [...ids]
			.map((id) => this.known.candidates.get(id))
			.filter((candidate) => candidate !== undefined)
			.map((candidate) => ({ candidate, evidence: score(event, candidate) }))
			.sort(
				(a, b) =>
					b.evidence.score - a.evidence.score ||
					(a.candidate.unifiedId < b.candidate.unifiedId ? -1 : 1),
			);
	}

	private judge(
		event: ChangeEvent,
		ranked: Ranked,
	): 'new' | { ask: string } | { ask?: undefined; unifiedId: string; evidence: Evidence } {
		const thresholds = this.options.thresholds ?? DEFAULT_THRESHOLDS;
		const [best, second] = ranked;
		if (best === undefined || best.evidence.score < thresholds.review) return 'new';
		if (best.evidence.score < thresholds.link)
			return { ask: 'It may be the same client, but the evidence is not enough to link it.' };
		if (hasLinkIn(best.candidate, event)) {
			return {
				ask: `${event.system} already has a record of this client: this may be a duplicate inside ${event.system}.`,
			};
		}
		if (second !== undefined && best.evidence.score - second.evidence.score < TOO_CLOSE) {
			return { ask: 'More than one client fits equally well.' };
		}
		return { unifiedId: best.candidate.unifiedId, evidence: best.evidence };
	}

	private link(event: ChangeEvent, unifiedId: string, why: Evidence): IdentityDecision {
		this.remember(event, unifiedId, why);
		this.note(event, 'link', unifiedId, why);
		return { decision: 'linked', unifiedId, evidence: why };
	}

	private create(event: ChangeEvent, ranked: Ranked): IdentityDecision {
		this.known.lastNumber += 1;
		const number = this.known.lastNumber;
		const unifiedId = unifiedIdOf(number);
		this.newEntities.push({ number, createdBy: event.eventId });
		const { fields, externalKeys } = event;
		this.known.candidates.set(unifiedId, { unifiedId, fields, externalKeys, links: [] });
		const why = evidence('new-entity');
		this.remember(event, unifiedId, why);
		this.note(event, 'entity', unifiedId, why);
		const asked = question(event, ranked, 'No known client fits.');
		this.logged.push({ ...addressOf(event), kind: 'new-entity', state: 'logged', question: asked });
		return { decision: 'created', unifiedId, evidence: why };
	}

	private async ask(event: ChangeEvent, ranked: Ranked, reason: string): Promise<IdentityDecision> {
		const asked = question(event, ranked, reason);
		const review: NewReview = {
			...addressOf(event),
			kind: 'identity',
			state: 'open',
			question: asked,
		};
		const opened = await this.tx.reviews.open(review, this.options.now);
		this.known.reviews.set(recordKey(event), opened);
		return this.hold(event, opened);
	}

	/** The event waits for the answer; so do later ones of its record, which keeps their order. */
	private hold(event: ChangeEvent, { id: reviewId, question: asked }: ReviewRow): IdentityDecision {
		const { reason } = asked;
		const seq = this.known.inbox.get(event.eventId)?.seq;
		if (seq !== undefined) this.held.push({ seq, reason });
		const address = addressOf(event);
		const { now: at } = this.options;
		const detail = { reviewId, reason };
		this.audit.push({ at, kind: 'review', ...address, eventId: event.eventId, detail });
		const candidates = asked.candidates.map(({ unifiedId, score: value }) => ({
			unifiedId,
			score: value,
		}));
		return { decision: 'review', reviewId, reason, candidates };
	}

	private remember(event: ChangeEvent, entityId: string, why: Evidence): void {
		const { links, candidates, owners } = this.known;
		const address = addressOf(event);
		const link: Link = { ...address, entityId, state: 'active', evidence: why, recreated: 0 };
		const keys = allKeys(event.fields, event.externalKeys);
		links.set(recordKey(event), link);
		this.newLinks.push(link);
		this.newKeys.push({ ...address, entityId, keys });
		candidates.get(entityId)?.links.push(link);
		for (const key of keys) owners.set(key, (owners.get(key) ?? new Set()).add(entityId));
	}

	private note(event: ChangeEvent, kind: string, entityId: string, why: Evidence): void {
		const { now: at } = this.options;
		const { eventId } = event;
		const run = this.known.inbox.get(eventId)?.batch ?? undefined;
		this.audit.push({ at, kind, entityId, ...addressOf(event), eventId, run, detail: why });
	}
}

function addressOf({ system, object, crmId }: ChangeEvent): RecordAddress {
	return { system, object, crmId };
}

/** A record that was unlinked comes back when Field Merge sees it. */
function byLink(event: ChangeEvent, link: Link): IdentityDecision {
	if (link.state === 'unlinked' && event.change === 'delete') {
		return { decision: 'none', reason: 'The record is no longer linked.' };
	}
	return { decision: 'linked', unifiedId: link.entityId, evidence: link.evidence };
}

const MAX_IN_QUESTION = 10;

function evidence(by: string): Evidence {
	return { by, score: 1, fields: [] };
}

function question(event: ChangeEvent, ranked: Ranked, reason: string): ReviewQuestion {
	const candidates = ranked.slice(0, MAX_IN_QUESTION).map(({ candidate, evidence: why }) => ({
		unifiedId: candidate.unifiedId,
		score: why.score,
		evidence: why,
		fields: candidate.fields,
	}));
	return { reason, record: event.fields, candidates };
}

/** The record holds what a try of the create sent, as far as both speak of it, and at least a name or an e-mail. */
function isMadeBy(delivery: DeliveryRow, event: ChangeEvent): boolean {
	return delivery.tried.some((changes) => {
		const sent = Object.entries(changes).filter(([field]) => field in event.fields);
		const names = sent.some(([field]) => ['lastName', 'name', 'emails'].includes(field));
		return names && sent.every(([field, value]) => sameValue(field, value, event.fields[field]));
	});
}
