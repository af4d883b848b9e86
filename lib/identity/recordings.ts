/** What identity resolution decides in a batch, collected to be written at once. */
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
import { OBJECT_LABELS, type ObjectName } from '../model/objects';
import { missing } from '../references/missing';
import type { MissingReference } from '../store/references';
import type { NewReview } from '../store/review-rows';
import { unifiedIdOf } from '../model/unified-id';
import type { StoreTransaction } from '../store/store';
import { countedNames } from './blocks';
import type { Known } from './known';
import { nearOf, noClientFits, type Fit } from './questions';
import { indexRecords, type IndexedRecord } from './record-index';
import type { IdentityDecision } from './decision';

/** A waiting event is looked at again after so long, should nobody have told that it may go on. */
const LOOK_AGAIN_MS = 10 * 60 * 1_000;
const WAITS = 'It names a record that the fabric does not know yet.';

export class Recordings {
	private readonly links: Link[] = [];
	private readonly indexed: IndexedRecord[] = [];
	private readonly entities: Array<{ number: number; createdBy: string }> = [];
	private readonly shadows: Array<RecordAddress & { shadow: Shadow }> = [];
	private readonly logged: NewReview[] = [];
	private readonly held: Array<{ seq: number; reason: string }> = [];
	private readonly awaiting: MissingReference[] = [];
	private readonly audit: AuditRow[] = [];
	private readonly opening: Array<{ review: NewReview; then: (opened: ReviewRow) => void }> = [];

	constructor(
		private readonly tx: StoreTransaction,
		private readonly known: Known,
		private readonly now: number,
	) {}

	/** `near`: other clients that it was compared with. */
	link(event: ChangeEvent, unifiedId: string, evidence: Evidence, near: readonly Fit[]): void {
		this.remember(event, unifiedId, evidence);
		this.note(event, 'link', unifiedId, withNear(evidence, near));
	}

	/** Answers the new client's id. */
	create(event: ChangeEvent, near: readonly Fit[], isLogged: boolean): string {
		this.known.lastNumber += 1;
		const number = this.known.lastNumber;
		const unifiedId = unifiedIdOf(number);
		this.entities.push({ number, createdBy: event.eventId });
		const evidence = { by: 'new-entity', score: 1, fields: [] };
		this.remember(event, unifiedId, evidence);
		this.note(event, 'entity', unifiedId, withNear(evidence, near));
		const question = noClientFits(event, near);
		if (isLogged)
			this.logged.push({ ...addressOf(event), kind: 'new-entity', state: 'logged', question });
		return unifiedId;
	}

	/** What the create sent is no person's edit when it is seen at the new record. */
	expect(event: ChangeEvent, create: DeliveryRow): void {
		this.shadows.push({ ...addressOf(event), shadow: expectCreated(create.tried) });
	}

	/** The record waits for the answer. */
	open(event: ChangeEvent, question: ReviewQuestion): void {
		const review = { ...addressOf(event), kind: 'identity' as const, state: 'open' as const };
		this.opening.push({
			review: { ...review, question },
			then: (opened) => void this.known.reviews.set(recordKey(event), opened),
		});
	}

	/** The record is a client of its own until the answer; if that is another one, the two are merged. */
	openAbout(
		event: ChangeEvent,
		question: ReviewQuestion,
		entityId: string,
		then: (reviewId: number) => void,
	): void {
		const address = addressOf(event);
		const review = { ...address, kind: 'identity' as const, state: 'open' as const, entityId };
		this.opening.push({
			review: { ...review, question },
			then: ({ id }) => {
				const detail = { reviewId: id, reason: question.reason };
				const { eventId } = event;
				this.audit.push({ at: this.now, kind: 'review', entityId, ...address, eventId, detail });
				then(id);
			},
		});
	}

	/** Numbers the questions: before anything is held for one. */
	async openAll(): Promise<void> {
		const opening = this.opening.splice(0);
		const opened = await this.tx.reviews.openAll(
			opening.map(({ review }) => review),
			this.now,
		);
		for (const [place, review] of opened.entries()) opening[place]?.then(review);
	}

	/** The event waits for the answer; so do later ones of its record, which keeps their order. */
	hold(event: ChangeEvent, { id: reviewId, question: asked }: ReviewRow): IdentityDecision {
		const { reason } = asked;
		const seq = this.known.inbox.get(event.eventId)?.seq;
		if (seq !== undefined) this.held.push({ seq, reason });
		const { eventId } = event;
		const detail = { reviewId, reason };
		this.audit.push({ at: this.now, kind: 'review', ...addressOf(event), eventId, detail });
		const candidates = asked.candidates.map(({ unifiedId, score, evidence }) => {
			return { unifiedId, score, evidence };
		});
		return { decision: 'review', reviewId, reason, candidates };
	}

	/** The event waits in the inbox until the record that it names is known. */
	wait(event: ChangeEvent, named: { object: ObjectName; crmId: string }): IdentityDecision {
		const seq = this.known.inbox.get(event.eventId)?.seq;
		if (seq !== undefined) this.awaiting.push(missing(event, '', named, seq));
		return { decision: 'waits', reason: waitReason(event, named.object) };
	}

	async save(): Promise<void> {
		const { tx, now } = this;
		await tx.identity.addEntities(this.entities, now);
		await tx.identity.saveLinks(this.links, now);
		await indexRecords(tx, this.indexed);
		await tx.blocks.count(countedNames(this.indexed.map(({ after }) => after)));
		await tx.registers.saveShadows(this.shadows, now);
		await tx.reviews.log(this.logged, now);
		for (const reason of new Set(this.held.map((event) => event.reason))) {
			const seqs = this.held.filter((event) => event.reason === reason).map(({ seq }) => seq);
			await tx.inbox.settle(seqs, 'review', now, reason);
		}
		const waiting = this.awaiting.flatMap(({ inboxSeq }) => inboxSeq ?? []);
		await tx.inbox.postpone(waiting, now + LOOK_AGAIN_MS, WAITS);
		await tx.references.await(this.awaiting);
		await tx.audit.append(this.audit);
	}

	private remember(event: ChangeEvent, entityId: string, evidence: Evidence): void {
		const address = addressOf(event);
		const link: Link = { ...address, entityId, state: 'active', evidence, recreated: 0 };
		this.known.links.set(recordKey(event), link);
		this.links.push(link);
		const { fields: after, externalKeys, members = [] } = event;
		this.indexed.push({ ...address, entityId, before: {}, after, externalKeys, members });
	}

	private note(event: ChangeEvent, kind: string, entityId: string, detail: unknown): void {
		const { eventId } = event;
		const run = this.known.inbox.get(eventId)?.batch ?? undefined;
		this.audit.push({ at: this.now, kind, entityId, ...addressOf(event), eventId, run, detail });
	}
}

function waitReason({ object }: ChangeEvent, named: ObjectName): string {
	const waiting = OBJECT_LABELS[object].toLowerCase();
	return `The ${waiting} waits until the ${OBJECT_LABELS[named].toLowerCase()} that it names is known.`;
}

function addressOf({ system, object, crmId }: ChangeEvent): RecordAddress {
	return { system, object, crmId };
}

/** Why it was linked, and why not elsewhere. */
function withNear(evidence: Evidence, near: readonly Fit[]): unknown {
	return near.length === 0 ? evidence : { ...evidence, near: near.map(nearOf) };
}
