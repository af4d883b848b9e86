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
import { sameValue } from '../model/canonical';
import { recordKey } from '../model/event';
import type { AuditRow, DeliveryRow } from '../model/rows';
import { joinRegisters } from '../merge/join-registers';
import { desiredFields, registerValue, type Registers } from '../merge/register';
import { createTarget } from '../delivery/wanted';
import { laterDeparture } from '../removal/departure';
import { askDuplicates } from '../removal/duplicates';
import { closeReview } from '../removal/questions';
import type { StoreTransaction } from '../store/store';

export interface EntityMerge {
	from: string;
	into: string;
	/** The event, review or person that said so; kept in the audit trail. */
	cause: string;
	/** ms */
	now: number;
	run?: string;
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
	const joined = joinRegisters(before, registers.get(from) ?? {});
	const changed = Object.keys(joined).filter((field) => !isSame(joined[field], before[field]));
	await saveJoined(tx, merge, before, joined, changed);
	await moveDeliveries(tx, merge);
	await moveStanding(tx, merge);
	await closeTwins(tx, merge);
	await tx.entities.becomePart(from, into);
	const detail = {
		from,
		into,
		cause: merge.cause,
		links: moved.map(recordKey),
		before: Object.fromEntries(changed.map((field) => [field, before[field] ?? null])),
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
	const rows = changed.map((field): AuditRow => {
		const register = joined[field];
		const [was, is] = [registerValue(field, before[field]), registerValue(field, register)];
		const kind = sameValue(field, was, is) ? 'agree' : 'change';
		const memory = register?.shape === 'scalar' ? register.memory : undefined;
		const origin = memory && { system: memory.system, object: memory.object, crmId: memory.crmId };
		return {
			at: now,
			kind,
			entityId: into,
			field,
			...origin,
			eventId: memory?.eventId,
			run,
			before: was,
			after: is,
			rule: 'merge-entities',
			editedAt: memory?.editedAt,
			register,
			detail: { cause },
		};
	});
	await tx.registers.saveRegisters(
		changed.flatMap((field) => {
			const register = joined[field];
			return register === undefined ? [] : [{ entityId: into, field, register }];
		}),
	);
	await tx.audit.append(rows);
}

/** Open creates of `from` are withdrawn: the comparison opens what is missing. One under way is the survivor's. */
async function moveDeliveries(
	tx: StoreTransaction,
	{ from, into, now }: EntityMerge,
): Promise<void> {
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
	await tx.entities.moveDeliveries([...writes, ...(await tx.entities.deadCreates(from))], into);
	for (const row of others.filter(isCreate)) {
		const twin = alive.find(
			(other) => other.entityId === into && isCreate(other) && other.system === row.system,
		);
		// Two creates of one client are under way: both records will be there, and a person is asked.
		await tx.entities.moveDeliveries([row.id], into, twin ? row.target : createTarget(into));
	}
}

async function moveStanding(tx: StoreTransaction, { from, into }: EntityMerge): Promise<void> {
	const standing = await tx.entities.standing([from, into]);
	const [left, right] = [standing.get(from), standing.get(into)];
	const departure = laterDeparture(left?.departure, right?.departure);
	if (departure !== undefined) await tx.entities.saveDeparture(into, departure);
	const refused = { ...left?.refused, ...right?.refused };
	if (left?.refused !== undefined) await tx.entities.saveRefused(into, refused);
}

/** There is one question about removals, and one about duplicates, an entity and system; one about values a field. */
async function closeTwins(tx: StoreTransaction, { from, into, now }: EntityMerge): Promise<void> {
	const open = await tx.reviews.openOf([from, into], ['removal', 'duplicate', 'value', 'custom']);
	const theirs = open.filter(({ entityId }) => entityId === into);
	for (const review of open.filter(({ entityId }) => entityId === from)) {
		const twin = theirs.find(({ kind, system, field }) =>
			review.field === null
				? kind === review.kind && system === review.system
				: field === review.field,
		);
		if (twin !== undefined) await closeReview(tx, review, `Review ${twin.id} asks the same.`, now);
	}
}
