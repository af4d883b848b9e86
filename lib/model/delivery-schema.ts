/** Delivery jobs and their outcomes as they come from the canvas, where people may have changed them. */
import { z } from 'zod';
import type { Json } from './json';
import {
	GONE_POLICIES,
	OPERATIONS,
	URGENCIES,
	type DeliveryJob,
	type DeliveryOutcome,
} from './delivery';
import { systemNameSchema, type ChangeEventInput } from './event';
import { fieldMapSchema } from './field-map';
import { OBJECTS } from './objects';
import type { CanonicalFields } from './fields';

/**
 * Not checked field by field: these values come from the store or a CRM, and a confirmed write must
 * be recorded even if the CRM's record holds something odd.
 */
const fields = z.custom<CanonicalFields>(
	(value) => typeof value === 'object' && value !== null && !Array.isArray(value),
	'must be an object of fields',
);
const instant = z
	.string()
	.datetime({ offset: true, message: 'must be an ISO 8601 time with a zone' });
const json = z.custom<Json>((value) => value !== undefined, 'must be a value');
const crmId = z.string().min(1).max(200);
const deliveryId = z.number().int().positive();
const claimToken = z.string().min(1).max(200);
const reason = z.string().max(10_000);
const code = z.string().max(200);

const jobShape = z.object({
	deliveryId,
	claimToken,
	attempt: z.number().int().positive(),
	urgency: z.enum(URGENCIES).optional(),
	system: systemNameSchema,
	object: z.enum(OBJECTS),
	operation: z.enum(OPERATIONS),
	unifiedId: z.string().min(1).max(100),
	crmId: crmId.nullable(),
	changes: fields,
	desired: fields,
	tried: z.array(fields).optional(),
	unanswered: fields.optional(),
	known: fields,
	fieldMap: fieldMapSchema,
	settings: z.record(json).optional(),
	gonePolicy: z.enum(GONE_POLICIES),
	idempotencyKey: z.string().min(1).max(300),
	syncOrigin: z.string().max(500),
	openedAt: instant,
});

export const deliveryJobSchema: z.ZodType<DeliveryJob, z.ZodTypeDef, unknown> = jobShape.refine(
	(job) => job.operation === 'create' || job.crmId !== null,
	{ message: 'names no record to write to', path: ['crmId'] },
);

const outcomeSchema: z.ZodType<DeliveryOutcome, z.ZodTypeDef, unknown> = z.discriminatedUnion(
	'status',
	[
		z.object({
			status: z.literal('confirmed'),
			crmId,
			known: fields,
			confirmedAt: instant,
			calls: z.number().int().nonnegative(),
			found: z.boolean().optional(),
		}),
		z.object({
			status: z.literal('retry'),
			reason,
			code,
			retryAfterMs: z.number().nonnegative().optional(),
			outcomeUnknown: z.boolean(),
			known: fields.optional(),
			crmId: crmId.optional(),
			// Checked when it is taken in: the result counts whatever was read.
			read: z.custom<ChangeEventInput>((value) => typeof value === 'object').optional(),
		}),
		z.object({ status: z.literal('gone'), reason, code }),
		z.object({
			status: z.literal('rejected'),
			reason,
			code,
			field: z.string().optional(),
			known: fields.optional(),
			crmId: crmId.optional(),
		}),
	],
);

/** What a CRM node's Deliver operation gives to CRM Fabric, Record Result. */
export const deliveryReportSchema = z.object({ deliveryId, claimToken, outcome: outcomeSchema });
