/**
 * Who is who, by a person's word: two clients are one, records are another client, and either taken back.
 * Each throws a DeskError, and does nothing, if it cannot be done.
 */
import { isDeepStrictEqual } from 'node:util';
import { markDeliveries, type ConnectorOf } from '../delivery/mark';
import { foldAudit, MERGED, SPLIT, type MergeNote, type SplitNote } from '../history/fold';
import { trailOf } from '../history/trail';
import { mergeEntities } from '../identity/merge-entities';
import { saidBy, splitEntity, type SplitResult } from '../identity/split-entity';
import { recordKey, type RecordAddress } from '../model/event';
import type { Registers } from '../merge/register';
import type { Link, StoredAuditRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { DeskError } from '../model/failures';

export interface MergeAsked {
	/** Becomes part of `into`; its id stays as an alias. */
	from: string;
	/** Keeps its id. */
	into: string;
	by?: string;
}

export interface SplitAsked {
	unifiedId: string;
	/** Some of its records: they are another client. `object` is `contact` unless it is said. */
	records: ReadonlyArray<{ system: string; crmId: string; object?: string }>;
	by?: string;
}

export interface ClientMove {
	/** The client that was merged into, or from which records were split off. */
	unifiedId: string;
	/** The id that became an alias, or under which the other records are a client of their own now. */
	other: string;
	/** Of a split: the client of the records that were named; one of the two. */
	named?: string;
	/** Row of the audit trail, to take it back by. */
	auditSeq: number;
}

export interface ClientContext {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
}

const DESK = 'desk';

export async function mergeClients(
	tx: StoreTransaction,
	{ from, into, by }: MergeAsked,
	context: ClientContext,
): Promise<ClientMove> {
	for (const id of [from, into]) await requireClient(tx, id);
	const [left, right] = [await tx.entities.current(from), await tx.entities.current(into)];
	if (left === right) {
		throw new DeskError(
			`${from} and ${into} are one client already (${right}). Nothing is left to merge.`,
		);
	}
	await mergeEntities(tx, { from: left, into: right, cause: DESK, by, now: context.now });
	await compare(tx, [right], DESK, context);
	return { unifiedId: right, other: left, auditSeq: await lastMove(tx, right, MERGED) };
}

export async function splitClient(
	tx: StoreTransaction,
	{ unifiedId: asked, records, by }: SplitAsked,
	context: ClientContext,
): Promise<ClientMove> {
	await requireClient(tx, asked);
	const unifiedId = await tx.entities.current(asked);
	const addresses = records.map((one) => ({ object: 'contact', ...one }));
	await checkRecords(tx, unifiedId, addresses);
	const { now } = context;
	const result = await splitEntity(tx, { unifiedId, records: addresses, cause: DESK, by, now });
	return finishSplit(tx, result, DESK, context);
}

/** A merge is taken apart along the lines along which it was made; what was split becomes one again. */
export async function undoClientMove(
	tx: StoreTransaction,
	{ auditSeq, by }: { auditSeq: number; by?: string },
	context: ClientContext,
): Promise<ClientMove> {
	const row = await tx.audit.get(auditSeq);
	if (row?.kind === MERGED) return undoMerge(tx, row, by, context);
	if (row?.kind === SPLIT) return undoSplit(tx, row, by, context);
	const what = row === undefined ? 'There is no such row' : `It is of kind ${row.kind}`;
	throw new DeskError(
		`Audit row ${auditSeq} tells of no merge or split of clients. ${what}. Take the number of a row of kind ${MERGED} or ${SPLIT} from the client's history.`,
	);
}

export async function requireClient(tx: StoreTransaction, unifiedId: string): Promise<void> {
	if ((await tx.identity.existing([unifiedId])).has(unifiedId)) return;
	throw new DeskError(
		`There is no client ${unifiedId}. Look it up by one of its records, or give its unified id, for example U1001.`,
	);
}

async function checkRecords(
	tx: StoreTransaction,
	unifiedId: string,
	records: readonly RecordAddress[],
): Promise<void> {
	const links = await tx.identity.linksOf([unifiedId]);
	const known = new Set(links.map(recordKey));
	const named = new Set(records.map(recordKey));
	if (named.size === 0) {
		throw new DeskError(
			`No record was named to be split off from ${unifiedId}. Name the records that are another client.`,
		);
	}
	const stranger = records.find((record) => !known.has(recordKey(record)));
	if (stranger !== undefined) {
		throw new DeskError(
			`${stranger.system}/${stranger.crmId} is no record of client ${unifiedId}. Get the client to see its records.`,
		);
	}
	if (named.size === known.size) {
		throw new DeskError(
			`All records of client ${unifiedId} were named: nothing is left to split. Name only those that are another client.`,
		);
	}
}

async function undoMerge(
	tx: StoreTransaction,
	{ seq, detail }: StoredAuditRow,
	by: string | undefined,
	context: ClientContext,
): Promise<ClientMove> {
	const { from, links: keys } = detail as MergeNote;
	const unifiedId = await tx.entities.current(from);
	if (unifiedId === from) {
		throw new DeskError(`${from} is a client of its own: this merge was taken back before.`);
	}
	const links = await tx.identity.linksOf([unifiedId]);
	const records = links.filter((link) => keys.includes(recordKey(link)));
	if (records.length === 0 || records.length === links.length) {
		const left = records.length === 0 ? 'None' : 'No other';
		throw new DeskError(
			`${left} of the records that ${from} brought is left in ${unifiedId}: nothing is left to split.`,
		);
	}
	const cause = `undo/${seq}`;
	const { now } = context;
	const split = { unifiedId, records, former: from, cause, by, now };
	return finishSplit(tx, await splitEntity(tx, split), cause, context);
}

async function undoSplit(
	tx: StoreTransaction,
	row: StoredAuditRow,
	by: string | undefined,
	context: ClientContext,
): Promise<ClientMove> {
	const note = row.detail as SplitNote;
	const from = note.into;
	const into = await tx.entities.current(note.from);
	if ((await tx.entities.current(from)) !== from || into === from) {
		throw new DeskError(
			`${from} has become part of ${await tx.entities.current(from)} since: this split was taken back before, or its parts went other ways.`,
		);
	}
	const { now } = context;
	const cause = `undo/${row.seq}`;
	const registers = await registersBefore(tx, row, into);
	const restores = registers && { seq: row.seq, registers };
	await mergeEntities(tx, { from, into, cause, by, now, restores });
	await restoreEvidence(tx, into, note, now);
	await compare(tx, [into], cause, context);
	return { unifiedId: into, other: from, auditSeq: await lastMove(tx, into, MERGED) };
}

/** As they were before the split, if nothing was said of either of the two since. */
async function registersBefore(
	tx: StoreTransaction,
	{ seq, detail }: StoredAuditRow,
	into: string,
): Promise<Registers | undefined> {
	const note = detail as SplitNote;
	if (into !== note.from) return undefined;
	const ids = [note.from, note.into];
	const stand = await tx.registers.registers(ids);
	for (const entityId of ids) {
		const rows = (await trailOf(tx, { entityId })).filter((row) => row.seq <= seq);
		const then = foldAudit(rows).get(entityId) ?? {};
		if (!isDeepStrictEqual(then, stand.get(entityId) ?? {})) return undefined;
	}
	return { ...stand.get(into), ...note.before };
}

/** Each record is linked again by what linked it before the split. */
async function restoreEvidence(
	tx: StoreTransaction,
	entityId: string,
	{ records }: SplitNote,
	now: number,
): Promise<void> {
	const before = new Map(records.map((record) => [recordKey(record), record.evidence]));
	const links = (await tx.identity.linksOf([entityId])).flatMap((link): Link[] => {
		const evidence = before.get(recordKey(link));
		const isSplitOff = evidence !== undefined && isDeepStrictEqual(link.evidence, saidBy(evidence));
		return isSplitOff ? [{ ...link, evidence }] : [];
	});
	await tx.identity.saveLinks(links, now);
}

async function finishSplit(
	tx: StoreTransaction,
	{ stays, leaves, named }: SplitResult,
	cause: string,
	context: ClientContext,
): Promise<ClientMove> {
	await compare(tx, [stays, leaves], cause, context);
	return { unifiedId: stays, other: leaves, named, auditSeq: await lastMove(tx, stays, SPLIT) };
}

async function compare(
	tx: StoreTransaction,
	ids: readonly string[],
	syncOrigin: string,
	context: ClientContext,
): Promise<void> {
	await markDeliveries(tx, new Map(ids.map((id) => [id, { syncOrigin }])), context);
}

async function lastMove(tx: StoreTransaction, entityId: string, kind: string): Promise<number> {
	const [row] = await tx.audit.find({ entityId, kinds: [kind], limit: 1 });
	return row?.seq ?? 0;
}
