/**
 * Mappings as people and triggers use them: stored once per system and object with every version,
 * checked before they are saved, watched for drift. Each method is one store transaction, but for
 * {@link Mappings.catchUp}, which goes page by page.
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { CrmField, CrmRecord } from '../connectors/connector';
import { markDeliveries, type ConnectorOf } from '../delivery/mark';
import { DeskError } from '../model/failures';
import type { ChangeEventInput } from '../model/event';
import { mapOfObject, objectsOf, type FieldMap } from '../model/field-map';
import type { Drift, MappingVersion } from '../model/mapping';
import type { ObjectName } from '../model/objects';
import { PRIORITY, type SystemRow } from '../model/rows';
import type { SchemaRow } from '../store/mappings';
import type { Store, StoreTransaction } from '../store/store';
import type { SystemRegistration } from '../store/systems';
import { problemsOf, suggestionsFor } from './advice';
import { isUnread } from './holds';
import { mayHaveDrifted, takeReading } from './reading';
import {
	besidePanel,
	checkedMap,
	dropPending,
	noMapping,
	putVersion,
	registerWithMap,
	schemaOf,
	type BesidePanel,
	type MappingAsked,
	type SaveAsked,
} from './saving';
import { observed, type SchemaNews } from './schema';
import { objectsDescribed, settleDrift, storedMapOf, withPending, type Standing } from './standing';
import type { Suggestion } from './suggest';
import type { Problem } from './validate';

export interface MappingView extends MappingAsked {
	version: MappingVersion;
	/** What is not as the mapping expects it, and what is done about it. */
	drifts: Drift[];
	/** ms; null: the CRM was not asked for its fields yet. */
	describedAt: number | null;
}

/** A trigger's system. `replaced`: sentences for people on versions that had to give way to its panel. */
export type Registered = SystemRow & { replaced: string[] };

export interface DriftReport extends Standing {
	news: Array<SchemaNews & { object: ObjectName }>;
}

/** Clients compared in one transaction when a mapping has changed. */
const PAGE = 200;
const MAX_NAMED = 5;

