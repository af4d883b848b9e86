/** What `/_sim/` has for Salesforce alone. */
import { z } from 'zod';
import { json, SimHttpError, type SimRoute } from '../framework';
import type { Org } from './org';
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
				return json(200, org.switches);
			},
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
