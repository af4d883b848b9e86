/** What a push call may say: that something changed, and which records. Never what they hold. Pure. */
import { z } from 'zod';
import type { ChangeHint } from '../connectors/poll-hints';

/** Bytes of a call's body. */
export const MAX_PUSH_BYTES = 65_536;
const MAX_IDS = 500;

const id = z.union([
	z
		.string()
		.min(1)
		.max(200)
		.refine((text) => !text.includes('\0')),
	z.number().int().nonnegative().transform(String),
]);

/** Other keys, such as the relay's own event types, are let through and not looked at. */
const bodySchema = z.object({ ids: z.array(id).max(MAX_IDS).default([]) });

/** Null: it is not a JSON object of this shape. An empty body is a hint without ids. */
export function hintIn(body: Buffer): ChangeHint | null {
	if (body.length === 0) return { crmIds: [] };
	try {
		const parsed: unknown = JSON.parse(body.toString('utf8'));
		const result = bodySchema.safeParse(parsed);
		return result.success ? { crmIds: result.data.ids } : null;
	} catch {
		return null;
	}
}
