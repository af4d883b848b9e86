/** Redtail's two ways to say who calls (reference section 3). */
import {
	json,
	refuseThrottled,
	SimHttpError,
	type SimRequest,
	type SimResponse,
	type SimRoute,
	type Throttle,
} from '../framework';
import { API_KEY, DATABASE_ID, USERS, type RedtailUser } from './catalog';
import type { RedtailSwitches } from './switches';

const decode = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');

function unauthorized(message: string): SimHttpError {
	return new SimHttpError(json(401, { message }));
}

export class RedtailAuth {
	private failures = 0;

	constructor(private readonly switches: RedtailSwitches) {}

	/** Failed logins since the last good one: a locked account stays locked. */
	save(): number {
		return this.failures;
	}

	restore(failures: number): void {
		this.failures = failures;
	}

	/** The calling user. Throws the 401 answer for anything else. */
	userOf(request: SimRequest): RedtailUser {
		const header = request.headers.authorization;
		if (header === undefined) throw unauthorized('Authorization header missing');
		const [, scheme, token = ''] = /^(?:(\S+)\s+)?(\S+)\s*$/.exec(header) ?? [];
		if (scheme?.toLowerCase() === 'basic') return this.byPassword(decode(token));
		// Some clients in production send the base64 text alone.
		if (scheme === undefined || scheme.toLowerCase() === 'userkeyauth') {
			const [apiKey, userKey] = decode(token).split(':');
			const user = USERS.find((candidate) => candidate.userKey === userKey);
			if (apiKey === API_KEY && user) return user;
		}
		throw unauthorized('Invalid credentials');
	}

	/** `APIKey:Username:Password`; a colon in the password passes. */
	private byPassword(credentials: string): RedtailUser {
		const { lockoutAfter } = this.switches;
		if (lockoutAfter > 0 && this.failures >= lockoutAfter) throw unauthorized('Account Locked');
		const [apiKey, username, ...password] = credentials.split(':');
		const user = USERS.find((candidate) => candidate.username === username);
		if (apiKey === API_KEY && user?.password === password.join(':')) {
			this.failures = 0;
			return user;
		}
		this.failures += 1;
		throw unauthorized('Invalid credentials');
	}

	/** Every path, known or not, wants credentials first. */
	gate(throttle: Throttle) {
		return (request: SimRequest): SimResponse | undefined => {
			const user = this.userOf(request);
			return refuseThrottled(throttle, String(user.id), this.switches.retryAfter);
		};
	}

	route(path: string): SimRoute {
		return { method: 'GET', path, handle: (request) => this.authenticate(request) };
	}

	private authenticate(request: SimRequest): SimResponse {
		if (!/^basic\s/i.test(request.headers.authorization ?? '')) {
			throw unauthorized('Invalid credentials');
		}
		const user = this.userOf(request);
		if (this.switches.authentication === 'flat') {
			return json(200, {
				redtail_database_id: DATABASE_ID,
				redtail_user_id: user.id,
				user_key: user.userKey,
			});
		}
		return json(200, {
			authenticated_user: {
				id: user.id,
				database_id: DATABASE_ID,
				user_id: user.id,
				first_name: user.firstName,
				last_name: user.lastName,
				user_key: user.userKey,
			},
		});
	}
}
