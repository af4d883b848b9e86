import { createVerify, generateKeyPairSync } from 'node:crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { SalesforceFabricClientCredentialsApi } from '../../credentials/SalesforceFabricClientCredentialsApi.credentials';
import { SalesforceFabricJwtApi } from '../../credentials/SalesforceFabricJwtApi.credentials';
import { myDomain, restorePem, signAssertion } from '../../credentials/shared/salesforce-token';
import { startSalesforceSimulator } from '../simulators/salesforce';
import type { Simulator } from '../simulators/simulator';
import { authenticatedGet, http } from './credential-http';

let simulator: Simulator;
afterEach(async () => await simulator?.stop());

function secret(name: string): string {
	const value = simulator.credentials[name];
	if (value === undefined) throw new Error(`The simulator has no ${name}`);
	return value;
}

describe('Salesforce', () => {
	const common = (): ICredentialDataDecryptedObject => ({
		myDomainUrl: `${simulator.url}/`,
		clientId: secret('clientId'),
		sessionToken: '',
		sessionSubject: '',
	});
	const byJwt = () => ({
		...common(),
		username: secret('username'),
		privateKey: secret('privateKey'),
	});
	const contacts = () =>
		`${simulator.url}/services/data/v60.0/query?q=${encodeURIComponent('SELECT Id FROM Contact LIMIT 1')}`;
	const tokens = () => Object.values(simulator.callCounts()).reduce((sum, calls) => sum + calls, 0);

	it('signs in by JWT bearer and keeps the token', async () => {
		simulator = await startSalesforceSimulator({});
		const credentials = byJwt();
		expect(await authenticatedGet(new SalesforceFabricJwtApi(), credentials, contacts())).toBe(200);
		expect(await authenticatedGet(new SalesforceFabricJwtApi(), credentials, contacts())).toBe(200);
		expect(tokens()).toBe(3);
	});

	it('takes a private key whose line breaks were lost', async () => {
		simulator = await startSalesforceSimulator({});
		const credentials = { ...byJwt(), privateKey: secret('privateKey').replace(/\n/g, ' ') };
		expect(await authenticatedGet(new SalesforceFabricJwtApi(), credentials, contacts())).toBe(200);
	});

	it('signs in by client credentials, and again when the token has died', async () => {
		simulator = await startSalesforceSimulator({});
		const type = new SalesforceFabricClientCredentialsApi();
		const credentials: ICredentialDataDecryptedObject = {
			...common(),
			clientSecret: secret('clientSecret'),
		};
		expect(await authenticatedGet(type, credentials, contacts())).toBe(200);
		const first = credentials.sessionToken;
		credentials.sessionToken = `${String(first)}dead`;
		expect(await authenticatedGet(type, credentials, contacts())).toBe(200);
		expect(credentials.sessionToken).not.toBe(first);
	});

	it('passes on what Salesforce says, with what to do', async () => {
		simulator = await startSalesforceSimulator({});
		const call = (changes: ICredentialDataDecryptedObject) =>
			new SalesforceFabricJwtApi().preAuthentication.call(http, { ...byJwt(), ...changes });
		await expect(call({ username: 'nobody@example.com' })).rejects.toThrow(
			/approved this consumer.*permission set/,
		);
		await expect(call({ clientId: 'unknown' })).rejects.toThrow(/consumer key/);
		await expect(call({ privateKey: 'not a key' })).rejects.toThrow(/without a passphrase/);
		await expect(call({ myDomainUrl: 'http://127.0.0.1:1' })).rejects.toThrow(/did not answer/);
	});

	it('does not use the token of one user for another', async () => {
		simulator = await startSalesforceSimulator({});
		const type = new SalesforceFabricJwtApi();
		const credentials = byJwt();
		await authenticatedGet(type, credentials, contacts());
		const other = { ...credentials, username: 'else@example.com' };
		const request = await type.authenticate(other, { url: contacts() });
		expect(request.headers).not.toHaveProperty('Authorization');
	});

	it.each(['https://login.salesforce.com', 'https://x.lightning.force.com/', 'x', ''])(
		'refuses %p as My Domain URL',
		(myDomainUrl) => expect(() => myDomain({ myDomainUrl })).toThrow(/Setup, My Domain/),
	);

	it('signs RS256 over issuer, user, audience and a short lifetime', () => {
		const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		const claims = { clientId: 'app', username: 'u@x.example', audience: 'https://x', now: 5_000 };
		const [head = '', body = '', signature = ''] = signAssertion(claims, pem).split('.');
		expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toEqual({
			iss: 'app',
			sub: 'u@x.example',
			aud: 'https://x',
			exp: 185,
		});
		const verifier = createVerify('RSA-SHA256').update(`${head}.${body}`);
		expect(verifier.verify(publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
	});

	it('leaves a text alone that is no PEM', () => expect(restorePem('abc')).toBe('abc'));
});
