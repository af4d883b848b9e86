/**
 * An administrator changes the account's custom fields:
 * - `PATCH /_sim/fields/:id`: `name`, `field_type`, `options` (labels); with `newId` it is made anew
 *   under another id, and its values are brought over,
 * - `DELETE /_sim/fields/:id`: the field and its values are gone.
 */
import { z } from 'zod';
import { json, SimHttpError, type SimRoute } from '../framework';
import type { CustomFieldDefinition } from './catalog';
import type { WealthboxStore } from './store';

const editSchema = z
	.object({
		name: z.string().min(1).optional(),
		field_type: z.enum(['single_select', 'text', 'number', 'date', 'checkbox']).optional(),
		options: z.array(z.string().min(1)).optional(),
		newId: z.number().int().positive().optional(),
	})
	.strict();

function checked(value: unknown): z.infer<typeof editSchema> {
	const result = editSchema.safeParse(value);
	if (result.success) return result.data;
	throw new SimHttpError(json(400, { error: result.error.issues.map(String).join('; ') }));
}

function definitionOf(store: WealthboxStore, id: string | undefined): CustomFieldDefinition {
	const found = store.customFields.find((field) => field.id === Number(id));
	if (found === undefined) throw new SimHttpError(json(404, { error: 'No such field' }));
	return found;
}

/** Ids of options that stay are kept. */
function optionsOf(definition: CustomFieldDefinition, labels: string[]) {
	const known = new Map(definition.options.map(({ id, label }) => [label, id]));
	const first = definition.id * 100;
	return labels.map((label, index) => ({ id: known.get(label) ?? first + index, label }));
}

/** The contacts' values; none of them counts as edited. `to` null: they are gone. */
function moveValues(store: WealthboxStore, from: number, to: number | null): void {
	for (const contact of store.all()) {
		contact.customFields = contact.customFields.flatMap((entry) => {
			if (entry.id !== from) return [entry];
			return to === null ? [] : [{ ...entry, id: to }];
		});
	}
}

export function fieldRoutes(store: WealthboxStore): SimRoute[] {
	return [
		{
			method: 'PATCH',
			path: '/_sim/fields/:id',
			handle: (request) => {
				const definition = definitionOf(store, request.params.id);
				const { newId, options, ...plain } = checked(request.object());
				Object.assign(definition, plain);
				if (options !== undefined) definition.options = optionsOf(definition, options);
				if (newId !== undefined) moveValues(store, definition.id, newId);
				if (newId !== undefined) definition.id = newId;
				return json(200, definition);
			},
		},
		{
			method: 'DELETE',
			path: '/_sim/fields/:id',
			handle: (request) => {
				const definition = definitionOf(store, request.params.id);
				store.customFields.splice(store.customFields.indexOf(definition), 1);
				moveValues(store, definition.id, null);
				return { status: 204 };
			},
		},
	];
}
