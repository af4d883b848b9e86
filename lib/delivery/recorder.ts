/**
 * Records one outcome of a delivery in the ledger: shadow updated and audited, tried again later, or
 * a dead letter.
 */
import { recordKey, type RecordAddress } from '../model/event';
import type { DeliveryOutcome } from '../model/delivery';
import { baseField, mapOfObject, writesOut } from '../model/field-map';
import { objectName } from '../model/objects';
import type { CanonicalFields } from '../model/fields';
import {
	PRIORITY,
	type AuditRow,
	type DeliveryRow,
	type Link,
	type SystemRow,
} from '../model/rows';
import { confirm, confirmFound, endFlights, withdraw } from '../merge/shadow';
import type { Ledger } from './ledger';
import { endRemoval, isRemoval, withdrawRemoval, type RemovalOperation } from '../removal/flight';
import { recordDone, recordMissing } from './recorded-removal';
import { createTarget } from './wanted';
import type { RecordedResult, RecorderOptions } from './report';
import { refunded } from './refund';
import { backoffMs, DELIVERY_RETRY, isExhausted } from '../retry';

/** Gone and created again this often, a record is left to a person. */
const MAX_RECREATED = 3;

export function addressOf({ system, object }: DeliveryRow, crmId: string): RecordAddress {
	return { system, object, crmId };
}

type Outcome<Status extends DeliveryOutcome['status']> = Extract<
	DeliveryOutcome,
	{ status: Status }
>;

export class Recorder {
	constructor(
		private readonly ledger: Ledger,
		private readonly row: DeliveryRow,
		private readonly system: SystemRow,
		private readonly options: RecorderOptions,
	) {}

	record(outcome: DeliveryOutcome): RecordedResult {
		switch (outcome.status) {
			case 'confirmed':
				return isRemoval(this.row.operation)
					? this.removed(this.row.operation, outcome)
					: this.confirmed(outcome);
			case 'retry':
				return this.retry(outcome);
			case 'gone':
				return this.gone(outcome);
			case 'rejected':
				return this.rejected(outcome);
		}
	}

	private confirmed(outcome: Outcome<'confirmed'>): RecordedResult {
		const { row, ledger } = this;
		const stranger = this.ownerOf(outcome.crmId);
		if (stranger !== undefined) return this.conflict(stranger);
		const made = row.operation === 'create';
		if (made) this.linkCreated(outcome.crmId);
		const known = made ? this.wholeRecord(outcome.known) : outcome.known;
		const confirmedAt = Math.min(Date.parse(outcome.confirmedAt), this.options.now);
		if (outcome.found) this.recognise(outcome.crmId, known, confirmedAt);
		else this.learn(outcome.crmId, known, confirmedAt);
		ledger.end(row, { state: 'confirmed' });
		return { ...this.base(outcome.crmId), state: 'confirmed' };
	}

	/**
	 * A record of our own making holds nothing where we wrote nothing and it told nothing; fields that are
	 * held included, so that they are written when the hold ends.
	 */
	private wholeRecord(told: CanonicalFields): CanonicalFields {
		const { storedMap, fieldMap } = this.system;
		const map = mapOfObject(storedMap ?? fieldMap, objectName(this.row.object));
		const fields = map.filter(writesOut).map(({ field }) => baseField(field));
		return { ...Object.fromEntries(fields.map((field) => [field, null])), ...told };
	}

	private retry(outcome: Outcome<'retry'>): RecordedResult {
		const { row, ledger } = this;
		const { now, random } = this.options;
		const stranger = this.keepPart(outcome);
		if (stranger !== undefined) return this.conflict(stranger);
		this.endFlights(outcome.outcomeUnknown);
		const refund = refunded(row, outcome, this.options.isDown(row.system));
		if (refund === undefined && isExhausted(DELIVERY_RETRY, row.attempts)) {
			return this.die(`${outcome.reason} (given up after ${row.attempts} tries)`, outcome.code);
		}
		const made = row.operation === 'create' ? outcome.crmId : undefined;
		if (made !== undefined && ledger.hasAlive(row, made)) return this.madeInPart(made);
		if (made !== undefined) ledger.retarget(row, made);
		const { reason, code } = outcome;
		const nextAt = now + backoffMs(DELIVERY_RETRY, row.attempts, random, outcome.retryAfterMs);
		const priority = refund === 0 ? row.priority : PRIORITY.retry;
		ledger.reopen(row, { nextAt, priority, reason, code, attempts: refund });
		const base = this.base(outcome.crmId ?? row.crmId);
		return { ...base, state: 'retry', reason, nextTryAt: new Date(nextAt).toISOString() };
	}

