/**
 * The Bayeux wire protocol as Salesforce speaks it (reference/salesforce.md, section 2.2): building
 * messages and reading replies. Pure.
 */
import { z } from 'zod';
import { classifyHttp, classifyReason, type StreamFailure } from './failures';
import { parseKeepingReplayIds, replayIdAsJson } from './replay';

const metaSchema = z.object({
	channel: z.string(),
	clientId: z.string().min(1).optional(),
	successful: z.boolean().optional(),
	error: z.string().optional(),
	advice: z.object({ interval: z.number().nonnegative().optional() }).passthrough().optional(),
	ext: z
		.object({ sfdc: z.object({ failureReason: z.string().optional() }).passthrough().optional() })
		.passthrough()
		.optional(),
});

const deliverySchema = z.object({
	channel: z.string(),
	data: z.object({
		payload: z.record(z.unknown()),
		event: z.object({ replayId: z.union([z.string(), z.number()]).transform(String) }),
	}),
});

const restErrorSchema = z.array(z.object({ errorCode: z.string() })).min(1);

export type MetaMessage = z.infer<typeof metaSchema>;

/** One event as it came over a channel. */
export interface Delivered {
	channel: string;
	/** Exact text. */
	replayId: string;
	payload: Record<string, unknown>;
}

export interface BayeuxReply {
	metas: MetaMessage[];
	/** In the order of the reply. */
	delivered: Delivered[];
	/** Messages that are neither; they are counted, not shown. */
	unreadable: number;
}

const LONG_POLLING = 'long-polling';

export function handshakeMessage(id: number): string {
	return messages({
		channel: '/meta/handshake',
		id: String(id),
		version: '1.0',
		minimumVersion: '1.0',
		supportedConnectionTypes: [LONG_POLLING],
		ext: { replay: true },
	});
}

/** Written by hand, because a replay id beyond 2^53 must stand as a number with all its digits. */
export function subscribeMessage(
	id: number,
	clientId: string,
	channel: string,
	replayId: string,
): string {
	const message = JSON.stringify({
		channel: '/meta/subscribe',
		id: String(id),
		clientId,
		subscription: channel,
	});
	const replay = `{"replay":{${JSON.stringify(channel)}:${replayIdAsJson(replayId)}}}`;
	return `[${message.slice(0, -1)},"ext":${replay}}]`;
}

/** @param hold false asks the server to answer at once, with whatever waits. */
export function connectMessage(id: number, clientId: string, hold: boolean): string {
	return messages({
		channel: '/meta/connect',
		id: String(id),
		clientId,
		connectionType: LONG_POLLING,
		...(hold ? {} : { advice: { timeout: 0 } }),
	});
}

export function disconnectMessage(id: number, clientId: string): string {
	return messages({ channel: '/meta/disconnect', id: String(id), clientId });
}

function messages(...list: object[]): string {
	return JSON.stringify(list);
}

/**
 * Reads a reply, whatever its HTTP status: Salesforce sends Bayeux errors with 200 and perhaps with
 * others. Gives a failure if the body holds no Bayeux message.
 */
export function readReply(
	status: number,
	body: string,
	waitMs?: number,
): BayeuxReply | StreamFailure {
	const parsed = tryParse(body);
	const restError = restErrorSchema.safeParse(parsed);
	if (restError.success) return classifyHttp(status, restError.data[0]?.errorCode, waitMs);
	const list = Array.isArray(parsed) ? parsed : [parsed];
	const reply: BayeuxReply = { metas: [], delivered: [], unreadable: 0 };
	for (const item of list) sortMessage(item, reply);
	const empty = reply.metas.length + reply.delivered.length === 0;
	return empty ? classifyHttp(status, undefined, waitMs) : reply;
}

function tryParse(body: string): unknown {
	try {
		return parseKeepingReplayIds(body);
	} catch {
		return undefined;
	}
}

function sortMessage(item: unknown, reply: BayeuxReply): void {
	const delivered = deliverySchema.safeParse(item);
	if (delivered.success) {
		const { channel, data } = delivered.data;
		reply.delivered.push({ channel, replayId: data.event.replayId, payload: data.payload });
		return;
	}
	const meta = metaSchema.safeParse(item);
	if (meta.success && meta.data.channel.startsWith('/meta/')) reply.metas.push(meta.data);
	else reply.unreadable += 1;
}

export function isFailure(reply: BayeuxReply | StreamFailure): reply is StreamFailure {
	return 'kind' in reply;
}

/**
 * The failure in a reply to a call of `channel`, if it failed. A successful reply's advice is not
 * consulted: Salesforce has sent `reconnect: handshake` with a successful handshake. An unsolicited
 * `/meta/disconnect` means the session is over.
 */
export function failureIn(reply: BayeuxReply, channel: string): StreamFailure | undefined {
	const failed = reply.metas.filter(({ successful, error }) => successful === false || error);
	const own = failed.find((meta) => meta.channel === channel) ?? failed[0];
	if (own !== undefined) {
		return classifyReason(own.ext?.sfdc?.failureReason ?? own.error ?? 'no reason given');
	}
	const disconnected = reply.metas.some((meta) => meta.channel === '/meta/disconnect');
	if (disconnected && channel !== '/meta/disconnect') return classifyReason('403::Unknown client');
	const answered = reply.metas.some((meta) => meta.channel === channel);
	// Events alone are taken as a sign of life; a call that goes without any answer has failed.
	return answered || reply.delivered.length > 0 ? undefined : classifyHttp(200);
}
