/** `/services/oauth2/*` and `/id/*`: the grants of server integrations. */
import { createHash } from 'node:crypto';
import { json, text, type SimRequest, type SimResponse, type SimRoute } from '../../framework';
import { toId18 } from '../ids';
import type { Org } from '../org';
import { refuseAssertion } from './jwt';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];

/** A refused token call. */
class OAuthError extends Error {
	override readonly name = 'OAuthError';

	constructor(
		readonly code: string,
		description: string,
	) {
		super(description);
	}
}

interface TokenCall {
	org: Org;
	form: URLSearchParams;
	/** Origin under which the client reached the simulator: its My Domain. */
	origin: string;
	clientId: string;
	/** The client secret was sent and is right. */
	hasSecret: boolean;
}

export function originOf(request: SimRequest): string {
	return `http://${request.headers.host ?? '127.0.0.1'}`;
}

function readCall(org: Org, request: SimRequest): TokenCall {
	const form = request.form();
	const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
	const decoded = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
	const colon = decoded.indexOf(':');
	const sent = (name: string, part: string) =>
		basic === undefined ? (form.get(name) ?? '') : decodeURIComponent(part);
	const clientId = sent('client_id', decoded.slice(0, colon));
	const secret = sent('client_secret', decoded.slice(colon + 1));
	if (secret !== '' && secret !== org.accounts.clientSecret) {
		throw new OAuthError('invalid_client', 'invalid client credentials');
	}
	return { org, form, origin: originOf(request), clientId, hasSecret: secret !== '' };
}

function checkClient({ org, clientId }: TokenCall): void {
	if (clientId !== org.accounts.clientId) {
		throw new OAuthError('invalid_client_id', 'client identifier invalid');
	}
}

function tokenBody({ org, origin }: TokenCall): Record<string, string> {
	const { accounts } = org;
	if (!accounts.countLogin()) throw new OAuthError('invalid_grant', 'login rate exceeded');
	const id = `${origin}/id/${org.id}/${accounts.user.id}`;
	const issuedAt = String(org.now());
	return {
		access_token: accounts.issueAccessToken(),
		instance_url: origin,
		id,
		token_type: 'Bearer',
		issued_at: issuedAt,
		signature: accounts.sign(id + issuedAt),
	};
}

function authorizationCode(call: TokenCall): Record<string, string> {
	checkClient(call);
	const { org, form, hasSecret } = call;
	const code = org.accounts.redeemCode(form.get('code') ?? '');
	if (code === undefined) throw new OAuthError('invalid_grant', 'expired authorization code');
	if (code.redirectUri !== form.get('redirect_uri')) {
		throw new OAuthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
	}
	const verifier = form.get('code_verifier');
	const challenge = createHash('sha256')
		.update(verifier ?? '')
		.digest('base64url');
	if (code.challenge !== null && code.challenge !== challenge) {
		throw new OAuthError('invalid_grant', 'invalid code verifier');
	}
	if (code.challenge === null && !hasSecret) {
		throw new OAuthError('invalid_client', 'invalid client credentials');
	}
	const refreshToken = org.accounts.issueRefreshToken();
	return { ...tokenBody(call), refresh_token: refreshToken, scope: 'refresh_token full' };
}

function refresh(call: TokenCall): Record<string, string> {
	checkClient(call);
	const { accounts, switches } = call.org;
	const token = call.form.get('refresh_token') ?? '';
	if (!accounts.isRefreshToken(token)) {
		throw new OAuthError('invalid_grant', 'expired access/refresh token');
	}
	const body: Record<string, string> = { ...tokenBody(call), scope: 'refresh_token full' };
	if (switches.omitInstanceUrlOnRefresh) delete body['instance_url'];
	if (!switches.rotateRefreshTokens) return body;
	accounts.revoke(token);
	return { ...body, refresh_token: accounts.issueRefreshToken() };
}

function jwtBearer(call: TokenCall): Record<string, string> {
	const { org, form, origin } = call;
	const refused = refuseAssertion(form.get('assertion') ?? '', {
		clientId: org.accounts.clientId,
		username: org.accounts.user.username,
		audiences: [...LOGIN_HOSTS, origin],
		publicKey: org.accounts.publicKey,
		now: org.now(),
	});
	if (refused) throw new OAuthError(refused.error, refused.description);
	const { access_token, instance_url, id, token_type } = tokenBody(call);
	return { access_token, scope: 'api', instance_url, id, token_type } as Record<string, string>;
}