	private rejected(outcome: Outcome<'rejected'>): RecordedResult {
		const stranger = this.keepPart(outcome);
		if (stranger !== undefined) return this.conflict(stranger);
		this.endFlights(false);
		return this.die(outcome.reason, outcome.code);
	}

	/**
	 * Part of the write was done before it broke off; a create may have made the record already.
	 * Answers the entity that has this record, should it be another one.
	 */
	private keepPart(outcome: { known?: CanonicalFields; crmId?: string }): string | undefined {
		const crmId = this.row.crmId ?? outcome.crmId;
		if (crmId === undefined) return undefined;
		const stranger = this.ownerOf(crmId);
		if (stranger !== undefined) return stranger;
		const made = this.row.operation === 'create';
		if (made) this.linkCreated(crmId);
		const known = made ? this.wholeRecord(outcome.known ?? {}) : outcome.known;
		if (known !== undefined) this.learn(crmId, known, this.options.now, true);
		return undefined;
	}

	/** The record was seen before its create was answered, and an update of it is open already. */
	private madeInPart(crmId: string): RecordedResult {
		const reason = 'The record was made; the rest goes on as an update of it.';
		this.ledger.end(this.row, { state: 'superseded', reason });
		return { ...this.base(crmId), state: 'confirmed', reason };
	}

	private conflict(stranger: string): RecordedResult {
		const { system } = this.row;
		return this.die(
			`${system} already holds this client as a record of ${stranger}. Correct the record in ${system}, then retry.`,
			'identity-conflict',
		);
	}

	private gone({ reason, code }: Outcome<'gone'>): RecordedResult {
		const { row, ledger } = this;
		if (isRemoval(row.operation)) return this.missing(row.operation, reason, code);
		const { gonePolicy } = this.system;
		// A delete of ours whose answer was lost has been done: the client comes back by the next comparison.
		const isOwn = row.crmId !== null && this.hasRemoved(row.crmId);
		const policy = isOwn ? 'unlink' : gonePolicy;
		if (policy === 'deadLetter' || row.crmId === null) return this.die(reason, code);
		const address = addressOf(row, row.crmId);
		const recreated = ledger.link(address)?.recreated ?? 0;
		if (policy === 'createAgain' && recreated >= MAX_RECREATED) {
			return this.die(`${reason} It was created again ${recreated} times already.`, 'gone-again');
		}
		ledger.unlink(address, this.options.now, isOwn ? 'fabric' : undefined);
		ledger.end(row, { state: 'superseded', reason, code });
		this.note({ kind: 'unlink', crmId: row.crmId, detail: { reason, policy } });
		if (policy === 'createAgain') this.createAgain();
		return { ...this.base(row.crmId), state: 'unlinked', reason };
	}

	/** Only if the client lives on in another system, and no other record of it is left in this one. */
	private createAgain(): void {
		const { row, ledger } = this;
		const { system, object, entityId, syncOrigin } = row;
		const lives = ledger.linksOf(entityId).filter(({ state }) => state === 'active');
		const target = createTarget(entityId);
		if (lives.length === 0 || lives.some((link) => link.system === system)) return;
		if (ledger.hasAlive(row, target)) return;
		const create = { system, object, target, crmId: null, operation: 'create' as const };
		const when = { priority: PRIORITY.retry, nextAt: this.options.now };
		ledger.open({ ...create, ...when, entityId, syncOrigin });
	}

	private hasRemoved(crmId: string): boolean {
		return this.ledger.shadow(addressOf(this.row, crmId))?.removal?.operation === 'delete';
	}

	private removed(operation: RemovalOperation, outcome: Outcome<'confirmed'>): RecordedResult {
		const { crmId, known } = outcome;
		const at = Math.min(Date.parse(outcome.confirmedAt), this.options.now);
		if (operation !== 'delete') this.learn(crmId, known, at);
		const reason = recordDone(this.ledger, this.done(operation, crmId, at));
		this.ledger.end(this.row, { state: 'confirmed' });
		this.note({ kind: operation, crmId, detail: { reason, syncOrigin: this.row.syncOrigin } });
		return { ...this.base(crmId), state: 'confirmed' };
	}

