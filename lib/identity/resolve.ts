/**
 * Which entity does each record belong to? Exact link, else an own create coming back, else strong
 * keys and scored candidates, else a new entity. In doubt it links nothing and asks. Set-based: a
 * batch costs the same number of store calls whether it holds one event or hundreds.
 */
import { sameValue } from '../model/canonical';
import { recordKey, type ChangeEvent } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { AuditRow, DeliveryRow, Evidence, Link, ReviewQuestion } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { StoreTransaction } from '../store/store';
import { allKeys } from './keys';
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

interface Candidate {
	unifiedId: string;
	fields: CanonicalFields;
	/** Issuer -> key, told by the records of the entity. */
	externalKeys: Record<string, string>;
	links: Link[];
}

const MAX_CANDIDATES_A_KEY = 50;
/** A second candidate this close to the best makes the choice a guess. */
const TOO_CLOSE = 0.05;
/** Issuer of the unified ids that our own creates leave in a CRM's external-id field. */
const OWN_ISSUER = 'fabric';

/** Answers one decision an event, in order. */
export async function resolveBatch(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: ResolveOptions,
): Promise<IdentityDecision[]> {
	const resolver = await Resolver.load(tx, events, options);
	const decisions: IdentityDecision[] = [];
	for (const event of events) decisions.push(await resolver.resolve(event));
	await resolver.save();
	return decisions;
}

class Resolver {
	private readonly newLinks: Link[] = [];
	private readonly newKeys: Array<{
		system: string;
		object: string;
		crmId: string;
		entityId: string;
		keys: string[];
	}> = [];
	private readonly audit: AuditRow[] = [];

	private constructor(
		private readonly tx: StoreTransaction,
		private readonly options: ResolveOptions,
		private readonly links: Map<string, Link>,
		private readonly owners: Map<string, Set<string>>,
		private readonly candidates: Map<string, Candidate>,
		private readonly creates: Map<string, DeliveryRow[]>,
	) {}

	static async load(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		options: ResolveOptions,
	): Promise<Resolver> {
		const links = await tx.identity.links(events);
		const unknown = events.filter((event) => !links.has(recordKey(event)));
		const owners = new Map<string, Set<string>>();
		for (const owner of await tx.identity.ownersOf(
			unknown.flatMap((event) => allKeys(event.fields, event.externalKeys)),
		)) {
			const ids = owners.get(owner.key) ?? new Set<string>();
			if (ids.size < MAX_CANDIDATES_A_KEY) owners.set(owner.key, ids.add(owner.entityId));
		}
		const creates = new Map<string, DeliveryRow[]>();
		for (const system of new Set(unknown.map((event) => event.system))) {
			creates.set(system, await tx.deliveries.createsUnderWay(system));
		}
		const ids = new Set([...owners.values()].flatMap((set) => [...set]));
		for (const event of unknown)
			if (event.externalKeys[OWN_ISSUER]) ids.add(event.externalKeys[OWN_ISSUER]);
		for (const delivery of [...creates.values()].flat()) ids.add(delivery.entityId);
		const candidates = await loadCandidates(tx, [...ids]);
		return new Resolver(tx, options, links, owners, candidates, creates);
	}

	async resolve(event: ChangeEvent): Promise<IdentityDecision> {
		const link = this.links.get(recordKey(event));
		if (link !== undefined) return this.byLink(event, link);
		if (event.change === 'delete')
			return { decision: 'none', reason: 'The deleted record was never linked.' };
		const own = this.ownCreate(event);
		if (own !== undefined) return this.link(event, own.unifiedId, evidence('own-create'));
		const ranked = this.rank(event);
		const verdict = this.judge(event, ranked);
		if (verdict === 'new') return this.create(event, ranked);
		if (verdict.ask !== undefined) return this.ask(event, ranked, verdict.ask);
		return this.link(event, verdict.unifiedId, verdict.evidence);
	}

	async save(): Promise<void> {
		await this.tx.identity.saveLinks(this.newLinks, this.options.now);
		await this.tx.identity.replaceKeys(this.newKeys);
		await this.tx.audit.append(this.audit);
	}

