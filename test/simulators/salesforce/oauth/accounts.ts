/** The org's connected app, its integration user and the tokens issued to it. */
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Switches } from '../switches';

const HOUR = 3_600_000;
const MAX_TOKENS = 10_000;
const CODE_LIFETIME_MS = 15 * 60_000;

interface KeyPair {
	privateKey: string;
	publicKey: string;
}

/** Making one takes long, and the orgs of one process may share it. */
let keyPair: KeyPair | undefined;

function makeKeyPair(): KeyPair {
	return generateKeyPairSync('rsa', {
		modulusLength: 2048,
		publicKeyEncoding: { type: 'spki', format: 'pem' },
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
	});
}

export interface User {
	id: string;
	username: string;
}

export interface AuthorizationCode {
	redirectUri: string;
	/** S256 challenge of PKCE, if the authorization asked for it. */
	challenge: string | null;
	issuedAt: number;
}

interface AccessToken {
	userId: string;
	lastUsedAt: number;
}

interface AccountsState {
	clientId: string;
	clientSecret: string;
	keys: KeyPair;
	accessTokens: Array<[string, AccessToken]>;
	refreshTokens: Array<[string, string]>;
	codes: Array<[string, AuthorizationCode]>;
}

export class OAuthAccounts {
	clientId = `3MVG9${randomBytes(30).toString('base64url')}`;
	clientSecret = randomBytes(32).toString('hex').toUpperCase();
	/** PEM, PKCS 8: what the JWT flow signs with. */
	privateKey: string;
	/** PEM: the certificate on file with the app. */
	publicKey: string;
	private accessTokens = new Map<string, AccessToken>();
	private refreshTokens = new Map<string, string>();
	private codes = new Map<string, AuthorizationCode>();
	private logins: number[] = [];

	constructor(
		readonly orgId: string,
		readonly user: User,
		private readonly switches: Switches,
		private readonly now: () => number,
	) {
		keyPair ??= makeKeyPair();
		this.privateKey = keyPair.privateKey;
		this.publicKey = keyPair.publicKey;
	}

	save(): AccountsState {
		const { clientId, clientSecret, privateKey, publicKey } = this;
		return {
			clientId,
			clientSecret,
			keys: { privateKey, publicKey },
			accessTokens: [...this.accessTokens],
			refreshTokens: [...this.refreshTokens],
			codes: [...this.codes],
		};
	}

	restore(state: AccountsState): void {
		this.clientId = state.clientId;
		this.clientSecret = state.clientSecret;
		this.privateKey = state.keys.privateKey;
		this.publicKey = state.keys.publicKey;
		this.accessTokens = new Map(state.accessTokens);
		this.refreshTokens = new Map(state.refreshTokens);
		this.codes = new Map(state.codes);
	}

	issueAccessToken(): string {
		const secret = randomBytes(70).toString('base64url').replaceAll('-', '.');
		const token = `${this.orgId.slice(0, 15)}!${secret}`;
		remember(this.accessTokens, token, { userId: this.user.id, lastUsedAt: this.now() });
		return token;
	}

	issueRefreshToken(): string {
		const token = `5Aep861${randomBytes(56).toString('base64url')}`;
		remember(this.refreshTokens, token, this.user.id);
		return token;
	}

	issueCode(code: Omit<AuthorizationCode, 'issuedAt'>): string {
		const text = `aPrx${randomBytes(36).toString('base64url')}==`;
		remember(this.codes, text, { ...code, issuedAt: this.now() });
		return text;
	}

	/** A code works once and for fifteen minutes. */
	redeemCode(text: string): AuthorizationCode | undefined {
		const code = this.codes.get(text);
		this.codes.delete(text);
		return code && this.now() - code.issuedAt <= CODE_LIFETIME_MS ? code : undefined;
	}

	isRefreshToken(token: string): boolean {
		return this.refreshTokens.has(token);
	}

	/** Ends an access or refresh token; false if there is no such token. */
	revoke(token: string): boolean {
		return this.accessTokens.delete(token) || this.refreshTokens.delete(token);
	}

	revokeAccessTokens(): void {
		this.accessTokens.clear();
	}

	revokeRefreshTokens(): void {
		this.refreshTokens.clear();
	}

	/** The user of an `Authorization: Bearer` or `OAuth` header, if its token is alive. */
	authenticate(header: string | undefined): string | undefined {
		const token = /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(header ?? '')?.[1] ?? '';
		const known = this.accessTokens.get(token);
		if (known === undefined) return undefined;
		const { sessionTimeoutMs } = this.switches;
		if (sessionTimeoutMs > 0 && this.now() - known.lastUsedAt > sessionTimeoutMs) {
			this.accessTokens.delete(token);
			return undefined;
		}
		known.lastUsedAt = this.now();
		return known.userId;
	}

	/** Counts a login; false if the user has logged in too often within the hour. */
	countLogin(): boolean {
		const now = this.now();
		this.logins = this.logins.filter((at) => now - at < HOUR);
		if (this.logins.length >= this.switches.loginsPerHour) return false;
		this.logins.push(now);
		return true;
	}

	sign(text: string): string {
		return createHmac('sha256', this.clientSecret).update(text).digest('base64');
	}
}

/** Adds to a map that never holds more than {@link MAX_TOKENS}; the oldest goes. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
	map.set(key, value);
	const oldest = map.keys().next().value;
	if (map.size > MAX_TOKENS && oldest !== undefined) map.delete(oldest);
}
