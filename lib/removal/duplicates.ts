/** Reviews of kind `duplicate`: a system holds two active records of one client. One open a client and system. */
import type { CanonicalFields } from '../model/fields';
import type { DuplicateQuestion, Link, ReviewRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { closeReview } from './questions';

export async function askDuplicates(
	tx: StoreTransaction,
	entityId: string,
	fields: CanonicalFields,
	now: number,
): Promise<void> {
	const open = await tx.reviews.openOf([entityId], ['duplicate']);
	const links = (await tx.identity.linksOf([entityId])).filter(isActive);
	for (const system of new Set(links.map((link) => link.system))) {
		const own = links.filter((link) => link.system === system);
		const [first] = own;
		if (first === undefined || own.length < 2) continue;
		if (open.some((review) => review.system === system)) continue;
		const ids = own.map(({ crmId }) => crmId).join(', ');
		const reason = `${system} holds ${own.length} records of this client: ${ids}. Merge them in ${system}; until then all of them are kept in sync.`;
		const { object, crmId } = first;
		const question = { reason, record: fields, candidates: [] };
		await tx.reviews.open(
			{ system, object, crmId, kind: 'duplicate', entityId, state: 'open', question },
			now,
		);
	}
}

/** Where one of the records is gone, nobody needs to merge them any more. */
export async function closeDuplicates(
	tx: StoreTransaction,
	entityIds: readonly string[],
	now: number,
): Promise<void> {
	const open = await tx.reviews.openOf(entityIds, ['duplicate']);
	if (open.length === 0) return;
	const links = (await tx.identity.linksOf(entityIds)).filter(isActive);
	for (const review of open) {
		if (review.question.duplicate !== undefined) {
			await closeIfAlone(tx, review, review.question.duplicate, now);
			continue;
		}
		const left = links.filter(
			({ system, entityId }) => system === review.system && entityId === review.entityId,
		);
		if (left.length < 2) await closeReview(tx, review, 'One of the records is gone.', now);
	}
}

/** Found by a search: its records may belong to several entities. */
async function closeIfAlone(
	tx: StoreTransaction,
	review: ReviewRow,
	{ records }: DuplicateQuestion,
	now: number,
): Promise<void> {
	const { system, object } = review;
	const links = await tx.identity.links(records.map(({ crmId }) => ({ system, object, crmId })));
	const left = [...links.values()].filter(isActive);
	if (left.length < 2) await closeReview(tx, review, 'One of the records is gone.', now);
}

function isActive({ state }: Link): boolean {
	return state === 'active';
}
