/** Change Data Capture: what a commit of the store looks like as change events. */
import { createHash } from 'node:crypto';
import type { EventBus } from './event-bus';
import type { FieldDef, ObjectDef } from './schema';
import type { Change, Commit, Row } from './store';
import type { Switches } from './switches';
import { plainValue } from './values';

export interface ChangeEventHeader {
	entityName: string;
	recordIds: string[];
	changeType: string;
	changedFields?: string[];
	changeOrigin: string;
	transactionKey: string;
	sequenceNumber: number;
	/** Milliseconds; whole seconds. */
	commitTimestamp: number;
	commitNumber: number;
	commitUser: string;
}

/** An event put on the bus by hand: GAP_*, GAP_OVERFLOW, enriched or oddly shaped ones. */
export interface InjectedEvent {
	entityName?: string;
	changeType: string;
	recordIds?: string[];
	changedFields?: string[];
	changeOrigin?: string;
	commitTimestamp?: number;
	/** Body beside the header. */
	fields?: Record<string, unknown>;
}

type Fields = Record<string, unknown>;

/** The header's parts that all events of one transaction share. */
type CommitPart = Pick<
	ChangeEventHeader,
	'changeOrigin' | 'transactionKey' | 'commitTimestamp' | 'commitNumber' | 'commitUser'
>;

const FIRST_COMMIT = 11_720_345_118_802;

export class ChangeDataCapture {
	private transactions = 0;

	constructor(
		private readonly bus: EventBus,
		private readonly switches: Switches,
		private readonly now: () => number,
		private readonly systemUser: string,
	) {}

	/** How many transactions there were: their keys and numbers never come twice. */
	save(): number {
		return this.transactions;
	}

	restore(transactions: number): void {
		this.transactions = transactions;
	}

	/** Publishes the events of one commit; objects not selected leave holes in the numbering. */
	publish({ actor, at, changes }: Commit): void {
		const shared = this.commitPart(at, actor.userId, actor.origin);
		let sequenceNumber = 0;
		for (const group of this.group(changes)) {
			sequenceNumber += 1;
			const { row, type, changed } = group.first;
			if (!this.switches.selectedEntities.includes(row.object.name)) continue;
			const header: ChangeEventHeader = {
				...shared,
				sequenceNumber,
				entityName: row.object.name,
				changeType: type,
				recordIds: group.ids,
				...(this.switches.omitChangedFields ? {} : { changedFields: eventNames(row, changed) }),
			};
			this.send(header, group.fields);
		}
	}

	inject(event: InjectedEvent): void {
		const { changeType, fields = {}, changedFields = [], recordIds = [] } = event;
		const shared = this.commitPart(this.now(), this.systemUser, event.changeOrigin ?? '');
		const header: ChangeEventHeader = {
			...shared,
			commitTimestamp: event.commitTimestamp ?? shared.commitTimestamp,
			sequenceNumber: 1,
			entityName: event.entityName ?? 'Contact',
			changeType,
			recordIds,
			changedFields,
		};
		this.send(header, fields);
	}

	private send(header: ChangeEventHeader, fields: Fields): void {
		this.bus.publish(header.entityName, {
			schema: schemaId(header.entityName),
			payload: { ...fields, ChangeEventHeader: header },
		});
	}

	private commitPart(at: number, commitUser: string, changeOrigin: string): CommitPart {
		this.transactions += 1;
		return {
			changeOrigin,
			commitUser,
			transactionKey: transactionKey(this.transactions),
			commitTimestamp: Math.floor(at / 1000) * 1000,
			commitNumber: FIRST_COMMIT + this.transactions * 4_801,
		};
	}

	/** Records changed alike in one transaction share one event. */
	private group(changes: readonly Change[]) {
		const groups: Array<{ first: Change; fields: Fields; ids: string[] }> = [];
		const byContent = new Map<string, (typeof groups)[number]>();
		for (const change of changes) {
			const { row, type, changed } = change;
			const fields = eventFields(change, this.switches.clearedFields);
			const content = JSON.stringify([row.object.name, type, changed, fields]);
			const known = byContent.get(content);
			if (known !== undefined && this.switches.mergeSameChanges && !known.ids.includes(row.id)) {
				known.ids.push(row.id);
				continue;
			}
			const group = { first: change, fields, ids: [row.id] };
			groups.push(group);
			byContent.set(content, group);
		}
		return groups;
	}
}

/** CREATE and UNDELETE: all that is not empty. UPDATE: what changed. DELETE: nothing. */
function eventFields({ row, type, changed }: Change, cleared: Switches['clearedFields']): Fields {
	if (type === 'DELETE') return {};
	const isUpdate = type === 'UPDATE';
	const fields: Fields = {};
	for (const def of row.object.fields) {
		if (!def.inEvents || (isUpdate && !changed.includes(def.name))) continue;
		// A person account's name comes in its parts.
		if (def.name === 'Name' && row.values['IsPersonAccount'] === true) continue;
		const value = plainValue(row, def);
		if (value === null && !(isUpdate && cleared === 'null')) continue;
		if (def.compound === undefined) fields[def.name] = value;
		else {
			const parts = (fields[def.compound] ?? {}) as Fields;
			fields[def.compound] = { ...parts, [def.part ?? def.name]: value };
		}
	}
	return fields;
}

function eventNames(row: Row, changed: readonly string[]): string[] {
	const names = row.object.fields
		.filter((def) => def.inEvents && changed.includes(def.name))
		.map(eventName);
	// As in the captures, LastModifiedDate stands last.
	const tail = ['LastModifiedDate', 'LastModifiedById'];
	return [
		...names.filter((name) => !tail.includes(name)),
		...tail.filter((name) => names.includes(name)),
	];
}

function eventName(def: FieldDef): string {
	return def.compound === undefined ? def.name : `${def.compound}.${def.part ?? def.name}`;
}

function transactionKey(count: number): string {
	const hash = createHash('sha1').update(`transaction ${count}`).digest('hex');
	const cuts = [8, 12, 16, 20, 32];
	return cuts.map((end, index) => hash.slice(cuts[index - 1] ?? 0, end)).join('-');
}

export function schemaId(entityName: string): string {
	return createHash('sha1').update(`schema ${entityName}`).digest('base64url').slice(0, 22);
}

/** The event's schema as `eventSchema?payloadFormat=COMPACT` shows it: Avro, compounds as records. */
export function eventSchema(object: ObjectDef): Record<string, unknown> {
	const names = new Set(
		object.fields.filter(({ inEvents }) => inEvents).map((def) => def.compound ?? def.name),
	);
	const fields = [...names].map((name) => ({ name, type: ['null', 'string'], default: null }));
	return {
		name: `${object.name}ChangeEvent`,
		namespace: 'com.sforce.eventbus',
		type: 'record',
		fields: [{ name: 'ChangeEventHeader', type: 'ChangeEventHeader' }, ...fields],
		uuid: schemaId(object.name),
	};
}
