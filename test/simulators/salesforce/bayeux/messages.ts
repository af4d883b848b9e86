/** Bayeux messages as Salesforce words them. */
import { isObject } from '../../framework';

export interface Message {
	channel: string;
	id?: string;
	clientId?: string;
	subscription?: unknown;
	connectionType?: unknown;
	advice?: Record<string, unknown>;
	ext?: Record<string, unknown>;
	supportedConnectionTypes?: unknown;
}

export type Reply = Record<string, unknown>;

/** A refused message. `advice` is what the reply tells the client to do next. */
export interface Refusal {
	error: string;
	reconnect?: 'handshake' | 'none' | 'retry';
	failureReason?: string;
	/** Sent before the refusal, unsolicited. */
	before?: Reply[];
	/** Set-Cookie headers. */
	cookies?: string[];
}

export function readMessage(value: unknown): Message | undefined {
	if (!isObject(value) || typeof value['channel'] !== 'string') return undefined;
	const object = (name: string) => {
		const inner = value[name];
		return isObject(inner) ? inner : undefined;
	};
	const text = (name: string) => {
		const inner = value[name];
		return typeof inner === 'string' ? inner : undefined;
	};
	return {
		channel: value['channel'],
		id: text('id'),
		clientId: text('clientId'),
		subscription: value['subscription'],
		connectionType: value['connectionType'],
		supportedConnectionTypes: value['supportedConnectionTypes'],
		advice: object('advice'),
		ext: object('ext'),
	};
}

export function accept(message: Message, more: Reply = {}): Reply {
	const { channel, id, clientId } = message;
	return {
		...(clientId !== undefined && { clientId }),
		...more,
		channel,
		...(id !== undefined && { id }),
		successful: true,
	};
}

export function refuse(message: Message, refusal: Refusal): Reply[] {
	const { channel, id, clientId, subscription } = message;
	const { error, reconnect, failureReason, before = [] } = refusal;
	const reply: Reply = {
		...(failureReason !== undefined && { ext: { sfdc: { failureReason }, replay: true } }),
		...(clientId !== undefined && { clientId }),
		...(reconnect !== undefined && { advice: { reconnect, interval: 0 } }),
		channel,
		...(id !== undefined && { id }),
		...(channel === '/meta/subscribe' && { subscription }),
		error,
		successful: false,
	};
	return [...before, reply];
}

export const UNKNOWN_CLIENT: Refusal = { error: '403::Unknown client', reconnect: 'handshake' };

export const UNKNOWN_CLIENT_NONE: Refusal = {
	error: '403::Unknown client',
	reconnect: 'none',
	before: [{ channel: '/meta/disconnect' }],
};

export const AUTHENTICATION_INVALID: Refusal = {
	error: '401::Authentication invalid',
	reconnect: 'none',
};

export const SERVER_BUSY: Refusal = {
	error: '401::Authentication invalid',
	reconnect: 'none',
	failureReason: '503::Server is too busy. Please try again later.',
};

export const EVENT_LIMIT: Refusal = {
	error: '403::Organization total events daily limit exceeded',
	reconnect: 'none',
};

export function handshakeDenied(failureReason: string): Refusal {
	return { error: '403::Handshake denied', reconnect: 'none', failureReason };
}

export function tooManyClients(reason?: unknown): Refusal {
	const usual = '403::Organization concurrent user limit exceeded';
	return handshakeDenied(typeof reason === 'string' ? reason : usual);
}

export function invalidReplay(given: unknown): Refusal {
	return {
		error: `400::The replayId {${String(given)}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`,
	};
}