	private byLink(event: ChangeEvent, link: Link): IdentityDecision {
		if (link.state === 'unlinked' && event.change === 'delete') {
			return { decision: 'none', reason: 'The record is no longer linked.' };
		}
		if (link.state === 'unlinked') return this.link(event, link.entityId, link.evidence);
		return { decision: 'linked', unifiedId: link.entityId, evidence: link.evidence };
	}

	/** Is this record the one that a create of ours has just made, or made before its answer was lost? */
	private ownCreate(event: ChangeEvent): Candidate | undefined {
		const named = this.candidates.get(event.externalKeys[OWN_ISSUER] ?? '');
		if (named !== undefined && !this.hasLinkIn(named, event)) return named;
		const matching = (this.creates.get(event.system) ?? []).filter((delivery) =>
			isMadeBy(delivery, event),
		);
		const entities = new Set(matching.map(({ entityId }) => entityId));
		if (entities.size !== 1) return undefined;
		const candidate = this.candidates.get([...entities][0] ?? '');
		return candidate === undefined || this.hasLinkIn(candidate, event) ? undefined : candidate;
	}

	private rank(event: ChangeEvent): Array<{ candidate: Candidate; evidence: Evidence }> {
		const ids = new Set(
			allKeys(event.fields, event.externalKeys).flatMap((key) => [...(this.owners.get(key) ?? [])]),
		);
		return [...ids]
			.map((id) => this.candidates.get(id))
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
		ranked: Array<{ candidate: Candidate; evidence: Evidence }>,
	): 'new' | { ask: string } | { ask?: undefined; unifiedId: string; evidence: Evidence } {
		const thresholds = this.options.thresholds ?? DEFAULT_THRESHOLDS;
		const [best, second] = ranked;
		if (best === undefined || best.evidence.score < thresholds.review) return 'new';
		if (best.evidence.score < thresholds.link)
			return { ask: 'It may be the same client, but the evidence is not enough to link it.' };
		if (this.hasLinkIn(best.candidate, event)) {
			return {
				ask: `${event.system} already has a record of this client: this may be a duplicate inside ${event.system}.`,
			};
		}
		if (second !== undefined && best.evidence.score - second.evidence.score < TOO_CLOSE) {
			return { ask: 'More than one client fits equally well.' };
		}
		return { unifiedId: best.candidate.unifiedId, evidence: best.evidence };
	}

	private hasLinkIn(candidate: Candidate, event: ChangeEvent): boolean {
		return candidate.links.some(
			(link) =>
				link.state === 'active' && link.system === event.system && link.object === event.object,
		);
	}

	private link(event: ChangeEvent, unifiedId: string, why: Evidence): IdentityDecision {
		this.remember(event, unifiedId, why);
		this.note(event, 'link', unifiedId, why);
		return { decision: 'linked', unifiedId, evidence: why };
	}

	private async create(
		event: ChangeEvent,
		ranked: Array<{ candidate: Candidate; evidence: Evidence }>,
	): Promise<IdentityDecision> {
		const [unifiedId] = await this.tx.identity.createEntities([event.eventId], this.options.now);
		if (unifiedId === undefined) throw new Error('The store made no entity.');
		this.candidates.set(unifiedId, {
			unifiedId,
			fields: event.fields,
			externalKeys: event.externalKeys,
			links: [],
		});
		const why = evidence('new-entity');
		this.remember(event, unifiedId, why);
		this.note(event, 'entity', unifiedId, why);
		await this.tx.reviews.open(
			{
				...this.address(event),
				kind: 'new-entity',
				state: 'logged',
				question: question(event, ranked, 'No known client fits.'),
			},
			this.options.now,
		);
		return { decision: 'created', unifiedId, evidence: why };
	}

