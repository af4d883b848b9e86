/** The API of n8n's editor (`/rest`), as its owner uses it. */

const CALL_LIMIT_MS = 60_000;

/** Who signs in to the instance's editor. */
export const OWNER = {
	email: 'owner@crm-fabric.example',
	password: 'Weave-3-threads',
	firstName: 'Fabric',
	lastName: 'Owner',
};

export class EditorApi {
	private cookie = '';

	constructor(private readonly url: () => string) {}

	/** Signs in as {@link OWNER}. */
	async login(): Promise<void> {
		const answer = await this.call('POST', '/login', {
			emailOrLdapLoginId: OWNER.email,
			password: OWNER.password,
		});
		this.cookie = answer.headers
			.getSetCookie()
			.map((text) => text.split(';')[0])
			.join('; ');
	}

	/** E.g. `('GET', '/workflows')`; returns the answer's data. */
	async api(method: string, path: string, body?: unknown): Promise<unknown> {
		const answer = await this.call(method, path, body);
		const parsed = (await answer.json()) as { data?: unknown };
		return parsed.data ?? parsed;
	}

	private async call(method: string, path: string, body?: unknown): Promise<Response> {
		const answer = await fetch(`${this.url()}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: AbortSignal.timeout(CALL_LIMIT_MS),
		});
		if (answer.ok) return answer;
		const text = (await answer.text()).slice(0, 500);
		throw new Error(`n8n answered ${method} ${path} with status ${answer.status}: ${text}`);
	}
}
