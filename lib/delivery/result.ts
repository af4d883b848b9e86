/**
 * Records what came of claimed deliveries: shadow updated and audited, tried again later, or a dead
 * letter; then compares once more, since the entity may have changed meanwhile.
 */
import { allKeys } from '../identity/keys';
import { recordKey } from '../model/event';
import type { DeliveryOutcome } from '../model/delivery';
import { baseField, writesOut } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import {
	PRIORITY,
	type AuditRow,
	type DeliveryRow,
	type Link,
	type SystemRow,
} from '../model/rows';
import { confirm, knownFields, withdraw, type Shadow } from '../merge/shadow';
import type { StoreTransaction } from '../store/store';
import { createTarget, markDeliveries, type ConnectorOf } from './mark';
import { backoffMs, DELIVERY_RETRY, isExhausted } from './retry';

export interface DeliveryReport {
	deliveryId: number;
	claimToken: string;
	outcome: DeliveryOutcome;
}

export interface RecordedResult {
	deliveryId: number;
	/** `stale`: the claim had run out and another one took over; the report changed nothing. */
	state: 'confirmed' | 'retry' | 'dead' | 'unlinked' | 'stale';
	unifiedId: string | null;
	system: string | null;
	crmId: string | null;
	reason?: string;
	/** ISO time of the next try. */
	nextTryAt?: string;
}

export interface ResultOptions {
	connectorOf: ConnectorOf;
	now: number;
	random: () => number;
}

/** Gone and created again this often, a record is left to a person. */
const MAX_RECREATED = 3;

export async function recordResults(
	tx: StoreTransaction,
	reports: readonly DeliveryReport[],
	options: ResultOptions,
): Promise<RecordedResult[]> {
	const rows = await tx.deliveries.byIds(reports.map(({ deliveryId }) => deliveryId));
	const systems = new Map((await tx.systems.all()).map((system) => [system.name, system]));
	const results: RecordedResult[] = [];
	const touched = new Map<string, { syncOrigin: string }>();
	for (const report of reports) {
		const row = rows.get(report.deliveryId);
		const system = row && systems.get(row.system);
		if (
			row === undefined ||
			system === undefined ||
			row.state !== 'claimed' ||
			row.claimToken !== report.claimToken
		) {
			results.push({
				deliveryId: report.deliveryId,
				state: 'stale',
				unifiedId: null,
				system: null,
				crmId: null,
			});
			continue;
		}
		const recorded = await new Recorder(tx, row, system, options).record(report.outcome);
		results.push(recorded);
		if (recorded.state === 'confirmed' || row.again)
			touched.set(row.entityId, { syncOrigin: row.syncOrigin });
	}
	await markDeliveries(tx, touched, options);
	return results;
}

class Recorder {
	constructor(
		private readonly tx: StoreTransaction,
		private readonly row: DeliveryRow,
		private readonly system: SystemRow,
		private readonly options: ResultOptions,
	) {}

	async record(outcome: DeliveryOutcome): Promise<RecordedResult> {
		switch (outcome.status) {
			case 'confirmed':
				return this.confirmed(outcome);
			case 'retry':
				return this.retry(outcome);
			case 'gone':
				return this.gone(outcome);
			case 'rejected':
				return this.rejected(outcome);
		}
	}

	private async confirmed(
		outcome: Extract<DeliveryOutcome, { status: 'confirmed' }>,
	): Promise<RecordedResult> {
		const { row } = this;
		const { now } = this.options;
		if (row.operation === 'delete') return this.deleted(outcome.crmId);
		const stranger = await this.linkToOther(outcome.crmId);
		if (stranger !== undefined) {
			return this.die(
				`${row.system} already holds this client as a record of ${stranger}. Merge the two clients or correct the record in ${row.system}, then retry.`,
				'identity-conflict',
			);
		}
		const known = row.operation === 'create' ? this.wholeRecord(outcome.known) : outcome.known;
		if (row.operation === 'create') await this.linkCreated(outcome.crmId);
		await this.learn(outcome.crmId, known, Math.max(Date.parse(outcome.confirmedAt), 0));
		await this.tx.deliveries.settle([row.id], 'confirmed', now);
		return { ...this.base(outcome.crmId), state: 'confirmed' };
	}

