/** The laws of the design, checked on what the CRMs and the store hold once all is quiet. */
import { isDeepStrictEqual } from 'node:util';
import { verifyAudit } from '../../../lib/history/verify';
import type { Registers } from '../../../lib/merge/register';
import type { StoredAuditRow } from '../../../lib/model/rows';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store, type StoreTransaction } from '../../../lib/store/store';
import { CRMS, primaryEmail, type Crm } from '../../../scripts/demo/agreement';
import type { Simulators } from '../../simulators';
import type { WriteLogEntry } from '../../simulators/simulator';
import { foldAudit } from '../../unit/support/audit-fold';
import type { EditStream } from './edit-stream';

const ALL_ROWS = 1_000_000;

/** Writes since `from`, by CRM. */
export type WriteMarks = Record<Crm, number>;

export function markWrites(simulators: Simulators): WriteMarks {
	const count = (crm: Crm) => simulators[crm].writes().length;
	return {
		wealthbox: count('wealthbox'),
		redtail: count('redtail'),
		salesforce: count('salesforce'),
	};
}

/**
 * Records that were changed more often than the people's edits elsewhere account for. The calls of one
 * write (Redtail needs several) and its tries carry one idempotency key.
 */
export function echoes(simulators: Simulators, stream: EditStream, from: WriteMarks): string[] {
	return CRMS.flatMap((crm) => {
		const emails = new Map(
			simulators[crm].people.list().map((contact) => [contact.id, primaryEmail(contact)]),
		);
		const changes = changesByRecord(simulators[crm].writes().slice(from[crm]));
		return [...changes].flatMap(([recordId, keys]) => {
			const email = emails.get(recordId) ?? '';
			const allowed = stream.writesAllowed(email, crm);
			if (keys.size <= allowed) return [];
			const written = [...keys.values()].join('; ');
			return [`${crm} ${email}: ${keys.size} writes for ${allowed} edits elsewhere: ${written}`];
		});
	});
}

function changesByRecord(writes: readonly WriteLogEntry[]): Map<string, Set<string>> {
	const changes = new Map<string, Set<string>>();
	for (const { recordId, status, changedAnything, idempotencyKey, at } of writes) {
		if (recordId === null || status >= 400 || !changedAnything) continue;
		const keys = changes.get(recordId) ?? new Set<string>();
		// What follows the slash tells the calls of one delivery apart.
		const delivery = idempotencyKey?.split('/')[0] ?? `without a key at ${at}`;
		changes.set(recordId, keys.add(delivery));
	}
	return changes;
}

/** Calls that wrote what the record held already. */
export function idleWrites(simulators: Simulators, from: WriteMarks): number {
	const writes = CRMS.flatMap((crm) => simulators[crm].writes().slice(from[crm]));
	return writes.filter(({ status, changedAnything }) => status < 400 && !changedAnything).length;
}

export interface StoreFindings {
	/** Inbox rows that are not settled, by system and state. */
	unsettledEvents: string[];
	unsettledDeliveries: string[];
	deadLetters: string[];
	openReviews: number;
	/** Fields of which the folded audit trail says something else than the registers. */
	auditDiffers: string[];
	/** Why the hash chain of the audit trail does not hold; null: it holds. */
	brokenTrail: string | null;
	/** Events that more than one merge decided on. */
	mergedTwice: string[];
	/** Records (`system/crmId`) to which a write was repeated as its first answer was never known. */
	repeated: string[];
	events: number;
	auditRows: number;
}

const SETTLED_EVENTS = ['applied', 'noop', 'superseded', 'filtered'];
const SETTLED_DELIVERIES = ['confirmed', 'superseded'];

/** Only while n8n is stopped. */
export async function inspectStore(path: string): Promise<StoreFindings> {
	const store = await Store.open(openSqlite(path));
	try {
		const { ok, firstBroken } = await verifyAudit(store);
		const brokenTrail = ok ? null : (firstBroken?.reason ?? 'unknown');
		return { brokenTrail, ...(await store.read(findings)) };
	} finally {
		await store.close();
	}
}

async function findings(tx: StoreTransaction): Promise<Omit<StoreFindings, 'brokenTrail'>> {
	const events = await tx.inbox.countByState();
	const deliveries = await tx.deliveries.countByState();
	const letters = await tx.deadLetters.list(undefined, ALL_ROWS);
	const rows = await tx.audit.find({ limit: ALL_ROWS });
	const folded = foldAudit(rows);
	const registers = await tx.registers.registers(await tx.identity.page(null, ALL_ROWS));
	return {
		unsettledEvents: others(events, SETTLED_EVENTS),
		unsettledDeliveries: others(deliveries, SETTLED_DELIVERIES),
		deadLetters: letters.map(({ kind, system, reason }) => `${kind} ${system}: ${reason}`),
		openReviews: (await tx.reviews.list('open', ALL_ROWS)).length,
		auditDiffers: differences(folded, registers),
		mergedTwice: twice(rows),
		repeated: repeatedWrites(rows),
		events: events.reduce((sum, { count }) => sum + count, 0),
		auditRows: rows.length,
	};
}

interface Counted {
	system: string;
	state: string;
	count: number;
}

function others(counted: readonly Counted[], settled: readonly string[]): string[] {
	return counted
		.filter(({ state }) => !settled.includes(state))
		.map(({ system, state, count }) => `${system}: ${count} ${state}`);
}

function differences(
	folded: ReadonlyMap<string, Registers>,
	registers: ReadonlyMap<string, Registers>,
): string[] {
	const ids = new Set([...folded.keys(), ...registers.keys()]);
	return [...ids].flatMap((id) => {
		const [told, held] = [folded.get(id) ?? {}, registers.get(id) ?? {}];
		return [...new Set([...Object.keys(told), ...Object.keys(held)])]
			.filter((field) => !isDeepStrictEqual(told[field], held[field]))
			.map((field) => `${id}.${field}`);
	});
}

function repeatedWrites(rows: readonly StoredAuditRow[]): string[] {
	return rows
		.filter(
			({ kind, detail }) =>
				kind === 'write' && Number((detail as { attempt?: number } | null)?.attempt ?? 1) > 1,
		)
		.map(({ system, crmId }) => `${system}/${crmId}`);
}

function twice(rows: readonly StoredAuditRow[]): string[] {
	const seen = new Set<string>();
	const decisions = rows
		.filter(({ kind }) => ['change', 'agree', 'lost'].includes(kind))
		.map(({ eventId, entityId, field }) => `${eventId} ${entityId}.${field}`);
	return decisions.filter((decision) => seen.has(decision) || !seen.add(decision));
}