	private async ask(
		event: ChangeEvent,
		ranked: Array<{ candidate: Candidate; evidence: Evidence }>,
		reason: string,
	): Promise<IdentityDecision> {
		const { now } = this.options;
		const open = await this.tx.reviews.openFor(event);
		const reviewId =
			open?.id ??
			(await this.tx.reviews.open(
				{
					...this.address(event),
					kind: 'identity',
					state: 'open',
					question: question(event, ranked, reason),
				},
				now,
			));
		const seq = (await this.tx.inbox.statesOf([event.eventId])).get(event.eventId)?.seq;
		if (seq !== undefined) await this.tx.inbox.settle([seq], 'review', now, reason);
		this.audit.push({
			at: now,
			kind: 'review',
			...this.address(event),
			eventId: event.eventId,
			detail: { reviewId, reason },
		});
		const candidates = ranked.map(({ candidate, evidence: { score: value } }) => ({
			unifiedId: candidate.unifiedId,
			score: value,
		}));
		return {
			decision: 'review',
			reviewId,
			reason,
			candidates: candidates.slice(0, MAX_IN_QUESTION),
		};
	}

	private remember(event: ChangeEvent, entityId: string, why: Evidence): void {
		const link: Link = {
			...this.address(event),
			entityId,
			state: 'active',
			evidence: why,
			recreated: 0,
		};
		const keys = allKeys(event.fields, event.externalKeys);
		this.links.set(recordKey(event), link);
		this.newLinks.push(link);
		this.newKeys.push({ ...this.address(event), entityId, keys });
		this.candidates.get(entityId)?.links.push(link);
		for (const key of keys) this.owners.set(key, (this.owners.get(key) ?? new Set()).add(entityId));
	}

	private note(event: ChangeEvent, kind: string, entityId: string, why: Evidence): void {
		const { now } = this.options;
		this.audit.push({
			at: now,
			kind,
			entityId,
			...this.address(event),
			eventId: event.eventId,
			detail: why,
		});
	}

	private address({ system, object, crmId }: ChangeEvent) {
		return { system, object, crmId };
	}
}

const MAX_IN_QUESTION = 10;

function evidence(by: string): Evidence {
	return { by, score: 1, fields: [] };
}

function question(
	event: ChangeEvent,
	ranked: Array<{ candidate: Candidate; evidence: Evidence }>,
	reason: string,
): ReviewQuestion {
	const candidates = ranked.slice(0, MAX_IN_QUESTION).map(({ candidate, evidence: why }) => ({
		unifiedId: candidate.unifiedId,
		score: why.score,
		evidence: why,
		fields: candidate.fields,
	}));
	return { reason, record: event.fields, candidates };
}

/** The record holds what the create sent, as far as both speak of it, and at least a name or an e-mail. */
function isMadeBy(delivery: DeliveryRow, event: ChangeEvent): boolean {
	const sent = Object.entries(delivery.changes ?? {}).filter(([field]) => field in event.fields);
	const names = sent.some(([field]) => ['lastName', 'name', 'emails'].includes(field));
	return names && sent.every(([field, value]) => sameValue(field, value, event.fields[field]));
}

async function loadCandidates(
	tx: StoreTransaction,
	ids: string[],
): Promise<Map<string, Candidate>> {
	const existing = [...(await tx.identity.existing(ids))];
	const registers = await tx.registers.registers(existing);
	const links = await tx.identity.linksOf(existing);
	const keys = await tx.identity.externalKeysOf(existing);
	const merged = new Map(existing.map((id) => [id, desiredFields(registers.get(id) ?? {})]));
	const unmerged = links.filter(
		(link) => Object.keys(merged.get(link.entityId) ?? {}).length === 0,
	);
	// Resolved a moment ago by another execution and not merged yet: its own event says who it is.
	const events = await tx.inbox.lastEvents(unmerged);
	for (const link of unmerged) {
		merged.set(link.entityId, {
			...events.get(recordKey(link))?.event.fields,
			...merged.get(link.entityId),
		});
	}
	return new Map(
		existing.map((unifiedId) => [
			unifiedId,
			{
				unifiedId,
				fields: merged.get(unifiedId) ?? {},
				externalKeys: keys.get(unifiedId) ?? {},
				links: links.filter((link) => link.entityId === unifiedId),
			},
		]),
	);
}