	/** A record of our own making holds nothing where we wrote nothing and it told nothing. */
	private wholeRecord(told: CanonicalFields): CanonicalFields {
		const fields = this.system.fieldMap.filter(writesOut).map(({ field }) => baseField(field));
		return { ...Object.fromEntries(fields.map((field) => [field, null])), ...told };
	}

	private async retry(
		outcome: Extract<DeliveryOutcome, { status: 'retry' }>,
	): Promise<RecordedResult> {
		const { row } = this;
		const { now, random } = this.options;
		await this.keepPart(outcome);
		if (!outcome.outcomeUnknown && row.crmId !== null) await this.forgetInFlight(row.crmId);
		if (isExhausted(DELIVERY_RETRY, row.attempts)) {
			return this.die(`${outcome.reason} (given up after ${row.attempts} tries)`, outcome.code);
		}
		const nextAt = now + backoffMs(DELIVERY_RETRY, row.attempts, random, outcome.retryAfterMs);
		const values = { nextAt, priority: PRIORITY.retry, reason: outcome.reason, code: outcome.code };
		await this.tx.deliveries.reopen(row.id, values);
		const base = this.base(outcome.crmId ?? row.crmId);
		return {
			...base,
			state: 'retry',
			reason: outcome.reason,
			nextTryAt: new Date(nextAt).toISOString(),
		};
	}

	private async rejected(
		outcome: Extract<DeliveryOutcome, { status: 'rejected' }>,
	): Promise<RecordedResult> {
		await this.keepPart(outcome);
		if (this.row.crmId !== null) await this.forgetInFlight(this.row.crmId);
		return this.die(outcome.reason, outcome.code);
	}

	/** Part of the write was done before it broke off; a create may have made the record already. */
	private async keepPart(outcome: { known?: CanonicalFields; crmId?: string }): Promise<void> {
		const crmId = this.row.crmId ?? outcome.crmId;
		if (crmId === undefined) return;
		const made = this.row.operation === 'create' && outcome.crmId !== undefined;
		if (made && (await this.linkToOther(crmId)) === undefined) {
			await this.linkCreated(crmId);
			await this.tx.deliveries.retarget(this.row.id, crmId);
		}
		const known = made ? this.wholeRecord(outcome.known ?? {}) : outcome.known;
		if (known !== undefined) await this.learn(crmId, known, this.options.now, true);
	}

	private async gone(
		outcome: Extract<DeliveryOutcome, { status: 'gone' }>,
	): Promise<RecordedResult> {
		const { row, tx } = this;
		const { now } = this.options;
		const policy = this.system.gonePolicy;
		if (policy === 'deadLetter' || row.crmId === null)
			return this.die(outcome.reason, outcome.code);
		const address = { system: row.system, object: row.object, crmId: row.crmId };
		const link = (await tx.identity.links([address])).get(recordKey(address));
		const recreated = link?.recreated ?? 0;
		if (policy === 'createAgain' && recreated >= MAX_RECREATED) {
			return this.die(
				`${outcome.reason} It was created again ${recreated} times already.`,
				'gone-again',
			);
		}
		if (link !== undefined) await tx.identity.saveLinks([{ ...link, state: 'unlinked' }], now);
		await tx.registers.dropShadow(address);
		await tx.deliveries.settle([row.id], 'superseded', now, outcome.reason, outcome.code);
		await this.note({
			kind: 'unlink',
			crmId: row.crmId,
			detail: { reason: outcome.reason, policy },
		});
		if (policy === 'createAgain') {
			const target = createTarget(row.entityId);
			const { system, object, entityId, syncOrigin } = row;
			const fresh = {
				system,
				object,
				target,
				crmId: null,
				entityId,
				operation: 'create' as const,
				syncOrigin,
			};
			await tx.deliveries.open([{ ...fresh, priority: PRIORITY.retry, nextAt: now }], now);
		}
		return { ...this.base(row.crmId), state: 'unlinked', reason: outcome.reason };
	}

