import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, ICredentialType } from 'n8n-workflow';
import { RedtailApi } from '../../credentials/RedtailApi.credentials';
import { RefusedLogins, readLogin } from '../../credentials/shared/redtail-login';
import { onceAtATime } from '../../credentials/shared/session';
import { startRedtailSimulator } from '../simulators/redtail';
import type { Simulator } from '../simulators/simulator';
import { authenticatedGet, http } from './credential-http';

let simulator: Simulator;
afterEach(async () => await simulator?.stop());

function secret(name: string): string {
	const value = simulator.credentials[name];
	if (value === undefined) throw new Error(`The simulator has no ${name}`);
	return value;
}

describe('all credential types', () => {
	const folder = join(__dirname, '../../credentials');
	const files = readdirSync(folder).filter((name) => name.endsWith('.credentials.ts'));
	const types = files.map((file) => {
		const name = file.replace('.credentials.ts', '');
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded as n8n loads them, by file name
		const exported = require(join(folder, file)) as Record<string, new () => ICredentialType>;
		const type = exported[name];
		if (type === undefined) throw new Error(`${file} does not export ${name}`);
		return new type();
	});

	it('are the seven that package.json lists', () => {
		expect(types.map(({ name }) => name).sort()).toEqual([
			'crmFabricStoreApi',
			'redtailApi',
			'salesforceFabricClientCredentialsApi',
			'salesforceFabricJwtApi',
			'salesforceFabricOAuth2Api',
			'wealthboxApi',
			'wealthboxOAuth2Api',
		]);
	});

	it.each(types)('$name masks its secrets', ({ properties }) => {
		const secrets = properties.filter(({ name }) =>
			/^(accessToken|apiKey|userKey|password|privateKey|clientSecret|session(Key|Token))$/.test(
				name,
			),
		);
		expect(secrets.filter(({ typeOptions }) => !typeOptions?.password)).toEqual([]);
	});
});

describe('Redtail', () => {
	const byPassword = (): ICredentialDataDecryptedObject => ({
		baseUrl: `${simulator.url}/`,
		apiKey: secret('apiKey'),
		signInWith: 'password',
		username: secret('username'),
		password: secret('password'),
		sessionKey: '',
		sessionSubject: '',
	});
	const contacts = () => `${simulator.url}/contacts?page=1`;
	const logins = () => simulator.callCounts()['401'] ?? 0;

	it.each(['nested', 'flat'])('exchanges the password once (%s answer)', async (authentication) => {
		simulator = await startRedtailSimulator({ switches: { authentication } });
		const credentials = byPassword();
		expect(await authenticatedGet(new RedtailApi(), credentials, contacts())).toBe(200);
		expect(await authenticatedGet(new RedtailApi(), credentials, contacts())).toBe(200);
		expect(credentials.sessionKey).toBe(secret('userKey'));
		expect(simulator.callCounts()).toEqual({ 200: 3 });
	});

	it('uses a user key that was given, without a login', async () => {
		simulator = await startRedtailSimulator();
		const credentials = {
			...byPassword(),
			signInWith: 'userKey',
			userKey: secret('userKey'),
			password: '',
		};
		expect(await authenticatedGet(new RedtailApi(), credentials, contacts())).toBe(200);
		expect(simulator.callCounts()).toEqual({ 200: 1 });
	});

	it('never sends a refused login again, not even for calls at the same moment', async () => {
		simulator = await startRedtailSimulator({ switches: { lockoutAfter: 2 } });
		const credentials = () => ({ ...byPassword(), password: `wrong-${simulator.url}` });
		const call = async () => await authenticatedGet(new RedtailApi(), credentials(), contacts());
		const together = await Promise.allSettled([call(), call(), call()]);
		expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
		await expect(call()).rejects.toThrow(/not sent again/);
		expect(logins()).toBe(1);
		expect(await authenticatedGet(new RedtailApi(), byPassword(), contacts())).toBe(200);
	});

	it('says what is wrong without the secrets, in an error that n8n does not take for an expired token', async () => {
		simulator = await startRedtailSimulator();
		const credentials = { ...byPassword(), password: `typo-${simulator.url}` };
		const error: unknown = await new RedtailApi().preAuthentication
			.call(http, credentials)
			.catch((thrown: unknown) => thrown);
		expect(String(error)).toMatch(/does not accept/);
		expect(String(error)).not.toContain('typo-');
		expect(error).not.toHaveProperty('response');
	});

	it('does not use the key of one user for another', async () => {
		simulator = await startRedtailSimulator();
		const credentials = byPassword();
		await authenticatedGet(new RedtailApi(), credentials, contacts());
		const other = { ...credentials, username: 'somebody-else' };
		const request = await new RedtailApi().authenticate(other, { url: contacts() });
		expect(request.headers).not.toHaveProperty('Authorization');
	});

	it('forgets a refusal after six hours', () => {
		let now = 0;
		const refused = new RefusedLogins(() => now);
		const login = readLogin({ baseUrl: 'http://x', apiKey: 'a', username: 'b', password: 'c' });
		refused.add(login);
		now = 6 * 3_600_000 - 1;
		expect(refused.has(login)).toBe(true);
		now += 1;
		expect(refused.has(login)).toBe(false);
	});
});

describe('onceAtATime', () => {
	it('shares one run among all who ask meanwhile, and runs anew afterwards', async () => {
		let runs = 0;
		const obtain = async () => await Promise.resolve(`token ${++runs}`);
		const together = [onceAtATime('k', obtain), onceAtATime('k', obtain)];
		expect(await Promise.all(together)).toEqual(['token 1', 'token 1']);
		expect(await onceAtATime('k', obtain)).toBe('token 2');
	});
});
