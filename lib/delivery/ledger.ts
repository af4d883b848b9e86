/**
 * What a batch of delivery results needs to know, read at once, and what it changes, written at once.
 */
import { recordKey, type RecordAddress } from '../model/event';
import { byEntity, type AuditRow, type DeliveryRow, type Link } from '../model/rows';
import { knownFields, type Shadow } from '../merge/shadow';
import type { NewDelivery } from '../store/deliveries';
import type { StoreTransaction } from '../store/store';
import { indexRecords } from '../identity/record-index';
import { gone } from '../removal/flight';
import { buryDeliveries } from './bury';
import { openDeliveries } from './open';

interface Ending {
	state: 'confirmed' | 'superseded' | 'dead';
	reason?: string;
	code?: string;
}

export class Ledger {
	private readonly changedLinks = new Map<string, Link>();
	private readonly changedShadows = new Map<string, RecordAddress & { shadow: Shadow }>();
	/** Shadows as they were before. */
	private readonly before: ReadonlyMap<string, Shadow>;
	private readonly audit: AuditRow[] = [];
	private readonly endings: Array<{ row: DeliveryRow; ending: Ending }> = [];
	private readonly opened: NewDelivery[] = [];
	private readonly writes: Array<(tx: StoreTransaction) => Promise<void>> = [];

	private constructor(
		private readonly links: Map<string, Link>,
		private readonly ofEntity: Map<string, Link[]>,
		private readonly shadows: Map<string, Shadow>,
		private readonly alive: Map<string, DeliveryRow[]>,
	) {
		this.before = new Map(shadows);
	}

	/** `addresses`: the records that the results speak of. */
	static async load(
		tx: StoreTransaction,
		rows: readonly DeliveryRow[],
		addresses: readonly RecordAddress[],
	): Promise<Ledger> {
		const ids = [...new Set(rows.map(({ entityId }) => entityId))];
		const links = await tx.identity.linksOf(ids);
		const others = await tx.identity.links(addresses);
		const all = new Map([...others, ...links.map((link) => [recordKey(link), link] as const)]);
		const shadows = await tx.registers.shadows(addresses);
		const alive = await tx.deliveries.aliveOf(ids);
		return new Ledger(all, byEntity(links), shadows, byEntity(alive));
	}

	link(address: RecordAddress): Link | undefined {
		return this.links.get(recordKey(address));
	}

	linksOf(entityId: string): Link[] {
		return this.ofEntity.get(entityId) ?? [];
	}

	/** True if a delivery to this record, or a create of it, is open or under way. */
	hasAlive({ entityId, system }: DeliveryRow, target: string): boolean {
		const alive = [...(this.alive.get(entityId) ?? []), ...this.opened];
		return alive.some((row) => row.system === system && row.target === target);
	}

	shadow(address: RecordAddress): Shadow | undefined {
		return this.shadows.get(recordKey(address));
	}

	setLink(link: Link): void {
		const key = recordKey(link);
		this.links.set(key, link);
		this.changedLinks.set(key, link);
		const others = this.linksOf(link.entityId).filter((other) => recordKey(other) !== key);
		this.ofEntity.set(link.entityId, [...others, link]);
	}

	setShadow({ system, object, crmId }: RecordAddress, shadow: Shadow): void {
		const key = recordKey({ system, object, crmId });
		this.shadows.set(key, shadow);
		this.changedShadows.set(key, { system, object, crmId, shadow });
	}

	/** The record is gone: its entity lets go of it. */
	unlink(address: RecordAddress, now: number, by?: 'fabric'): void {
		const link = this.link(address);
		if (link !== undefined) this.setLink({ ...link, state: 'unlinked' });
		this.setShadow(address, gone(this.shadow(address) ?? { fields: {} }, now, by));
	}

	note(row: AuditRow): void {
		this.audit.push(row);
	}

	end(row: DeliveryRow, ending: Ending): void {
		this.endings.push({ row, ending });
	}

	open(delivery: NewDelivery): void {
		this.opened.push(delivery);
	}

	reopen(
		{ id }: DeliveryRow,
		values: {
			nextAt: number;
			priority: number;
			reason: string;
			code: string;
			attempts?: number;
		},
	): void {
		this.writes.push((tx) => tx.deliveries.reopen(id, values));
	}

	/** The record is known now: the create goes on as an update. */
	retarget({ id }: DeliveryRow, crmId: string): void {
		this.writes.push((tx) => tx.deliveries.retarget(id, crmId));
	}

	async save(tx: StoreTransaction, now: number): Promise<void> {
		await tx.registers.saveShadows([...this.changedShadows.values()], now);
		await tx.identity.saveLinks([...this.changedLinks.values()], now);
		await indexRecords(tx, this.indexed());
		await tx.audit.append(this.audit);
		await this.saveEndings(tx, now);
		for (const write of this.writes) await write(tx);
		await openDeliveries(tx, this.opened, await tx.systems.all(), now);
	}

	/** What these records hold now, under the entities that they belong to. */
	private indexed() {
		return [...this.changedShadows.values()].flatMap((record) => {
			const entityId = this.link(record)?.entityId;
			if (entityId === undefined) return [];
			const before = knownFields(this.before.get(recordKey(record)));
			return [{ ...record, entityId, before, after: knownFields(record.shadow) }];
		});
	}

	/** Deliveries that ended alike are settled together. */
	private async saveEndings(tx: StoreTransaction, now: number): Promise<void> {
		const groups = new Map<string, { ending: Ending; rows: DeliveryRow[] }>();
		for (const { row, ending } of this.endings) {
			const key = JSON.stringify([ending.state, ending.reason, ending.code]);
			const group = groups.get(key) ?? { ending, rows: [] };
			group.rows.push(row);
			groups.set(key, group);
		}
		for (const { ending, rows } of groups.values()) {
			const { state, reason, code } = ending;
			if (state === 'dead') await buryDeliveries(tx, rows, reason ?? '', code ?? '', now);
			else {
				const ids = rows.map(({ id }) => id);
				await tx.deliveries.settle(ids, state, now, reason, code);
			}
		}
	}
}
