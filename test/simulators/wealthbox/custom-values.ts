/** Custom fields of tasks, events, opportunities and projects (reference section 14). */
import { isObject } from '../framework';
import type { Scalar, WealthboxStore } from './store';
import { customValue, malformed, refused } from './write';

interface CustomEntry {
	id: number;
	value: Scalar;
}

export class CustomValues {
	constructor(
		private readonly store: WealthboxStore,
		private readonly documentType: string | undefined,
	) {}

	/** Merged by the id of the field, as those of contacts. */
	merged(before: unknown, given: unknown): CustomEntry[] {
		// A published client sends an empty object where there is nothing to set (docs/compatibility.md).
		if (isObject(given) && Object.keys(given).length === 0) return (before ?? []) as CustomEntry[];
		if (!Array.isArray(given)) throw malformed('custom_fields');
		const entries = new Map(((before ?? []) as CustomEntry[]).map((entry) => [entry.id, entry]));
		for (const item of given as unknown[]) {
			if (!isObject(item)) throw malformed('custom_fields');
			const definition = this.store.customFields.find(
				({ id, document_type }) => id === item.id && document_type === this.documentType,
			);
			if (!definition) throw refused('custom_fields', 'id does not exist');
			const value = customValue(definition, item.value);
			entries.set(definition.id, { id: definition.id, value });
		}
		return [...entries.values()];
	}

	shown(entries: unknown): unknown[] {
		return (entries as CustomEntry[]).flatMap(({ id, value }) => {
			const definition = this.store.customFields.find((field) => field.id === id);
			if (!definition) return [];
			const { name, document_type, field_type } = definition;
			return [{ id, name, value, document_type, field_type }];
		});
	}
}
