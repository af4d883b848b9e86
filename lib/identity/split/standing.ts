/** What hangs on the records that leave goes with them: reviews, deliveries, departures, what people refused. */
import type { MergeNote } from '../../history/fold';
import { keepUp } from '../../merge/questions';
import type { Registers } from '../../merge/register';
import { recordKey } from '../../model/event';
import type { StoredAuditRow } from '../../model/rows';
import { laterDeparture, stands, type Departure } from '../../removal/departure';
import { closeDuplicates } from '../../removal/duplicates';
import { closeReview } from '../../removal/questions';
import { targetKey } from '../../removal/refusal';
import type { NeverAgain } from '../../store/decisions';
import type { Refusals, Standing } from '../../store/entities';
import type { StoreTransaction } from '../../store/store';
import { reindexRecords } from '../record-index';
import { ownership, type Part } from './part';

export interface Separation {
	/** The one that keeps the id. */
	stays: Part;
	leaves: Part;
	/** Merges by which one of the entities that leave had become part of this one, oldest first. */
	merges: readonly StoredAuditRow[];
	/** ms */
	now: number;
	by: string | undefined;
	/** Are the records that leave never again to be linked back by themselves? */
	isForGood: boolean;
}

export async function moveStanding(tx: StoreTransaction, separation: Separation): Promise<void> {
	const { stays, leaves, merges } = separation;
	const { links } = leaves;
	await tx.separation.moveRecords(links, leaves.unifiedId);
	await reindexRecords(tx, links, leaves.unifiedId);
	const writes = await tx.separation.deliveriesOf(stays.unifiedId, links);
	const creates = notes(merges).flatMap((note) => note.creates ?? []);
	await tx.entities.moveDeliveries([...writes, ...creates], leaves.unifiedId);
	await divideStanding(tx, separation);
	await divideDecisions(tx, separation);
	await addCandidates(tx, separation);
}

function notes(merges: readonly StoredAuditRow[]): MergeNote[] {
	return merges.map(({ detail }) => detail as MergeNote);
}

async function divideStanding(
	tx: StoreTransaction,
	{ stays, leaves, merges }: Separation,
): Promise<void> {
	const now = (await tx.entities.standing([stays.unifiedId])).get(stays.unifiedId);
	const known = [now, ...notes(merges).flatMap(({ standing }) => [standing?.from, standing?.into])];
	for (const part of [stays, leaves]) {
		await tx.entities.saveDeparture(part.unifiedId, departureOf(part, known) ?? null);
		await tx.entities.saveRefused(part.unifiedId, refusalsOf(part, known));
	}
}

/** The latest removal of a record of its own, if no record there is active. */
function departureOf(part: Part, known: Array<Standing | undefined>): Departure | undefined {
	const owns = ownership(part);
	return known
		.map((standing) => standing?.departure)
		.filter((departure) => departure !== undefined && owns(departure.cause))
		.filter((departure) => stands(departure, part.links))
		.reduce(laterDeparture, undefined);
}

/** Of its own records. That nothing was to be created is not known to be meant of either. */
function refusalsOf({ links }: Part, known: Array<Standing | undefined>): Refusals {
	const targets = new Set(links.map(({ system, crmId }) => targetKey(system, crmId)));
	const refused = known.flatMap((standing) => Object.entries(standing?.refused ?? {}));
	return Object.fromEntries(refused.filter(([target]) => targets.has(target)));
}

/**
 * What was said of the whole client is true of both, unless it is known which of the two was spoken of. What
 * the merge overruled stands again. And the records of each are not the other.
 */
async function divideDecisions(
	tx: StoreTransaction,
	{ stays, leaves, merges, now, by, isForGood }: Separation,
): Promise<void> {
	const since = Math.min(...merges.map(({ at }) => at));
	const said = await tx.decisions.of([stays.unifiedId]);
	const theirs = said.filter(({ saidOf }) => leaves.ids.has(saidOf));
	const both = said.filter((one) => stays.ids.has(one.saidOf) && !(one.at < since));
	await tx.decisions.remove(theirs);
	const entityId = leaves.unifiedId;
	await tx.decisions.add([...theirs, ...both].map((one) => ({ ...one, entityId })));
	await tx.decisions.add(notes(merges).flatMap(({ overruled = [] }) => overruled));
	if (!isForGood) return;
	const apart = leaves.links.map(
		({ system, object, crmId }): NeverAgain => ({
			...{ system, object, crmId, by: by ?? null, at: now, reviewId: null },
			entityId: stays.unifiedId,
			saidOf: stays.unifiedId,
		}),
	);
	await tx.decisions.add(apart);
}

/** A record that may be the client may be either of the two. */
async function addCandidates(tx: StoreTransaction, { stays, leaves }: Separation): Promise<void> {
	const id = leaves.unifiedId;
	for (const review of await tx.separation.reviewsNaming(stays.unifiedId)) {
		const { candidates } = review.question;
		const aliases = await tx.entities.aliases(candidates.map(({ unifiedId }) => unifiedId));
		const named = candidates.find(
			({ unifiedId }) => (aliases.get(unifiedId) ?? unifiedId) === stays.unifiedId,
		);
		const isNamed = candidates.some(({ unifiedId }) => unifiedId === id);
		const added = named === undefined || isNamed ? [] : [{ ...named, unifiedId: id }];
		const question = { ...review.question, candidates: [...candidates, ...added] };
		await tx.separation.addCandidate({ ...review, question }, id);
	}
}

/** Questions about values and removals of the records that leave. To be called when the registers are divided. */
export async function moveReviews(
	tx: StoreTransaction,
	{ stays, leaves, merges, now }: Separation,
	registers: { stays: Registers; leaves: Registers },
): Promise<void> {
	const keys = new Set(leaves.links.map(recordKey));
	const kinds = ['value', 'custom', 'removal', 'duplicate', 'identity'] as const;
	const open = await tx.reviews.openOf([stays.unifiedId], [...kinds]);
	const moved = open.filter((review) => keys.has(recordKey(review)));
	await tx.separation.moveReviews(
		moved.map(({ id }) => id),
		leaves.unifiedId,
	);
	await reopenTwins(tx, merges);
	await closeDuplicates(tx, [stays.unifiedId, leaves.unifiedId], now);
	for (const part of ['stays', 'leaves'] as const) {
		const { unifiedId } = { stays, leaves }[part];
		for (const review of await tx.reviews.questions([unifiedId])) {
			const { value } = review.question;
			const register = registers[part][value?.field ?? ''];
			if (value === undefined) continue;
			const next =
				register === undefined
					? { ...value, current: null, currentSource: null }
					: keepUp(value.field, register, value);
			const question = next === null ? null : { ...review.question, value: next };
			if (question === null) await closeReview(tx, review, 'What was asked about stands now.', now);
			else await tx.reviews.replaceQuestion(review.id, review, question);
		}
	}
}

/** Questions that were closed because the other client had the same one. */
async function reopenTwins(tx: StoreTransaction, merges: readonly StoredAuditRow[]): Promise<void> {
	for (const { from, closed = [] } of notes(merges)) {
		for (const id of closed) {
			const review = await tx.reviews.get(id);
			if (review?.field == null) continue;
			await tx.reviews.reopen(id, review.question, from);
		}
	}
}
