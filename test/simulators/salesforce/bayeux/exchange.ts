/** One POST to `/cometd` on its way through the handlers. */
import type { SimRequest } from '../../framework';
import type { Message, Refusal } from './messages';

export interface Exchange {
	request: SimRequest;
	cookies: Map<string, string>;
	/** The login of the current message. */
	userId: string;
	/** Set-Cookie headers of the answer. */
	setCookies: string[];
	/** A connect that came with other messages is never held. */
	mayHold: boolean;
	/** The answer is to break off in its middle (fault `halfJson`). */
	isCut: boolean;
}

/** Thrown by a handler to refuse its message. */
export class Refused extends Error {
	override readonly name = 'Refused';

	constructor(readonly refusal: Refusal) {
		super(refusal.error);
	}
}

/** What faults are matched against. */
export function labelOf({ request }: Exchange, { channel }: Message): string {
	return `POST ${request.path} ${channel}`;
}
