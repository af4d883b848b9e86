/**
 * Stream changes and records read over REST -> the fabric's change events. Pure: the reads that are
 * needed are named first (`needsRead`) and handed in.
 */
import { createHash } from 'node:crypto';
import { isPutAway, type ArchiveSettings } from '../archive';
import type { CrmRecord, Json } from '../connector';
import type { ChangeEventInput } from '../../model/event';
import { isListField } from '../../model/fields';
import { guarded } from '../field-codec';
import { baseField, readsIn, type FieldMap } from '../../model/field-map';
import type { ContactReads, RecordRead } from './contact-reads';
import { isHouseholdAccount } from './household-account';
import type { HouseholdModel } from './household-model';
import { isMark } from './marks';
import { PLAIN } from './org-model';
import { withAccountSide, type PersonAccounts } from './person-accounts';
import { ACCOUNT_NAME, crmFieldsOf, effectiveMap, readFields, toCanonical } from './fields';
import { endOfSecond, isOwnOrigin, type StreamChange } from './stream-change';

export interface EventMaker {
	system: string;
	/** As it works: see effectiveMap. */
	fieldMap: FieldMap;
	settings: Record<string, Json>;
	externalIdField: string;
	clientId: string;
	archive: ArchiveSettings;
	/** Set by the change source once it knows the org. */
	person: PersonAccounts | null;
	households: HouseholdModel | null;
	/** Salesforce's time as our clock showed it, ms. Absent: the clocks agree. */
	toOurs?: (at: number) => number;
}

/** CRM fields that a read must ask for. */
export function fieldsToRead(maker: EventMaker): string[] {
	const mapped = maker.fieldMap.filter(readsIn).flatMap(crmFieldsOf);
	const own = ['Id', 'LastModifiedDate', 'SystemModstamp'];
	if (maker.externalIdField !== '') own.push(maker.externalIdField);
	if (maker.archive.archiveIsRemoval && maker.archive.archiveField !== '')
		own.push(maker.archive.archiveField);
	return withAccountSide([...own, ...mapped], maker.person);
}

/** What a reader of contacts is told. */
export function contactReads(maker: EventMaker): ContactReads {
	const { person, households } = maker;
	return { fields: fieldsToRead(maker), person, households };
}

/** The mappings of all canonical fields that a change touches. */
function touched(maker: EventMaker, change: StreamChange): FieldMap {
	const readable = maker.fieldMap.filter(readsIn);
	const fields = new Set(
		readable
			.filter((mapping) =>
				crmFieldsOf(mapping).some((name) => change.changed.has(streamName(name))),
			)
			.map((mapping) => baseField(mapping.field)),
	);
	return readable.filter((mapping) => fields.has(baseField(mapping.field)));
}

/** The stream knows of a contact's account only its id. */
function streamName(crmField: string): string {
	return crmField.startsWith('Account.') ? 'AccountId' : crmField;
}

const WHOLE = new Set<StreamChange['changeType']>(['CREATE', 'UNDELETE']);
const DELETED = new Set<StreamChange['changeType']>(['DELETE', 'GAP_DELETE']);

export function isDelete(change: StreamChange): boolean {
	return DELETED.has(change.changeType);
}

/** True if the event tells everything that the map reads of the record. */
export function isWhole(change: StreamChange): boolean {
	return WHOLE.has(change.changeType);
}

/** False for a change of fields that nobody reads: it makes no event. */
export function matters(maker: EventMaker, change: StreamChange): boolean {
	if (change.changeType !== 'UPDATE') return true;
	if (maker.externalIdField !== '' && change.changed.has(maker.externalIdField)) return true;
	if (isArchived(maker, change.values)) return true;
	return touched(maker, change).length > 0;
}

/**
 * True if the record must be read before the change can be told: nothing is said (GAP), a long text
 * came as a difference, a name stands at another record, or a list is only partly there. A
 * list cannot be told in part.
 */
