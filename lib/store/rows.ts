/** Between table rows (JSON text, 0/1) and the shapes of lib/model/rows.ts. */
import type { Selectable } from 'kysely';
import { mapInForce } from '../mapping/holds';
import { DEFAULT_LIMITS, type DeletePolicy } from '../model/delivery';
import type { FieldMap } from '../model/field-map';
import type { DriftSettings, FieldHold } from '../model/mapping';
import type {
	AuditRow,
	DeadLetterRow,
	DeliveryRow,
	Link,
	ReviewRow,
	StoredAuditRow,
	SystemRow,
} from '../model/rows';
import type {
	AuditTable,
	DeadLettersTable,
	DeliveriesTable,
	LinksTable,
	ReviewsTable,
	SystemsTable,
} from './schema';

export function parseJson<T>(text: string): T {
	return JSON.parse(text) as T;
}

const MAX_SHARED = 1_000;
const shared = new Map<string, unknown>();

/**
 * As {@link parseJson}, for what hardly ever changes and is read all the time: the same text gives the
 * same object, which nobody may change.
 */
function sharedJson<T>(text: string): T {
	const known = shared.get(text);
	if (known !== undefined) return known as T;
	if (shared.size >= MAX_SHARED) shared.clear();
	const value = parseJson<T>(text);
	shared.set(text, value);
	return value;
}

const registerTexts = new WeakMap<object, string>();

/** A register goes to its own table and to the audit trail: it is written as text once. */
export function registerText(register: object): string {
	const known = registerTexts.get(register);
	if (known !== undefined) return known;
	const text = JSON.stringify(register);
	registerTexts.set(register, text);
	return text;
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}

export function jsonOrNull(value: unknown): string | null {
	return value === undefined || value === null ? null : JSON.stringify(value);
}

/** Unlike {@link jsonOrNull} keeps apart what was not said and what is null (cleared). */
function jsonOrAbsent(value: unknown): string | null {
	return value === undefined ? null : JSON.stringify(value);
}

function parsed<T>(text: string | null): T | undefined {
	return text === null ? undefined : parseJson<T>(text);
}

/** Why a system waits for its load: its trigger said so, or a backfill is loading it. */
export const AWAITS = { nothing: 0, load: 1, loading: 2 } as const;

export function toSystem(row: Selectable<SystemsTable>): SystemRow {
	return {
		name: row.name,
		connector: row.connector,
		priority: row.priority,
		...mapsOf(row),
		fieldMapVersion: row.field_map_version,
		settings: sharedJson(row.settings),
		creates: row.creates === 1,
		gonePolicy: row.gone_policy as SystemRow['gonePolicy'],
		deletePolicy: row.delete_policy as DeletePolicy,
		limits: row.limits === null ? DEFAULT_LIMITS : sharedJson(row.limits),
		readyAt: row.ready_at,
		readyAfter: row.ready_after,
		awaitsLoad: row.awaits_load !== AWAITS.nothing,
	};
}

/** Name -> the map in force, made once for the same texts: much is remembered of a map by its identity. */
const inForce = new Map<string, { texts: string; map: FieldMap }>();

function mapsOf({
	name,
	field_map: text,
	holds: held,
	drift,
}: Selectable<SystemsTable>): Pick<SystemRow, 'fieldMap' | 'storedMap' | 'holds' | 'drift'> {
	const storedMap = sharedJson<FieldMap>(text);
	const settings = drift === null ? {} : { drift: sharedJson<DriftSettings>(drift) };
	if (held === null) return { fieldMap: storedMap, ...settings };
	const holds = sharedJson<FieldHold[]>(held);
	const texts = `${text}\n${held}`;
	const known = inForce.get(name);
	const fieldMap = known?.texts === texts ? known.map : mapInForce(storedMap, holds);
	if (inForce.size >= MAX_SHARED) inForce.clear();
	inForce.set(name, { texts, map: fieldMap });
	return { fieldMap, storedMap, holds, ...settings };
}

export function toLink(row: Selectable<LinksTable>): Link {
	return {
		system: row.system,
		object: row.object,
		crmId: row.crm_id,
		entityId: row.entity_id,
		state: row.state,
		evidence: sharedJson(row.evidence),
		recreated: row.recreated,
	};
}

export function toDelivery(row: Selectable<DeliveriesTable>): DeliveryRow {
	return {
		id: row.id,
		system: row.system,
		object: row.object,
		target: row.target,
		crmId: row.crm_id,
		entityId: row.entity_id,
		operation: row.operation as DeliveryRow['operation'],
		state: row.state,
		priority: row.priority,
		attempts: row.attempts,
		nextAt: row.next_at,
		claimToken: row.claim_token,
		leaseUntil: row.lease_until,
		again: row.again === 1,
		changes: row.changes === null ? null : parseJson(row.changes),
		tried: row.tried === null ? [] : parseJson(row.tried),
		idempotencyKey: row.idempotency_key,
		syncOrigin: row.sync_origin,
		run: row.run,
		openedAt: row.opened_at,
	};
}

export function fromAudit(row: AuditRow): Omit<Selectable<AuditTable>, 'seq' | 'hash'> {
	return {
		at: row.at,
		kind: row.kind,
		entity_id: row.entityId ?? null,
		field: row.field ?? null,
		system: row.system ?? null,
		object: row.object ?? null,
		crm_id: row.crmId ?? null,
		event_id: row.eventId ?? null,
		delivery_id: row.deliveryId ?? null,
		before: jsonOrAbsent(row.before),
		after: jsonOrAbsent(row.after),
		rule: row.rule ?? null,
		edited_at: row.editedAt ?? null,
		register: isObject(row.register) ? registerText(row.register) : jsonOrNull(row.register),
		detail: jsonOrNull(row.detail),
		run: row.run ?? null,
	};
}

export function toAudit(row: Selectable<AuditTable>): StoredAuditRow {
	return {
		seq: row.seq,
		at: row.at,
		kind: row.kind,
		entityId: row.entity_id ?? undefined,
		field: row.field ?? undefined,
		system: row.system ?? undefined,
		object: row.object ?? undefined,
		crmId: row.crm_id ?? undefined,
		eventId: row.event_id ?? undefined,
		deliveryId: row.delivery_id ?? undefined,
		before: parsed(row.before),
		after: parsed(row.after),
		rule: row.rule ?? undefined,
		editedAt: row.edited_at ?? undefined,
		register: parsed(row.register),
		detail: parsed(row.detail),
		run: row.run ?? undefined,
		hash: row.hash ?? undefined,
	};
}

export function toReview(row: Selectable<ReviewsTable>): ReviewRow {
	return {
		id: row.id,
		kind: row.kind as ReviewRow['kind'],
		state: row.state,
		entityId: row.entity_id,
		field: row.field,
		system: row.system,
		object: row.object,
		crmId: row.crm_id,
		question: parseJson(row.question),
		decision: row.decision === null ? null : parseJson(row.decision),
		openedAt: row.opened_at,
		decidedAt: row.decided_at,
		snoozedUntil: row.snoozed_until,
	};
}

export function toDeadLetter(row: Selectable<DeadLettersTable>): DeadLetterRow {
	return {
		id: row.id,
		kind: row.kind,
		state: row.state,
		system: row.system,
		object: row.object,
		crmId: row.crm_id,
		entityId: row.entity_id,
		inboxSeq: row.inbox_seq,
		deliveryId: row.delivery_id,
		reason: row.reason,
		code: row.code,
		payload: parsed(row.payload),
		openedAt: row.opened_at,
		closedAt: row.closed_at,
	};
}
