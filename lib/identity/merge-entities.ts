/**
 * Two entities become one: their client is the same. `into` lives on; the id of `from` stays as its alias
 * (`entities.merged_into`, always one step), so that whoever knows it still finds the client.
 *
 * What moves to `into`: links, identity keys, open reviews, open dead letters, deliveries that are not
 * over, the departure (the later of two), refused writes. The registers are joined as if every edit
 * had been merged into one entity (lib/merge/join-registers.ts); each field of `into` that is not what it
 * was gets an audit row `change` or `agree` with its register, so that the trail still folds to the
 * registers. The registers of `from` stay in the store, untouched, for an undo: together with the one row
 * `merge-entities`, which names what moved and what `into` held before.
 *
 * A system may then hold two active records of the client: all of them are kept in sync, and one review
 * `duplicate` a system asks a person to merge them there. When one of them goes, the review is closed.
 *
 * There is one writer at a time: nobody resolves or merges meanwhile.
 */
import { recordKey } from '../model/event';
import type { MergeNote } from '../history/fold';
import type { DeliveryRow, Link } from '../model/rows';
import { joinRegisters } from '../merge/join-registers';
import { desiredFields, type Registers } from '../merge/register';
import { createTarget } from '../delivery/wanted';
import { laterDeparture } from '../removal/departure';
import { askDuplicates } from '../removal/duplicates';
import { closeReview } from '../removal/questions';
import type { NeverAgain } from '../store/decisions';
import type { StoreTransaction } from '../store/store';
import { registerRow } from './register-row';

export interface EntityMerge {
	from: string;
	into: string;
	/** The event, review or person that said so; kept in the audit trail. */
	cause: string;
	/** ms */
	now: number;
	run?: string;
	/** Who said so, if a person did. */
	by?: string;
	/** Takes back a split after which nothing was said: its audit row, and the registers from before it. */
	restores?: { seq: number; registers: Registers };
}

/** Answers the id under which the client lives now. To be compared with its records afterwards (markDeliveries). */
export async function mergeEntities(tx: StoreTransaction, wanted: EntityMerge): Promise<string> {
	const merge = {
		...wanted,
		from: await tx.entities.current(wanted.from),
		into: await tx.entities.current(wanted.into),
	};
	const { from, into, now } = merge;
	if (from === into) return into;
	const registers = await tx.registers.registers([from, into]);
	const links = await tx.identity.linksOf([from, into]);
	const moved = links.filter(({ entityId }) => entityId === from);
	const before = registers.get(into) ?? {};
	const joined = wanted.restores?.registers ?? joinRegisters(before, registers.get(from) ?? {});
	const changed = Object.keys(joined).filter((field) => !isSame(joined[field], before[field]));
	await saveJoined(tx, merge, before, joined, changed);
	const creates = await moveDeliveries(tx, merge);
	const standing = await moveStanding(tx, merge);
	const closed = await closeTwins(tx, merge);
	const overruled = await overrule(tx, merge, links);
	await tx.entities.becomePart(from, into);
	await tx.references.becomePart(from, into);
	await answerWhoIsWho(tx, merge);
	const detail: MergeNote & { by?: string } = {
		from,
		into,
		cause: merge.cause,
		by: merge.by,
		links: moved.map(recordKey),
		before: Object.fromEntries(changed.map((field) => [field, before[field] ?? null])),
		standing,
		creates,
		closed,
		overruled,
		restores: merge.restores?.seq,
	};
	await tx.audit.append([
		{ at: now, kind: 'merge-entities', entityId: into, run: merge.run, detail },
	]);
	await askDuplicates(tx, into, desiredFields(joined), now);
	return into;
}

function isSame(a: unknown, b: unknown): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

async function saveJoined(
	tx: StoreTransaction,
	{ into, cause, now, run }: EntityMerge,
	before: Registers,
	joined: Registers,
	changed: readonly string[],
): Promise<void> {
	const rows = changed.map((field) => {
		const both = { before: before[field], after: joined[field] };
		return registerRow({ entityId: into, field, ...both, rule: 'merge-entities', cause, now, run });
	});
	await tx.registers.saveRegisters(
		changed.flatMap((field) => {
			const register = joined[field];
			return register === undefined ? [] : [{ entityId: into, field, register }];
		}),
	);
	await tx.audit.append(rows);
}