export function needsRead(maker: EventMaker, change: StreamChange): boolean {
	if (isDelete(change)) return false;
	if (change.changeType.startsWith('GAP_')) return true;
	const mappings = isWhole(change) ? maker.fieldMap.filter(readsIn) : touched(maker, change);
	return mappings.some((mapping) => {
		if (mapping.crmField === ACCOUNT_NAME || isHouseholdAccount(mapping)) return true;
		const names = crmFieldsOf(mapping);
		if (names.some((name) => change.unsaid.has(name))) return true;
		// Whether it is a person account's is not said, and the account may hold another value.
		if (names.some((name) => maker.person?.shared.includes(name))) return true;
		const isPartial = names.some((name) => !change.changed.has(name));
		return !isWhole(change) && isListField(baseField(mapping.field)) && isPartial;
	});
}

/** When the reply of the stream was there, and when all was that had to be read for it; ms. */
export interface Arrival {
	toldAt: number;
	receivedAt: number;
}

/**
 * The event of one change. `read` is given where a read was needed, and for records that the fabric
 * does not know. Undefined if the record is gone: its own delete event follows.
 */
export function changeEvent(
	maker: EventMaker,
	change: StreamChange,
	known: boolean,
	read: RecordRead | undefined,
	{ toldAt, receivedAt }: Arrival,
): ChangeEventInput | undefined {
	const { earliest, latest } = timesOf(maker, change.committedAt, toldAt);
	const common = {
		eventId: `${maker.system}:${change.key}`,
		system: maker.system,
		object: 'contact' as const,
		crmId: change.recordId,
		editedAt: iso(latest),
		readAt: iso(read?.readAt ?? latest),
		receivedAt: iso(receivedAt),
		ownWrite: isOwnOrigin(change.changeOrigin, maker.clientId),
		...(change.changeOrigin === '' ? {} : { origin: change.changeOrigin.slice(0, 500) }),
	};
	const removedAt = { editedAt: iso(earliest) };
	if (isDelete(change))
		return { ...common, ...removedAt, change: 'delete', kind: 'delta', fields: {} };
	const wanted = needsRead(maker, change) || (!known && !isWhole(change));
	if (wanted && read === undefined) return undefined;
	const undeleted = change.changeType.endsWith('UNDELETE');
	const told = read === undefined ? change.values : read.record;
	const archived = isArchived(maker, told);
	return {
		...common,
		...(archived ? removedAt : {}),
		change: archived ? 'archive' : undeleted ? 'undelete' : 'upsert',
		...content(maker, change, known, told),
		externalKeys: externalKeys(maker, told),
	};
}

/**
 * An edit is dated to the end of its second: what a person edits after our write is later than what we
 * wrote, which the beginning of the second may not be; and a stream tells in order what our reads and
 * writes of that second cannot have seen. A removal is dated to the beginning (see removedAt).
 */
function timesOf(maker: EventMaker, at: number, toldAt: number) {
	const end = endOfSecond(at);
	const ours = ourTime(maker, end);
	const latest = Math.min(ours, toldAt);
	return { earliest: Math.min(ours - (end - at), latest), latest };
}

function content(
	maker: EventMaker,
	change: StreamChange,
	known: boolean,
	told: CrmRecord,
): Pick<ChangeEventInput, 'kind' | 'fields'> {
	const isDelta = change.changeType === 'UPDATE' && known;
	if (isDelta) {
		const fields = guarded(readFields(told, touched(maker, change)));
		return { kind: 'delta', fields: fields as ChangeEventInput['fields'] };
	}
	// What a CREATE does not name is empty.
	const record = { ...emptyRecord(maker), ...told };
	return { kind: 'snapshot', fields: wholeFields(maker, record) };
}

function wholeFields(maker: EventMaker, record: CrmRecord): ChangeEventInput['fields'] {
	const fields = toCanonical(record, maker.fieldMap, maker.settings);
	return fields as ChangeEventInput['fields'];
}

