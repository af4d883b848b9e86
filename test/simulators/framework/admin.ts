/**
 * The endpoints beside the CRM's API: `/_sim/*` for tests and the demo page, `/` for a person's
 * hands. They see no faults and no rate limit, and are not counted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Fault, People, PlainEdit, Simulator } from '../simulator';
import type { SimResponse, SimRoute } from './http';
import { json, SimHttpError, text } from './http';
import type { FaultBox } from './faults';
import type { CallLogs } from './logs';

/** Thrown by `People` for an id that is not there (any more). */
export class UnknownContactError extends Error {
	override readonly name = 'UnknownContactError';

	constructor(id: string) {
		super(`There is no contact ${id} in this simulator`);
	}
}

const nullableText = z.string().max(10_000).nullable();
const entry = { kind: z.string().min(1).max(100).optional(), primary: z.boolean().optional() };
const part = z.string().max(1_000).optional();

const plainEditSchema = z
	.object({
		type: z.enum(['person', 'household', 'organization', 'trust']),
		firstName: nullableText,
		lastName: nullableText,
		name: nullableText,
		jobTitle: nullableText,
		companyName: nullableText,
		birthDate: z
			.string()
			.regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date as YYYY-MM-DD')
			.nullable(),
		status: nullableText,
		emails: z.array(z.object({ ...entry, address: z.string().min(1).max(320) }).strict()).max(50),
		phones: z.array(z.object({ ...entry, number: z.string().min(1).max(100) }).strict()).max(50),
		addresses: z
			.array(
				z
					.object({
						...entry,
						street: part,
						city: part,
						state: part,
						postalCode: part,
						country: part,
					})
					.strict(),
			)
			.max(50),
		tags: z.array(z.string().min(1).max(200)).max(200),
	})
	.partial()
	.strict() satisfies z.ZodType<PlainEdit>;

/** `from` becomes a part of `into`. */
const mergeSchema = z.object({ into: z.string(), from: z.string() }).strict();

const faultSchema = z
	.object({
		kind: z.string().min(1).max(100),
		match: z.string().max(500).optional(),
		times: z.number().int().min(1).max(1_000_000).optional(),
		status: z.number().int().min(200).max(599).optional(),
		ms: z.number().int().min(0).max(600_000).optional(),
		headers: z.record(z.string()).optional(),
		body: z.unknown().optional(),
	})
	.strict() satisfies z.ZodType<Fault>;

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
	throw new SimHttpError(json(400, { error: problems.join('; ') }));
}

/** The demo's page runs on another port and must be let in. */
export const CORS_HEADERS: Record<string, string> = {
	'Access-Control-Allow-Origin': '*',
	'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE, OPTIONS',
	'Access-Control-Allow-Headers': '*',
	'Access-Control-Max-Age': '600',
};

let pageTemplate: string | undefined;

function page(title: string): SimResponse {
	pageTemplate ??= readFileSync(join(__dirname, 'page.html'), 'utf8');
	const html = pageTemplate.replaceAll('{{title}}', title);
	return text(200, html, { 'Content-Type': 'text/html; charset=utf-8' });
}

function found<T>(value: T | undefined, id: string): T {
	if (value === undefined) throw new UnknownContactError(id);
	return value;
}

function contactRoutes(people: People): SimRoute[] {
	return [
		{
			method: 'GET',
			path: '/_sim/contacts',
			handle: ({ query }) =>
				json(200, { contacts: people.list({ deleted: query.get('deleted') === 'true' }) }),
		},
		{
			method: 'POST',
			path: '/_sim/contacts',
			handle: (request) => json(201, people.create(checked(plainEditSchema, request.object()))),
		},
		{
			method: 'GET',
			path: '/_sim/contacts/:id',
			handle: ({ params: { id = '' } }) => json(200, found(people.get(id), id)),
		},
		{
			method: 'PATCH',
			path: '/_sim/contacts/:id',
			handle: (request) =>
				json(200, people.edit(request.params.id ?? '', checked(plainEditSchema, request.object()))),
		},
		{
			method: 'DELETE',
			path: '/_sim/contacts/:id',
			handle: ({ params: { id = '' } }) => {
				people.remove(id);
				return { status: 204 };
			},
		},
		{
			method: 'POST',
			path: '/_sim/contacts/:id/undelete',
			handle: ({ params: { id = '' } }) => json(200, people.undelete(id)),
		},
		{
			method: 'POST',
			path: '/_sim/merge',
			handle: (request) => {
				const { into, from } = checked(mergeSchema, request.object());
				return json(200, people.merge(into, from));
			},
		},
	];
}

export function adminRoutes(
	sim: Pick<Simulator, 'kind' | 'people'>,
	title: string,
	logs: CallLogs,
	faults: FaultBox,
): SimRoute[] {
	return [
		{ method: 'GET', path: '/', handle: () => page(title) },
		{ method: 'OPTIONS', path: '/_sim/*rest', handle: () => ({ status: 204 }) },
		...contactRoutes(sim.people),
		{
			method: 'GET',
			path: '/_sim/writes',
			handle: () => json(200, { writes: logs.allWrites() }),
		},
		{
			method: 'GET',
			path: '/_sim/calls',
			handle: () => json(200, { counts: logs.callCounts(), requests: logs.requests() }),
		},
		{ method: 'GET', path: '/_sim/faults', handle: () => json(200, { faults: faults.list() }) },
		{
			method: 'POST',
			path: '/_sim/faults',
			handle: (request) => {
				faults.set(checked(faultSchema, request.object()));
				return json(201, { faults: faults.list() });
			},
		},
		{
			method: 'DELETE',
			path: '/_sim/faults',
			handle: () => {
				faults.clear();
				return { status: 204 };
			},
		},
		{ method: '*', path: '/_sim/*rest', handle: () => json(404, { error: 'No such endpoint' }) },
	];
}