	private async deleted(crmId: string): Promise<RecordedResult> {
		const address = { system: this.row.system, object: this.row.object, crmId };
		const link = (await this.tx.identity.links([address])).get(recordKey(address));
		if (link !== undefined)
			await this.tx.identity.saveLinks([{ ...link, state: 'unlinked' }], this.options.now);
		await this.tx.deliveries.settle([this.row.id], 'confirmed', this.options.now);
		await this.note({ kind: 'unlink', crmId, detail: { reason: 'deleted by the fabric' } });
		return { ...this.base(crmId), state: 'confirmed' };
	}

	private async die(reason: string, code: string): Promise<RecordedResult> {
		const { row, tx } = this;
		const { now } = this.options;
		const { system, object, crmId, entityId } = row;
		await tx.deliveries.settle([row.id], 'dead', now, reason, code);
		await tx.deadLetters.add(
			[
				{
					kind: 'delivery',
					system,
					object,
					crmId,
					entityId,
					inboxSeq: null,
					deliveryId: row.id,
					reason,
					code,
					payload: null,
				},
			],
			now,
		);
		await this.note({ kind: 'dead', crmId: crmId ?? undefined, detail: { reason, code } });
		return { ...this.base(crmId), state: 'dead', reason };
	}

	/** Shadow and audit trail learn what the record holds now. */
	private async learn(
		crmId: string,
		known: CanonicalFields,
		at: number,
		part = false,
	): Promise<void> {
		const { row, tx } = this;
		const address = { system: row.system, object: row.object, crmId };
		const shadow: Shadow = (await tx.registers.shadows([address])).get(recordKey(address)) ?? {
			fields: {},
		};
		const wanted = row.changes ?? {};
		const next = confirm(shadow, wanted, known, at, part);
		await tx.registers.saveShadows([{ ...address, shadow: next }], this.options.now);
		if (row.operation === 'create') {
			await tx.identity.replaceKeys([
				{ ...address, entityId: row.entityId, keys: allKeys(knownFields(next), {}) },
			]);
		}
		const written = Object.keys(known).filter((field) => field in wanted);
		await tx.audit.append(
			written.map((field) => ({
				...this.auditBase(),
				kind: 'write',
				crmId,
				field,
				before: shadow.fields[field]?.value,
				after: known[field],
				detail: {
					syncOrigin: row.syncOrigin,
					attempt: row.attempts,
					idempotencyKey: row.idempotencyKey,
				},
			})),
		);
	}

	private async forgetInFlight(crmId: string): Promise<void> {
		const address = { system: this.row.system, object: this.row.object, crmId };
		const shadow = (await this.tx.registers.shadows([address])).get(recordKey(address));
		if (shadow === undefined) return;
		await this.tx.registers.saveShadows(
			[{ ...address, shadow: withdraw(shadow) }],
			this.options.now,
		);
	}

	private async linkToOther(crmId: string): Promise<string | undefined> {
		const address = { system: this.row.system, object: this.row.object, crmId };
		const link = (await this.tx.identity.links([address])).get(recordKey(address));
		const other =
			link !== undefined && link.state === 'active' && link.entityId !== this.row.entityId;
		return other ? link.entityId : undefined;
	}

	private async linkCreated(crmId: string): Promise<void> {
		const { system, object, entityId } = this.row;
		const earlier = (await this.tx.identity.linksOf([entityId])).filter(
			(link) => link.system === system,
		);
		const existing = earlier.find((link) => link.crmId === crmId);
		if (existing?.state === 'active') return;
		const recreated =
			earlier.length === 0 ? 0 : Math.max(...earlier.map((link) => link.recreated)) + 1;
		const evidence: Link['evidence'] = { by: 'own-create', score: 1, fields: [] };
		const link: Link = { system, object, crmId, entityId, state: 'active', evidence, recreated };
		await this.tx.identity.saveLinks([link], this.options.now);
		await this.note({ kind: 'link', crmId, detail: evidence });
	}

	private base(crmId: string | null) {
		return {
			deliveryId: this.row.id,
			unifiedId: this.row.entityId,
			system: this.row.system,
			crmId,
		};
	}

	private auditBase() {
		const { system, object, entityId, id: deliveryId } = this.row;
		return { at: this.options.now, system, object, entityId, deliveryId };
	}

	private async note(row: Pick<AuditRow, 'kind' | 'crmId' | 'detail'>): Promise<void> {
		await this.tx.audit.append([{ ...this.auditBase(), ...row }]);
	}
}
