/** What `/_sim/` has for Salesforce alone. */
import { z } from 'zod';
import { json, SimHttpError, type SimRequest, type SimRoute } from '../framework';
import { undeleteWithChildren } from './cascade';
import type { Org } from './org';
import { ensureRecordTypes } from './record-types';
import { orgObjects } from './schema/objects';
import { switchesSchema } from './switches';

const eventSchema = z
	.object({
		entityName: z.string().optional(),
		changeType: z.string(),
		recordIds: z.array(z.string()).optional(),
		changedFields: z.array(z.string()).optional(),
		changeOrigin: z.string().optional(),
		commitTimestamp: z.number().optional(),
		fields: z.record(z.unknown()).optional(),
	})
	.strict();

const fieldSchema = z
	.object({
		name: z.string().min(1).optional(),
		label: z.string().min(1).optional(),
		type: z.enum(['string', 'textarea', 'picklist', 'date', 'datetime', 'boolean']).optional(),
		values: z.array(z.string().min(1)).optional(),
		writable: z.boolean().optional(),
		required: z.boolean().optional(),
	})
	.strict();

/** `PATCH /_sim/fields/:object/:field`: setup changes a field; its rows' values go with its name. */
function changeField(org: Org, request: SimRequest) {
	const object = org.schema.object(request.params.object ?? '');
	const field = object && org.schema.field(object, request.params.field ?? '');
	if (object === undefined || field === undefined) {
		throw new SimHttpError(json(404, { error: 'No such field' }));
	}
	const edit = checked(fieldSchema, request.object());
	if (edit.name !== undefined) org.store.rename(object, field.name, edit.name);
	org.schema.change(object, field.name, edit);
	return json(200, { ...field, ...edit });
}

/** `POST /_sim/records/:object/:id/undelete`: a person takes it out of the recycle bin, with what went with it. */
function undeleteRecord(org: Org, request: SimRequest) {
	const object = org.schema.object(request.params.object ?? '');
	const row = object && org.store.find(object, request.params.id ?? '');
	if (row?.deletedAt === null || row === undefined) {
		throw new SimHttpError(json(404, { error: 'No such record in the recycle bin' }));
	}
	org.store.transact(org.advisor, () => undeleteWithChildren(org, row));
	return json(200, { id: row.id });
}

function checked<T>(schema: z.ZodType<T, z.ZodTypeDef, unknown>, value: unknown): T {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new SimHttpError(json(400, { error: result.error.issues.map(String).join('; ') }));
}

export function salesforceAdminRoutes(org: Org): SimRoute[] {
	return [
		{ method: 'GET', path: '/_sim/switches', handle: () => json(200, org.switches) },
		{
			method: 'PATCH',
			path: '/_sim/switches',
			handle: (request) => {
				const merged = { ...org.switches, ...request.object() };
				Object.assign(org.switches, checked(switchesSchema, merged));
				org.schema.redefine(orgObjects(org.switches));
				ensureRecordTypes(org.store, org.switches);
				return json(200, org.switches);
			},
		},
		{
			method: 'PATCH',
			path: '/_sim/fields/:object/:field',
			handle: (request) => changeField(org, request),
		},
		{
			method: 'POST',
			path: '/_sim/records/:object/:id/undelete',
			handle: (request) => undeleteRecord(org, request),
		},
		{
			method: 'POST',
			path: '/_sim/events',
			handle: (request) => {
				org.cdc.inject(checked(eventSchema, request.object()));
				return json(201, {});
			},
		},
	];
}