	private missing(operation: RemovalOperation, reason: string, code: string): RecordedResult {
		const { row, ledger } = this;
		const crmId = row.crmId ?? '';
		recordMissing(ledger, this.done(operation, crmId, this.options.now));
		this.note({ kind: 'unlink', crmId, detail: { reason, operation } });
		const isDone = operation === 'delete';
		ledger.end(row, isDone ? { state: 'confirmed' } : { state: 'superseded', reason, code });
		return { ...this.base(crmId), state: isDone ? 'confirmed' : 'unlinked', reason };
	}

	private done(operation: RemovalOperation, crmId: string, at: number) {
		const connector = this.options.connectorOf(this.system.connector);
		const { row } = this;
		return { row, address: addressOf(row, crmId), operation, at, connector };
	}

	private die(reason: string, code: string): RecordedResult {
		this.ledger.end(this.row, { state: 'dead', reason, code });
		return { ...this.base(this.row.crmId), state: 'dead', reason };
	}

	/** The record was made by an earlier try, maybe with other values; people may have edited it since. */
	private recognise(crmId: string, known: CanonicalFields, at: number): void {
		const { row, ledger } = this;
		const address = addressOf(row, crmId);
		const shadow = ledger.shadow(address) ?? { fields: {} };
		ledger.setShadow(address, confirmFound(shadow, row.tried, known, at));
		const detail = { syncOrigin: row.syncOrigin, attempt: row.attempts, found: true };
		this.note({ kind: 'write', crmId, detail });
	}

	/** Shadow and audit trail learn what the record holds now. */
	private learn(crmId: string, known: CanonicalFields, at: number, part = false): void {
		const { row, ledger } = this;
		const address = addressOf(row, crmId);
		const shadow = ledger.shadow(address) ?? { fields: {} };
		const wanted = row.changes ?? {};
		const next = confirm(shadow, wanted, known, at, part);
		ledger.setShadow(address, next);
		const { syncOrigin, attempts: attempt, idempotencyKey } = row;
		for (const field of Object.keys(known).filter((name) => name in wanted)) {
			const [before, after] = [shadow.fields[field]?.value, known[field]];
			const detail = { syncOrigin, attempt, idempotencyKey };
			this.note({ kind: 'write', crmId, field, before, after, detail });
		}
	}

	/** This try is over; `mayBeDone`: nobody knows whether the CRM carried it out. */
	private endFlights(mayBeDone: boolean): void {
		if (this.row.crmId === null) return;
		const address = addressOf(this.row, this.row.crmId);
		const shadow = this.ledger.shadow(address);
		if (shadow === undefined) return;
		const undone = () => withdrawRemoval(withdraw(shadow, this.row.changes ?? {}));
		const kept = mayBeDone
			? shadow
			: isRemoval(this.row.operation)
				? undone()
				: withdraw(shadow, this.row.changes ?? {});
		this.ledger.setShadow(
			address,
			endRemoval(endFlights(kept, this.options.now), this.options.now),
		);
	}

	/** The other entity that this record belongs to, if it does. */
	private ownerOf(crmId: string): string | undefined {
		const link = this.ledger.link(addressOf(this.row, crmId));
		const isOther = link?.state === 'active' && link.entityId !== this.row.entityId;
		return isOther ? link.entityId : undefined;
	}

	private linkCreated(crmId: string): void {
		const { row, ledger } = this;
		const { entityId } = row;
		const address = addressOf(row, crmId);
		const earlier = ledger.linksOf(entityId).filter(({ system }) => system === row.system);
		const existing = earlier.find((link) => recordKey(link) === recordKey(address));
		if (existing?.state === 'active') return;
		const times = earlier.map((link) => link.recreated + 1);
		const evidence: Link['evidence'] = { by: 'own-create', score: 1, fields: [] };
		const recreated = Math.max(0, ...times);
		ledger.setLink({ ...address, entityId, state: 'active', evidence, recreated });
		this.note({ kind: 'link', crmId, detail: evidence });
	}

	private base(crmId: string | null) {
		const { id: deliveryId, entityId: unifiedId, system } = this.row;
		return { deliveryId, unifiedId, system, crmId };
	}

	private note(row: Omit<AuditRow, 'at'>): void {
		const { system, object, entityId, id: deliveryId } = this.row;
		const { now: at } = this.options;
		const run = this.row.run ?? undefined;
		this.ledger.note({ at, system, object, entityId, deliveryId, run, ...row });
	}
}
