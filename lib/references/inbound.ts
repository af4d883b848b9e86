/**
 * References as a CRM makes them (`contact:8842`) become unified ids, as registers and shadows keep
 * them. What the fabric does not know yet stays as the CRM made it.
 */
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import { isReferenceField, parseLocalReference, REFERENCE_FIELDS } from '../model/objects';
import type { StoreTransaction } from '../store/store';

interface Referring {
	system: string;
	fields: CanonicalFields;
	members?: readonly string[];
}

/** Events whose references name entities, as far as these are known. Events without any are answered as they are. */
export async function withUnifiedReferences<E extends ChangeEvent>(
	tx: StoreTransaction,
	events: readonly E[],
): Promise<E[]> {
	const named = await Named.load(tx, events);
	return events.map((event) => {
		const fields = named.unified(event);
		const { members } = event;
		if (members === undefined) return fields === event.fields ? event : { ...event, fields };
		return {
			...event,
			fields,
			members: members.map((one) => named.idOf(event.system, one) ?? one),
		};
	});
}

/** The same for what a CRM said of records of one system each. */
export async function fieldsWithUnifiedReferences(
	tx: StoreTransaction,
	told: readonly Referring[],
): Promise<CanonicalFields[]> {
	const named = await Named.load(tx, told);
	return told.map((one) => named.unified(one));
}

class Named {
	private constructor(private readonly owners: ReadonlyMap<string, string>) {}

	static async load(tx: StoreTransaction, told: readonly Referring[]): Promise<Named> {
		const addresses = new Map<string, RecordAddress>();
		for (const { system, fields, members = [] } of told) {
			const values = REFERENCE_FIELDS.map((field) => fields[field]);
			for (const value of [...values, ...members]) {
				const local = localOf(value);
				if (local === undefined) continue;
				const address = { system, ...local };
				addresses.set(recordKey(address), address);
			}
		}
		if (addresses.size === 0) return new Named(new Map());
		const links = await tx.identity.links([...addresses.values()]);
		return new Named(new Map([...links].map(([key, { entityId }]) => [key, entityId])));
	}

	idOf(system: string, value: unknown): string | undefined {
		const local = localOf(value);
		return local && this.owners.get(recordKey({ system, ...local }));
	}

	unified({ system, fields }: Referring): CanonicalFields {
		if (this.owners.size === 0) return fields;
		const changed = Object.entries(fields).flatMap(([field, value]) => {
			const id = isReferenceField(field) ? this.idOf(system, value) : undefined;
			return id === undefined ? [] : [[field, id] as const];
		});
		return changed.length === 0 ? fields : { ...fields, ...Object.fromEntries(changed) };
	}
}

function localOf(value: unknown) {
	return typeof value === 'string' ? parseLocalReference(value) : undefined;
}