function emptyRecord(maker: EventMaker): CrmRecord {
	const names = maker.fieldMap.filter(readsIn).flatMap(crmFieldsOf);
	return Object.fromEntries(
		names.filter((name) => !name.includes('.') && !isMark(name)).map((name) => [name, null]),
	);
}

function externalKeys(maker: EventMaker, record: CrmRecord): Record<string, string> {
	const value = maker.externalIdField === '' ? undefined : record[maker.externalIdField];
	return typeof value === 'string' && value !== '' ? { fabric: value.slice(0, 200) } : {};
}

/** The event of a record found by a read: first load, recovery. */
export function snapshotEvent(
	maker: EventMaker,
	read: RecordRead,
	receivedAt: number,
): ChangeEventInput {
	const { record, readAt } = read;
	const crmId = String(record['Id']);
	const archived = isArchived(maker, record);
	const at = modifiedAt(record);
	const same = { earliest: readAt, latest: readAt };
	const { earliest, latest } = at === undefined ? same : timesOf(maker, at, receivedAt);
	return {
		eventId: `${maker.system}:read|${crmId}|${fingerprint(record)}`,
		system: maker.system,
		object: 'contact',
		crmId,
		change: archived ? 'archive' : 'upsert',
		kind: 'snapshot',
		fields: wholeFields(maker, record),
		externalKeys: externalKeys(maker, record),
		editedAt: iso(archived ? earliest : latest),
		readAt: iso(readAt),
		receivedAt: iso(receivedAt),
	};
}

/** Times are whole seconds, so two edits within one differ by their content alone. */
function fingerprint(record: CrmRecord): string {
	const content = Object.entries(record).filter(([name]) => name !== 'attributes');
	const sorted = content.sort(([a], [b]) => (a < b ? -1 : 1));
	return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 24);
}

export function deleteEvent(
	maker: EventMaker,
	deleted: { id: string; deletedAt: number },
	readAt: number,
	receivedAt: number,
): ChangeEventInput {
	return {
		eventId: `${maker.system}:deleted|${deleted.id}|${deleted.deletedAt}`,
		system: maker.system,
		object: 'contact',
		crmId: deleted.id,
		change: 'delete',
		kind: 'delta',
		fields: {},
		editedAt: iso(deleted.deletedAt),
		readAt: iso(readAt),
		receivedAt: iso(receivedAt),
	};
}

/** A delete of a contact that lives on in another one is a merge. `masters`: deleted -> the other one. */
export function asMerge(
	event: ChangeEventInput,
	masters: ReadonlyMap<string, string>,
): ChangeEventInput {
	const mergedInto = event.change === 'delete' ? masters.get(event.crmId) : undefined;
	return mergedInto === undefined ? event : { ...event, change: 'merge', mergedInto };
}

/** LastModifiedDate, ms since the epoch. */
export function modifiedAt(record: CrmRecord): number | undefined {
	const at = Date.parse(String(record['LastModifiedDate'] ?? ''));
	return Number.isNaN(at) ? undefined : at;
}

function isArchived(maker: EventMaker, record: CrmRecord): boolean {
	return isPutAway(maker.archive, (map) => readFields(record, map));
}

export function iso(at: number): string {
	return new Date(at).toISOString();
}

export function eventMaker(
	system: string,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
	parsed: Pick<EventMaker, 'externalIdField' | 'clientId'> & ArchiveSettings,
	toOurs?: EventMaker['toOurs'],
	{ person, households }: Pick<EventMaker, 'person' | 'households'> = PLAIN,
): EventMaker {
	const { externalIdField, clientId } = parsed;
	const map = effectiveMap(fieldMap, settings);
	const own = { system, fieldMap: map, settings, externalIdField, clientId, archive: parsed };
	return { ...own, person, households, toOurs };
}

function ourTime({ toOurs }: EventMaker, at: number): number {
	return toOurs === undefined ? at : toOurs(at);
}
