/** Who may call, and how often. */
import {
	json,
	refuseThrottled,
	type SimRequest,
	type SimResponse,
	type Throttle,
} from '../framework';
import type { WealthboxSwitches } from './switches';

export interface GateOptions {
	accepts: (token: string, kind: 'personal' | 'oauth') => boolean;
	throttle: Throttle;
	switches: WealthboxSwitches;
}

/** Unrouted paths pass (they answer 404 even without a token), and so do those of OAuth. */
export function wealthboxGate({ accepts, throttle, switches }: GateOptions) {
	return (request: SimRequest, routed: boolean): SimResponse | undefined => {
		if (!routed || request.path.startsWith('/oauth/')) return undefined;
		const token = callerToken(request, accepts);
		if (token === undefined) return json(401, { error: 'Invalid or missing access token' });
		return refuseThrottled(throttle, token, switches.retryAfter);
	};
}

function callerToken(request: SimRequest, accepts: GateOptions['accepts']): string | undefined {
	const personal = request.headers.access_token;
	if (typeof personal === 'string') return accepts(personal, 'personal') ? personal : undefined;
	const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
	return bearer !== undefined && accepts(bearer, 'oauth') ? bearer : undefined;
}