/**
 * Open creates of `from` are withdrawn: the comparison opens what is missing. One under way is the survivor's.
 * Answers the dead ones that went along.
 */
async function moveDeliveries(
	tx: StoreTransaction,
	{ from, into, now }: EntityMerge,
): Promise<number[]> {
	const alive = await tx.deliveries.aliveOf([from, into]);
	const mine = alive.filter(({ entityId }) => entityId === from);
	const isCreate = ({ operation }: DeliveryRow) => operation === 'create';
	const idle = mine.filter((row) => isCreate(row) && row.state !== 'claimed');
	const reason = `The client has become part of ${into}.`;
	await tx.deliveries.settle(
		idle.map(({ id }) => id),
		'superseded',
		now,
		reason,
	);
	const others = mine.filter((row) => !idle.includes(row));
	const writes = others.filter((row) => !isCreate(row)).map(({ id }) => id);
	const dead = await tx.entities.deadCreates(from);
	await tx.entities.moveDeliveries([...writes, ...dead], into);
	for (const row of others.filter(isCreate)) {
		const twin = alive.find(
			(other) => other.entityId === into && isCreate(other) && other.system === row.system,
		);
		// Two creates of one client are under way: both records will be there, and a person is asked.
		await tx.entities.moveDeliveries([row.id], into, twin ? row.target : createTarget(into));
	}
	return dead;
}

/** Answers what stood about both. */
async function moveStanding(
	tx: StoreTransaction,
	{ from, into }: EntityMerge,
): Promise<MergeNote['standing']> {
	const standing = await tx.entities.standing([from, into]);
	const [left, right] = [standing.get(from), standing.get(into)];
	const departure = laterDeparture(left?.departure, right?.departure);
	if (departure !== undefined) await tx.entities.saveDeparture(into, departure);
	const refused = { ...left?.refused, ...right?.refused };
	if (left?.refused !== undefined) await tx.entities.saveRefused(into, refused);
	return left === undefined && right === undefined ? undefined : { from: left, into: right };
}

/** They are one client now, whatever was said before; what was said of `from` is said of `into`. */
async function overrule(
	tx: StoreTransaction,
	{ from, into }: EntityMerge,
	links: readonly Link[],
): Promise<NeverAgain[]> {
	const said = await tx.decisions.of([from, into]);
	const keys = new Set(links.map(recordKey));
	const overruled = said.filter((one) => keys.has(recordKey(one)));
	const follows = said.filter((one) => one.entityId === from && !keys.has(recordKey(one)));
	await tx.decisions.remove([...overruled, ...follows]);
	await tx.decisions.add(follows.map((one) => ({ ...one, entityId: into })));
	return overruled;
}

/**
 * A question whether a record of the one is the other has been answered. Where another client is asked about,
 * it goes on, but that this one is a client is doubted no more.
 */
async function answerWhoIsWho(tx: StoreTransaction, { into, now, by }: EntityMerge): Promise<void> {
	for (const review of await tx.reviews.openOf([into], ['identity'])) {
		const ids = review.question.candidates.map(({ unifiedId }) => unifiedId);
		const aliases = await tx.entities.aliases(ids);
		if (!ids.some((id) => (aliases.get(id) ?? id) === into)) {
			const question = { ...review.question, whileInReview: 'asNew' as const };
			await tx.reviews.replaceQuestion(review.id, review, question);
			continue;
		}
		const note = 'The two clients have become one.';
		await tx.reviews.decide(review.id, { verdict: 'link', unifiedId: into, by, note }, now);
	}
}

/** There is one question about removals, and one about duplicates, an entity and system; one about values a field. */
async function closeTwins(
	tx: StoreTransaction,
	{ from, into, now }: EntityMerge,
): Promise<number[]> {
	const closed: number[] = [];
	const open = await tx.reviews.openOf([from, into], ['removal', 'duplicate', 'value', 'custom']);
	const theirs = open.filter(({ entityId }) => entityId === into);
	for (const review of open.filter(({ entityId }) => entityId === from)) {
		const twin = theirs.find(({ kind, system, field }) =>
			review.field === null
				? kind === review.kind && system === review.system
				: field === review.field,
		);
		if (twin === undefined) continue;
		await closeReview(tx, review, `Review ${twin.id} asks the same.`, now);
		closed.push(review.id);
	}
	return closed;
}
