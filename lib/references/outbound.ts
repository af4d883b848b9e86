/**
 * Which record of a system stands for the entity that a field names? Desired values name entities;
 * what is written names records. Pure, once loaded.
 */
import type { Registers } from '../merge/register';
import { registerValue } from '../merge/register';
import type { Shadow } from '../merge/shadow';
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
	static readonly none = new References(new Map(), new Map());

	private constructor(
		private readonly aliases: ReadonlyMap<string, string>,
		private readonly links: ReadonlyMap<string, Link[]>,
	) {}

	/** What these entities and their records name. */
	static async load(
		tx: StoreTransaction,
		registers: Iterable<Registers>,
		shadows: Iterable<Shadow>,
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
		return new References(aliases, byEntity(await tx.identity.linksOf(current)));
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
		if (fields.length === 0) return desired;
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
		return wanted;
	}

	/** The object of the client, if that lives and has never had a record in the system. */
	clientMissingIn(system: string, { client }: CanonicalFields): ObjectName | undefined {
		if (!isUnifiedId(client)) return undefined;
		const links = this.links.get(this.current(client)) ?? [];
		const isThere = links.some((link) => link.system === system);
		const living = links.find(({ state }) => state === 'active');
		return isThere || living === undefined ? undefined : objectName(living.object);
	}

	/** The same fields with the system's own records. */
	local(system: string, fields: CanonicalFields): CanonicalFields {
		const named = Object.keys(fields).filter(isReferenceField);
		if (named.length === 0) return fields;
		const result = { ...fields };
		for (const field of named) {
			const value = fields[field];
			if (isUnifiedId(value)) result[field] = this.localIn(system, value) ?? value;
		}
		return result;
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
}
