/**
 * Which record of a system stands for the entity that a field names? Desired values name entities;
 * what is written names records. Pure, once loaded.
 */
import type { Registers } from '../merge/register';
import { registerValue } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import { isEmpty } from '../model/canonical';
import { recordKey } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import { byEntity, type Link } from '../model/rows';
import {
	isReferenceField,
	isUnifiedId,
	isUnknownReference,
	localReference,
	REFERENCE_FIELDS,
	objectName,
	parseLocalReference,
	type ObjectName,
} from '../model/objects';
import type { StoreTransaction } from '../store/store';

export class References {
	static readonly none = new References(new Map(), new Map(), new Set());

	private constructor(
		private readonly aliases: ReadonlyMap<string, string>,
		private readonly links: ReadonlyMap<string, Link[]>,
		/** Keys of records that the fabric itself removed: with their client they come back. */
		private readonly removed: ReadonlySet<string>,
	) {}

	/** What these entities and their records name. */
	static async load(
		tx: StoreTransaction,
		registers: Iterable<Registers>,
		shadows: Iterable<Shadow>,
		/** Records that count as if they were there. */
		assumed: readonly Link[] = [],
	): Promise<References> {
		const ids = new Set<string>();
		const note = (value: unknown) => isUnifiedId(value) && ids.add(value);
		for (const one of registers)
			for (const field of REFERENCE_FIELDS) note(registerValue(field, one[field]));
		for (const { fields } of shadows)
			for (const field of REFERENCE_FIELDS) note(fields[field]?.value);
		if (ids.size === 0) return References.none;
		const aliases = await tx.entities.aliases([...ids]);
		const current = [...new Set([...ids].map((id) => aliases.get(id) ?? id))];
		const links = await tx.identity.linksOf(current);
		const unlinked = links.filter(({ state }) => state === 'unlinked');
		const gone = unlinked.length === 0 ? [] : [...(await tx.registers.shadows(unlinked))];
		const removed = gone.flatMap(([key, { removedBy }]) => (removedBy === 'fabric' ? [key] : []));
		return new References(aliases, byEntity([...links, ...assumed]), new Set(removed));
	}

	/** The client that these registers name, with its records; undefined: they name none. */
	clientOf(registers: Registers): { entityId: string; links: Link[] } | undefined {
		const value = registerValue('client', registers['client']);
		if (!isUnifiedId(value)) return undefined;
		const entityId = this.current(value);
		return { entityId, links: this.links.get(entityId) ?? [] };
	}

	/**
	 * What the record should hold as far as this system can name it: a field whose entity has no record
	 * there is left as it is. An entity that became part of another one is the same as that one.
	 */
	wantedIn(
		system: string,
		desired: CanonicalFields,
		shadow: Shadow | undefined,
		/** What the field `client` can name there; absent: anything. */
		clients?: readonly ObjectName[],
	): CanonicalFields {
		const fields = Object.keys(desired).filter(isReferenceField);
		if (fields.length === 0) return withoutIdleRole(desired);
		const wanted = { ...desired };
		for (const field of fields) {
			const value = desired[field];
			const known = shadow?.fields[field]?.value;
			// A person's word that is not merged yet is not written over.
			if (isUnknownReference(field, known)) {
				delete wanted[field];
				continue;
			}
			if (!isUnifiedId(value)) continue;
			if (isUnifiedId(known) && this.current(known) === this.current(value)) wanted[field] = known;
			else if (this.canName(system, field, value, clients)) wanted[field] = this.current(value);
			else delete wanted[field];
		}
		return withoutIdleRole(wanted);
	}

	/**
	 * The object of the client, if that lives and has never had a record in the system, or if we removed the one that
	 * it had: what went with it comes back with it.
	 */
	clientMissingIn(system: string, { client }: CanonicalFields): ObjectName | undefined {
		if (!isUnifiedId(client)) return undefined;
		const links = this.links.get(this.current(client)) ?? [];
		const own = links.filter((link) => link.system === system);
		if (own.some((link) => !this.removed.has(recordKey(link)))) return undefined;
		const known = own[0] ?? links.find(({ state }) => state === 'active');
		return known && objectName(known.object);
	}

	/** The same fields with the system's own records. */
	local(system: string, fields: CanonicalFields): CanonicalFields {
		const named = Object.keys(fields).filter(isReferenceField);
		if (named.length === 0) return fields;
		const result = { ...fields };
		for (const field of named) {
			const value = fields[field];
			if (!isUnifiedId(value)) continue;
			// What a record is known to name may be gone by now.
			result[field] = this.localIn(system, value) ?? this.formerIn(system, value) ?? value;
		}
		return result;
	}

	/** As {@link local}, without what may be any of several records that an entity has had there. */
	sure(system: string, fields: CanonicalFields): CanonicalFields {
		const isOne = (id: string) =>
			(this.links.get(this.current(id)) ?? []).filter((link) => link.system === system).length < 2;
		const sure = Object.entries(fields).filter(
			([field, value]) => !isReferenceField(field) || !isUnifiedId(value) || isOne(value),
		);
		return this.local(system, Object.fromEntries(sure));
	}

	private canName(
		system: string,
		field: string,
		id: string,
		clients: readonly ObjectName[] | undefined,
	): boolean {
		const local = parseLocalReference(this.localIn(system, id) ?? '');
		if (local === undefined) return false;
		return field !== 'client' || (clients?.includes(local.object) ?? true);
	}

	private current(id: string): string {
		return this.aliases.get(id) ?? id;
	}

	private localIn(system: string, id: string): string | undefined {
		const link = this.links
			.get(this.current(id))
			?.find((one) => one.system === system && one.state !== 'unlinked');
		return link && localReference(link.object, link.crmId);
	}

	private formerIn(system: string, id: string): string | undefined {
		const own = (this.links.get(this.current(id)) ?? []).filter((one) => one.system === system);
		const [last] = own.sort((a, b) => b.recreated - a.recreated);
		return last && localReference(last.object, last.crmId);
	}
}

/**
 * A role is one in a household. Until the system can name that, a role has no place there, and a record
 * without one has not lost it.
 */
function withoutIdleRole(wanted: CanonicalFields): CanonicalFields {
	if (isEmpty(wanted['householdRole'] ?? null) || isUnifiedId(wanted['household'])) return wanted;
	const rest = { ...wanted };
	delete rest['householdRole'];
	return rest;
}