function clientCredentials(call: TokenCall): Record<string, string> {
	checkClient(call);
	if (!call.hasSecret) throw new OAuthError('invalid_client', 'invalid client credentials');
	return { ...tokenBody(call), token_format: 'opaque' };
}

const GRANTS: Record<string, (call: TokenCall) => Record<string, string>> = {
	authorization_code: authorizationCode,
	refresh_token: refresh,
	[JWT_GRANT]: jwtBearer,
	client_credentials: clientCredentials,
};

function token(org: Org, request: SimRequest): SimResponse {
	try {
		const fault = org.faults.take(['invalidGrant'], `${request.method} ${request.path}`);
		if (fault) {
			const description = typeof fault.body === 'string' ? fault.body : undefined;
			throw new OAuthError('invalid_grant', description ?? 'expired access/refresh token');
		}
		const grant = GRANTS[request.form().get('grant_type') ?? ''];
		if (!grant) throw new OAuthError('unsupported_grant_type', 'grant type not supported');
		return json(200, grant(readCall(org, request)), { 'Cache-Control': 'no-store' });
	} catch (error) {
		if (!(error instanceof OAuthError)) throw error;
		return json(400, { error: error.code, error_description: error.message });
	}
}

/** The user consents at once: straight back to the client. */
function authorize(org: Org, request: SimRequest): SimResponse {
	const { query } = request;
	const redirectUri = query.get('redirect_uri') ?? '';
	const isKnown = query.get('client_id') === org.accounts.clientId;
	if (!isKnown || !URL.canParse(redirectUri)) {
		return text(400, 'error=invalid_client_id&error_description=client identifier invalid');
	}
	const back = new URL(redirectUri);
	const state = query.get('state');
	if (state !== null) back.searchParams.set('state', state);
	const method = query.get('code_challenge_method') ?? 'S256';
	if (query.get('response_type') !== 'code' || method !== 'S256') {
		back.searchParams.set('error', 'unsupported_response_type');
	} else {
		const challenge = query.get('code_challenge');
		back.searchParams.set('code', org.accounts.issueCode({ redirectUri, challenge }));
	}
	return { status: 302, headers: { Location: back.href } };
}

function revoke(org: Org, request: SimRequest): SimResponse {
	const sent = request.query.get('token') ?? request.form().get('token') ?? '';
	if (org.accounts.revoke(sent)) return { status: 200 };
	return json(400, { error: 'unsupported_token_type', error_description: 'invalid token' });
}

function identity(org: Org, request: SimRequest): SimResponse {
	if (org.accounts.authenticate(request.headers.authorization) === undefined) {
		return text(403, 'Bad_OAuth_Token');
	}
	const { user } = org.accounts;
	const origin = originOf(request);
	return json(200, {
		sub: `${origin}/id/${org.id}/${user.id}`,
		id: `${origin}/id/${org.id}/${user.id}`,
		user_id: user.id,
		organization_id: org.id,
		preferred_username: user.username,
		username: user.username,
		email: user.username,
		active: true,
		user_type: 'STANDARD',
		urls: { rest: `${origin}/services/data/v{version}/`, custom_domain: origin },
	});
}

function identityAt(org: Org, request: SimRequest): SimResponse {
	const { org: orgId = '', user = '' } = request.params;
	const isOwn = toId18(orgId) === org.id && toId18(user) === org.accounts.user.id;
	return isOwn ? identity(org, request) : text(404, 'Not Found');
}

export function oauthRoutes(org: Org): SimRoute[] {
	const base = '/services/oauth2';
	const route = (
		method: string,
		path: string,
		handle: (org: Org, request: SimRequest) => SimResponse,
	): SimRoute => ({ method, path, write: false, handle: (request) => handle(org, request) });
	return [
		route('POST', `${base}/token`, token),
		route('GET', `${base}/authorize`, authorize),
		route('POST', `${base}/authorize`, authorize),
		route('POST', `${base}/revoke`, revoke),
		route('GET', `${base}/revoke`, revoke),
		route('GET', `${base}/userinfo`, identity),
		route('GET', '/id/:org/:user', identityAt),
	];
}
