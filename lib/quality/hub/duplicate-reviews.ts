/**
 * Reviews of kind `duplicate` that a search opens: one a cluster. What a person has answered is not
 * asked again; what is no duplicate any more is closed.
 */
import type { DuplicateQuestion, ReviewRow } from '../../model/rows';
import { closeReview, NOBODY } from '../../removal/questions';
import type { NewReview } from '../../store/review-rows';
import type { StoreTransaction } from '../../store/store';
import type { DuplicateCluster, QualityItem } from '../duplicates/item';

export interface ClusterToAsk {
	system: string;
	cluster: DuplicateCluster;
	/** The master first. */
	members: readonly QualityItem[];
}

export interface KeptReviews {
	/** Cluster -> its review, open or answered. */
	reviewOf: Map<string, number>;
	opened: number;
	closed: number;
}

/** `clusters`: all that the search of this system found. */
export async function keepDuplicateReviews(
	tx: StoreTransaction,
	system: string,
	clusters: readonly ClusterToAsk[],
	now: number,
): Promise<KeptReviews> {
	const reviews = await tx.quality.duplicateReviews(system);
	const kept: KeptReviews = { reviewOf: new Map(), opened: 0, closed: 0 };
	const asked = new Set<number>();
	for (const one of clusters) {
		const review =
			reviews.find((known) => covers(known, one)) ?? (await ask(tx, one, reviews, now));
		if (!reviews.includes(review)) kept.opened += 1;
		asked.add(review.id);
		kept.reviewOf.set(one.cluster.id, review.id);
	}
	for (const review of reviews) {
		const isOwn = review.state === 'open' && review.question.duplicate !== undefined;
		if (!isOwn || asked.has(review.id)) continue;
		await closeReview(tx, review, 'These records are no duplicates any more.', now);
		kept.closed += 1;
	}
	return kept;
}

/** Open, or answered by a person, and about these very records or more. */
function covers(review: ReviewRow, { cluster, members }: ClusterToAsk): boolean {
	if (review.state !== 'open' && review.decision?.by === NOBODY) return false;
	const { duplicate } = review.question;
	if (duplicate === undefined) {
		// Two records of one client, which the hub itself has asked about.
		return review.entityId !== null && members.every(({ sameAs }) => sameAs === review.entityId);
	}
	const known = new Set(duplicate.records.map(({ crmId }) => crmId));
	return cluster.members.every((id) => known.has(id));
}

/** A review that is open about fewer of these records is asked anew instead. */
async function ask(
	tx: StoreTransaction,
	one: ClusterToAsk,
	reviews: readonly ReviewRow[],
	now: number,
): Promise<ReviewRow> {
	const review = reviewFor(one);
	const smaller = reviews.find(
		({ state, question: { duplicate } }) =>
			state === 'open' &&
			duplicate?.records.every(({ crmId }) => one.cluster.members.includes(crmId)) === true,
	);
	if (smaller === undefined) return tx.reviews.open(review, now);
	await tx.reviews.replaceQuestion(smaller.id, review, review.question);
	return smaller;
}

function reviewFor({ system, cluster, members }: ClusterToAsk): NewReview {
	const [master, ...others] = members as [QualityItem, ...QualityItem[]];
	const elsewhere = others.filter(({ sameAs }) => sameAs !== master.sameAs);
	const candidates = elsewhere.map(({ id, sameAs = '', fields }) => {
		const { evidence } = linkOf(cluster, id);
		return { unifiedId: sameAs, score: evidence.score, evidence, fields };
	});
	return {
		system,
		object: 'contact',
		crmId: master.id,
		kind: 'duplicate',
		...(master.sameAs !== undefined && { entityId: master.sameAs }),
		state: 'open',
		question: {
			reason: reasonFor(system, cluster),
			duplicate: questionOf(cluster, members),
			record: master.fields,
			candidates: candidates.filter(
				({ unifiedId }, place) =>
					candidates.findIndex((other) => other.unifiedId === unifiedId) === place,
			),
		},
	};
}

function questionOf(
	{ confidence, master, merged }: DuplicateCluster,
	members: readonly QualityItem[],
): DuplicateQuestion {
	return {
		records: members.map(({ id, sameAs }) => ({ crmId: id, unifiedId: sameAs ?? null })),
		confidence,
		reasons: master.reasons,
		merged,
	};
}

/** Its pair with the master, else the best one that it has. */
function linkOf({ links, master }: DuplicateCluster, id: string) {
	const own = links.filter(({ a, b }) => a === id || b === id);
	const direct = own.find(({ a, b }) => a === master.id || b === master.id);
	const [best] = [...own].sort((one, other) => other.evidence.score - one.evidence.score);
	const found = direct ?? best;
	if (found === undefined) throw new Error(`Record ${id} hangs together with no other one.`);
	return found;
}

function reasonFor(system: string, { members, confidence, master }: DuplicateCluster): string {
	const seem = confidence === 'sure' ? 'seem to be' : 'may be';
	const [first = '', ...others] = members;
	return `${system} holds ${members.length} records that ${seem} one client: ${members.join(', ')}. Suggested: merge ${others.join(', ')} into ${first} (${master.reasons.join('; ')}) in ${system}.`;
}
