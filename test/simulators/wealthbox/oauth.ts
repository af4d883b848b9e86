/**
 * OAuth 2.0 as reference section 3.2 says: authorization code, client secret in the form body,
 * refresh tokens that rotate. The consent page is skipped: the browser is sent straight back.
 */
import { randomUUID } from 'node:crypto';
import { json, text, type SimRequest, type SimResponse, type SimRoute } from '../framework';

const CODE_LIFETIME_MS = 600_000;
const MAX_LIVE_GRANTS = 10_000;

export interface OAuthClient {
	clientId: string;
	clientSecret: string;
}

interface IssuedCode {
	redirectUri: string;
	expiresAt: number;
}

interface OAuthState {
	codes: Array<[string, IssuedCode]>;
	/** Token and when it expires, in ms. */
	accessTokens: Array<[string, number]>;
	refreshTokens: string[];
}

export class OAuthDesk {
	private codes = new Map<string, IssuedCode>();
	private accessTokens = new Map<string, number>();
	private refreshTokens = new Set<string>();

	constructor(
		private readonly client: OAuthClient,
		private readonly lifetimeS: number,
		private readonly now: () => number,
	) {}

	save(): OAuthState {
		return {
			codes: [...this.codes],
			accessTokens: [...this.accessTokens],
			refreshTokens: [...this.refreshTokens],
		};
	}

	restore({ codes, accessTokens, refreshTokens }: OAuthState): void {
		this.codes = new Map(codes);
		this.accessTokens = new Map(accessTokens);
		this.refreshTokens = new Set(refreshTokens);
	}

	accepts(accessToken: string): boolean {
		return (this.accessTokens.get(accessToken) ?? -Infinity) > this.now();
	}

	/** A first pair without the browser, for tests. */
	grant(): { accessToken: string; refreshToken: string } {
		if (this.accessTokens.size >= MAX_LIVE_GRANTS) this.accessTokens.clear();
		const accessToken = randomUUID();
		const refreshToken = randomUUID();
		this.accessTokens.set(accessToken, this.now() + this.lifetimeS * 1_000);
		this.refreshTokens.add(refreshToken);
		return { accessToken, refreshToken };
	}

	routes(): SimRoute[] {
		return [
			{ method: 'GET', path: '/oauth/authorize', handle: (request) => this.authorize(request) },
			{
				method: 'POST',
				path: '/oauth/token',
				write: false,
				handle: (request) => this.token(request),
			},
		];
	}

	private authorize({ query }: SimRequest): SimResponse {
		const redirectUri = query.get('redirect_uri') ?? '';
		const known = query.get('client_id') === this.client.clientId;
		if (!known || query.get('response_type') !== 'code' || !URL.canParse(redirectUri)) {
			return text(401, 'Client authentication failed or the request is malformed');
		}
		if (this.codes.size >= MAX_LIVE_GRANTS) this.codes.clear();
		const code = randomUUID();
		this.codes.set(code, { redirectUri, expiresAt: this.now() + CODE_LIFETIME_MS });
		const back = new URL(redirectUri);
		back.searchParams.set('code', code);
		const state = query.get('state');
		if (state !== null) back.searchParams.set('state', state);
		return { status: 302, headers: { Location: back.toString() } };
	}

	private token(request: SimRequest): SimResponse {
		const form = request.form();
		const { clientId, clientSecret } = this.client;
		if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
			return json(401, { error: 'invalid_client' });
		}
		const grantType = form.get('grant_type');
		if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
			return json(400, { error: 'unsupported_grant_type' });
		}
		const valid = grantType === 'refresh_token' ? this.takeRefresh(form) : this.takeCode(form);
		if (!valid) return json(400, { error: 'invalid_grant' });
		const { accessToken, refreshToken } = this.grant();
		return json(200, {
			access_token: accessToken,
			token_type: 'Bearer',
			expires_in: this.lifetimeS,
			refresh_token: refreshToken,
			scope: 'login data',
			created_at: Math.floor(this.now() / 1_000),
		});
	}

	/** A refresh token works once: the answer brings the next one. */
	private takeRefresh(form: URLSearchParams): boolean {
		return this.refreshTokens.delete(form.get('refresh_token') ?? '');
	}

	private takeCode(form: URLSearchParams): boolean {
		const code = form.get('code') ?? '';
		const issued = this.codes.get(code);
		this.codes.delete(code);
		return (
			issued !== undefined &&
			issued.redirectUri === form.get('redirect_uri') &&
			issued.expiresAt > this.now()
		);
	}
}
