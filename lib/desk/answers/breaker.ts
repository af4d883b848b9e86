/**
 * May the run go on past its limit? `approve`: what is held goes out. `reject`: it is dropped, and what
 * was to be written is remembered, so that the next comparison does not open it again (see
 * lib/removal/breaker.ts).
 */
import { Scene } from '../../delivery/scene';
import { concerns, wantOf } from '../../delivery/wanted';
import type { BreakerQuestion, DeliveryRow, ReviewRow } from '../../model/rows';
import { answered, INBOUND, KIND_OF } from '../../removal/breaker';
import { answerFlood } from '../../removal/flood';
import { fingerprint, targetKey } from '../../removal/refusal';
import type { StoreTransaction } from '../../store/store';
import type { AnswerContext, AnswerReview } from './answer-review';
import { DeskError } from '../../model/failures';

export const answerBreaker: AnswerReview = async (tx, review, answer, context) => {
	const { breaker } = review.question;
	if (breaker === undefined) {
		throw new DeskError(`Review ${review.id} names no run; nothing was done.`);
	}
	const verdict = answer.verdict === 'approve' ? 'approve' : 'reject';
	const decision = { verdict, by: context.by } as const;
	const { now } = context;
	if (breaker.run === INBOUND) {
		await answerFlood(tx, review.system, review.id, verdict, now);
		return { decision, touched: new Map() };
	}
	const held = await heldOf(tx, review, breaker);
	const ids = held.map(({ id }) => id);
	if (verdict === 'approve') await tx.deliveries.letGo(ids, now);
	else await drop(tx, review, held, context);
	await count(tx, review, breaker, verdict, now);
	const touched = held.map(({ entityId, syncOrigin }) => [entityId, { syncOrigin }] as const);
	return { decision, touched: new Map(verdict === 'approve' ? [] : touched) };
};

async function heldOf(
	tx: StoreTransaction,
	{ system }: ReviewRow,
	{ run, limited }: BreakerQuestion,
): Promise<DeliveryRow[]> {
	const held = await tx.deliveries.held(system, run.includes('/') ? run : null);
	return held.filter(({ operation }) => KIND_OF[operation] === limited);
}

async function count(
	tx: StoreTransaction,
	{ system }: ReviewRow,
	{ run: scope, limited }: BreakerQuestion,
	verdict: 'approve' | 'reject',
	now: number,
): Promise<void> {
	const counts = await tx.breakers.get(scope, system);
	const counter = answered(counts[limited], verdict, { scope, now });
	await tx.breakers.save(scope, system, { ...counts, [limited]: counter });
}

async function drop(
	tx: StoreTransaction,
	review: ReviewRow,
	held: DeliveryRow[],
	context: AnswerContext,
): Promise<void> {
	const scene = await Scene.load(tx, [...new Set(held.map(({ entityId }) => entityId))]);
	for (const row of held) {
		if (KIND_OF[row.operation] === 'removals') await liveOn(tx, review, row, context);
		else await refuse(tx, scene, row, context);
	}
	const reason = `A person rejected what was beyond the limit (review ${review.id}).`;
	const ids = held.map(({ id }) => id);
	await tx.deliveries.settle(ids, 'superseded', context.now, reason, 'breaker');
}

/** The client lives on in this system, whatever came of its departure elsewhere. */
async function liveOn(
	tx: StoreTransaction,
	{ system }: ReviewRow,
	{ entityId }: DeliveryRow,
	{ now, by }: AnswerContext,
): Promise<void> {
	const departure = (await tx.entities.standing([entityId])).get(entityId)?.departure;
	if (departure === undefined) return;
	const answers = { ...departure.answers, [system]: { verdict: 'reject' as const, at: now, by } };
	await tx.entities.saveDeparture(entityId, { ...departure, answers });
}

async function refuse(
	tx: StoreTransaction,
	scene: Scene,
	row: DeliveryRow,
	{ connectorOf }: AnswerContext,
): Promise<void> {
	const entity = scene.entity(row.entityId);
	const system = scene.systems.find(({ name }) => name === row.system);
	if (system === undefined) return;
	const own = entity.links.filter((one) => concerns(row, { system, link: one }));
	const link = row.crmId === null ? undefined : own[0];
	const want = wantOf(scene, entity, { system, link }, connectorOf(system.connector));
	const key = targetKey(row.system, row.crmId);
	entity.refused = { ...entity.refused, [key]: fingerprint(want.operation, want.changes) };
	await tx.entities.saveRefused(entity.entityId, entity.refused);
}