export class Mappings {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		/** `mapping:<system>` when the map in force has changed. */
		private readonly signals: EventEmitter,
	) {}

	/** Throws a DeskError if the system has no such mapping. */
	get(asked: MappingAsked): Promise<MappingView> {
		return this.store.read(async (tx) => {
			const version = await tx.mappings.newest(asked.system, asked.object);
			if (version === undefined) throw noMapping(asked);
			const row = await schemaOf(tx, asked);
			const { drifts = [], schema } = row ?? {};
			return { ...asked, version, drifts, describedAt: schema?.seenAt ?? null };
		});
	}

	/** Newest first. */
	versions({ system, object }: MappingAsked, limit: number): Promise<MappingVersion[]> {
		return this.store.read((tx) => tx.mappings.list(system, object, limit));
	}

	/** The CRM's fields as they were last described; undefined: they never were. */
	schema(asked: MappingAsked): Promise<SchemaRow | undefined> {
		return this.store.read((tx) => schemaOf(tx, asked));
	}

	/** What stands, of one system or of all. */
	drifts(system?: string): Promise<Drift[]> {
		return this.store.read(async (tx) =>
			(await tx.mappings.schemas(system)).flatMap(({ drifts }) => drifts),
		);
	}

	/** Objects whose fields are to be watched: those that are mapped and can be described. */
	async objectsOf(system: string): Promise<ObjectName[]> {
		const row = await this.store.read((tx) => tx.systems.get(system));
		if (row === undefined) return [];
		return objectsDescribed(
			objectsOf(storedMapOf(row)),
			this.connectorOf(row.connector).capabilities.objects,
		);
	}

	/**
	 * A new version, in force at once. What the CRM holds now is agreed to with it. Throws a DeskError if it
	 * is no mapping, or if errors are found in it and it is not forced.
	 */
	async save(asked: SaveAsked): Promise<MappingVersion> {
		const map = checkedMap(asked);
		const problems = asked.force === true ? [] : await this.validate({ ...asked, map });
		const errors = problems.filter(({ severity }) => severity === 'error');
		if (errors.length > 0) {
			const named = errors.slice(0, MAX_NAMED).map(({ sentence }) => sentence);
			const more = errors.length - named.length;
			throw new DeskError(
				`The mapping cannot be saved as it is. ${named.join(' ')}${more > 0 ? ` (${more} more.)` : ''} Correct it, or save it all the same.`,
			);
		}
		return await this.put({ ...asked, map }, 'desk');
	}

	/** Checked against the CRM's fields as they were last described, and the values of known clients. */
	validate({ system, object, map }: MappingAsked & { map: FieldMap }): Promise<Problem[]> {
		return this.store.read(async (tx) => {
			const row = await requireSystem(tx, { system, object });
			const fields = (await schemaOf(tx, { system, object }))?.schema.current ?? [];
			return await problemsOf(tx, this.connectorOf(row.connector), row, { object, map, fields });
		});
	}

	/** Of a mapping in force that came from a trigger's panel, which nobody checked when it was published. */
	async problemsOfPanel(asked: MappingAsked): Promise<Problem[]> {
		const version = await this.store.read((tx) => tx.mappings.newest(asked.system, asked.object));
		return version?.origin === 'panel' ? await this.validate({ ...asked, map: version.map }) : [];
	}

	/** `records`: raw ones of the CRM, whose values are compared. `fields`: default as last described. */
	suggest(
		asked: MappingAsked & { records?: readonly CrmRecord[]; fields?: readonly CrmField[] },
	): Promise<Suggestion[]> {
		return this.store.read(async (tx) => {
			const row = await requireSystem(tx, asked);
			const fields = asked.fields ?? (await schemaOf(tx, asked))?.schema.current ?? [];
			const records = asked.records ?? [];
			const connector = this.connectorOf(row.connector);
			return await suggestionsFor(tx, connector, row, { ...asked, fields, records });
		});
	}

	/** The mappings of an older version, as a new one. */
	async restore(asked: MappingAsked & { version: number; by?: string }): Promise<MappingVersion> {
		const { system, object, version } = asked;
		const old = await this.store.read((tx) => tx.mappings.get(system, object, version));
		if (old === undefined) {
			throw new DeskError(
				`${system} has no version ${version} of the mapping of ${object}. List the versions to see which there are.`,
			);
		}
		const note = `Version ${version} again`;
		return await this.put({ ...asked, map: old.map, note }, 'restore');
	}

	private async put(asked: SaveAsked, origin: 'desk' | 'restore'): Promise<MappingVersion> {
		const saved = await this.store.transaction((tx) =>
			putVersion(tx, asked, origin, this.clock.now()),
		);
		this.wake(asked.system);
		return saved;
	}

	/** What the CRM says its fields are. Noticed drifts are held, or ended, as the policy says. */
	async observe(
		{ system, object }: MappingAsked,
		fields: readonly CrmField[],
	): Promise<DriftReport> {
		const report = await this.store.transaction(async (tx) => {
			const row = await tx.systems.get(system);
			// A description without a field is none: everything would seem to have vanished.
			const isNone = row === undefined || fields.length === 0;
			const news = isNone ? [] : await this.note(tx, row, object, fields);
			return { ...(await settleDrift(tx, system, this.clock.now())), news };
		});
		if (report.changed) this.wake(system);
		return report;
	}

	/** A trigger starts. What its panel says anew becomes a version: see lib/mapping/panel. */
	async register(registration: SystemRegistration): Promise<Registered> {
		const { row, isNew, replaced } = await this.store.transaction((tx) =>
			registerWithMap(tx, registration, this.clock.now()),
		);
		if (isNew) this.wake(registration.name);
		return { ...row, replaced };
	}

	/** Where the trigger's panel, as it was published last, shows something else than what is in force. */
	besidePanel(asked: MappingAsked): Promise<BesidePanel> {
		return this.store.read((tx) => besidePanel(tx, asked));
	}

	/** Ids of the events that are not to be believed before the CRM was asked for its fields. */
	mayHaveDrifted(system: string, events: readonly ChangeEventInput[]): Promise<string[]> {
		return this.store.read((tx) => mayHaveDrifted(tx, system, events));
	}

	/** Fields that the CRM is to be read for once, by object. */
	toRead(system: string): Promise<Array<{ object: ObjectName; fields: string[] }>> {
		return this.store.read(async (tx) => {
			const { holds = [] } = (await tx.systems.get(system)) ?? {};
			return (await tx.mappings.schemas(system)).flatMap(({ object, pending }) => {
				// What is held is not read; it stays to be done until the hold ends.
				const fields = pending.read.filter((field) => !isUnread(holds, object, field));
				return fields.length === 0 ? [] : [{ object, fields }];
			});
		});
	}

	/** Snapshots of such a reading. Answers how many told anything new. */
	async take(system: string, events: readonly ChangeEventInput[]): Promise<number> {
		const taken = await this.store.transaction((tx) =>
			takeReading(tx, system, events, this.clock.now()),
		);
		if (taken > 0) this.signals.emit(`events:${system}`);
		return taken;
	}

	/** All records have been read for these fields: now they can be compared. */
	async haveRead(asked: MappingAsked, fields: readonly string[]): Promise<void> {
		await this.store.transaction(async (tx) => {
			await dropPending(tx, asked, 'read', fields);
			const row = await schemaOf(tx, asked);
			if (row !== undefined) await tx.mappings.saveSchema(withPending(row, fields));
		});
	}

	/**
	 * Compares all clients in the fields that a mapping has changed or a hold has set free; what differs goes
	 * out. Broken off, it begins again. Answers how many deliveries were opened.
	 */
	async catchUp(system: string): Promise<number> {
		const rows = await this.store.read((tx) => tx.mappings.schemas(system));
		let opened = 0;
		for (const { object, pending } of rows) {
			if (pending.compare.length === 0) continue;
			opened += await this.compareAll({ system, object }, pending.compare);
		}
		if (opened > 0) this.signals.emit('deliveries');
		return opened;
	}

	private async compareAll(asked: MappingAsked, names: readonly string[]): Promise<number> {
		const fields = new Set(names);
		const run = `mapping/${asked.system}/${this.clock.now()}`;
		let opened = 0;
		for (let after: string | null = null; ; ) {
			const page: string[] = await this.store.transaction(async (tx) => {
				const ids = await tx.identity.page(after, PAGE);
				if (ids.length === 0) await dropPending(tx, asked, 'compare', names);
				const cause = { syncOrigin: 'mapping', run, fields };
				const marked = await markDeliveries(tx, new Map(ids.map((id) => [id, cause])), {
					connectorOf: this.connectorOf,
					now: this.clock.now(),
					priority: PRIORITY.backfill,
				});
				opened += marked.opened;
				return ids;
			});
			if (page.length === 0) return opened;
			after = page.at(-1) ?? null;
		}
	}

	private async note(
		tx: StoreTransaction,
		system: SystemRow,
		object: ObjectName,
		fields: readonly CrmField[],
	): Promise<DriftReport['news']> {
		const before = await schemaOf(tx, { system: system.name, object });
		const map = mapOfObject(storedMapOf(system), object);
		const { schema, news } = observed(before?.schema, fields, map, this.clock.now());
		const { drifts = [], pending = { compare: [], read: [] } } = before ?? {};
		await tx.mappings.saveSchema({ system: system.name, object, schema, drifts, pending });
		return news.map((one) => ({ ...one, object }));
	}

	private wake(system: string): void {
		this.signals.emit(`mapping:${system}`);
	}
}

async function requireSystem(tx: StoreTransaction, asked: MappingAsked): Promise<SystemRow> {
	const row = await tx.systems.get(asked.system);
	if (row === undefined) throw noMapping(asked);
	return row;
}
