/**
 * An administrator changes the database's configuration:
 * - `PATCH /_sim/fields/:id`: `name`, `field_type`, `field_type_description` of a user defined field; with
 *   `newId` it is made anew under another id, and its values are brought over,
 * - `DELETE /_sim/fields/:id`: the field and its values are gone,
 * - `DELETE|POST /_sim/lists/:list/:name`: an entry of a list is removed, or brought back.
 */
import { z } from 'zod';
import { json, SimHttpError, type SimRequest, type SimRoute } from '../framework';
import { LISTS, type ListItem, type UdfDefinition } from './catalog';
import type { RedtailStore } from './store';

const editSchema = z
	.object({
		name: z.string().min(1).optional(),
		field_type: z.number().int().optional(),
		field_type_description: z.string().optional(),
		newId: z.number().int().positive().optional(),
	})
	.strict();

function checked(value: unknown): z.infer<typeof editSchema> {
	const result = editSchema.safeParse(value);
	if (result.success) return result.data;
	throw new SimHttpError(json(400, { error: result.error.issues.map(String).join('; ') }));
}

function required<T>(found: T | undefined, what: string): T {
	if (found !== undefined) return found;
	throw new SimHttpError(json(404, { error: `No such ${what}` }));
}

function fieldOf(store: RedtailStore, id: string | undefined): UdfDefinition {
	return required(
		store.udfFields.find((field) => field.id === Number(id)),
		'field',
	);
}

function itemOf({ params }: SimRequest): ListItem {
	const name = decodeURIComponent(params.name ?? '');
	return required(
		LISTS[params.list ?? '']?.find((item) => item.name === name),
		'entry',
	);
}

/** The contacts' values; none of them counts as edited. `to` null: they are gone. */
function moveValues(store: RedtailStore, from: number, to: number | null): void {
	for (const contact of store.all()) {
		contact.udfs = contact.udfs.flatMap((udf) => {
			if (udf.fieldId !== from) return [udf];
			return to === null ? [] : [{ ...udf, fieldId: to }];
		});
	}
}

export function fieldRoutes(store: RedtailStore): SimRoute[] {
	const item = '/_sim/lists/:list/:name';
	return [
		{
			method: 'PATCH',
			path: '/_sim/fields/:id',
			handle: (request) => {
				const field = fieldOf(store, request.params.id);
				const { newId, ...plain } = checked(request.object());
				Object.assign(field, plain);
				if (newId !== undefined) moveValues(store, field.id, newId);
				if (newId !== undefined) field.id = newId;
				return json(200, field);
			},
		},
		{
			method: 'DELETE',
			path: '/_sim/fields/:id',
			handle: (request) => {
				const field = fieldOf(store, request.params.id);
				store.udfFields.splice(store.udfFields.indexOf(field), 1);
				moveValues(store, field.id, null);
				return { status: 204 };
			},
		},
		{
			method: 'DELETE',
			path: item,
			handle: (request) => {
				store.removedItems.add(itemOf(request));
				return { status: 204 };
			},
		},
		{
			method: 'POST',
			path: item,
			handle: (request) => {
				store.removedItems.delete(itemOf(request));
				return { status: 204 };
			},
		},
	];
}
