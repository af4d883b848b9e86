/**
 * A real n8n with the packed package in it, for the demo and the end-to-end tests:
 *
 *     const n8n = await N8nInstance.prepare({ folder, packageTarball: await packPackage(folder) });
 *     await n8n.importCredentials([...]);
 *     await n8n.importWorkflows([...]);
 *     await n8n.publish('wf1');
 *     await n8n.start();
 *     await n8n.api('GET', '/workflows');
 *     await n8n.stop();
 */
import { execFile, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EditorApi, OWNER } from './editor-api';
import {
	endOfLog,
	freePort,
	hasEnded,
	n8nEnvironment,
	n8nHost,
	runN8n,
	signalGroup,
	spawnN8n,
	type HostPaths,
} from './n8n-process';

const PACKAGE = 'n8n-nodes-crm-fabric';
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 40_000;
const POLL_MS = 200;
const PUBLISH_LIMIT_MS = 30_000;
const MAX_EXECUTIONS = 100;

export type JsonObject = Record<string, unknown>;

interface PublicationStatus {
	status: string;
	triggers?: Array<{ errorMessage?: string | null }>;
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	/** `new`, `running`, `waiting`, `success`, `error`, `crashed`, `canceled` */
	status: string;
	mode: string;
	startedAt: string | null;
	stoppedAt: string | null;
}

export { OWNER } from './editor-api';
export { packPackage } from './n8n-process';

export class N8nInstance {
	private child: ChildProcess | undefined;
	private readonly editor = new EditorApi(() => this.url);
	private readonly endWithParent = () => this.kill();

	/** Set by {@link start}. */
	port = 0;

	private constructor(
		private readonly paths: HostPaths,
		/** Holds `.n8n` (database, settings, packages) and the log. */
		readonly folder: string,
	) {}

	/**
	 * Makes the user folder, with the package unpacked where n8n's own installer would put it.
	 * A folder that has been used before goes on as it is; without a tarball its package stays.
	 */
	static async prepare(options: { folder: string; packageTarball?: string }): Promise<N8nInstance> {
		const paths = await n8nHost();
		await mkdir(options.folder, { recursive: true });
		if (options.packageTarball !== undefined) {
			const target = join(options.folder, '.n8n', 'nodes', 'node_modules', PACKAGE);
			await rm(target, { recursive: true, force: true });
			await mkdir(target, { recursive: true });
			const unpack = ['-xzf', options.packageTarball, '-C', target, '--strip-components=1'];
			await promisify(execFile)('tar', unpack);
		}
		return new N8nInstance(paths, options.folder);
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get logFile(): string {
		return join(this.folder, 'n8n.log');
	}

	get pid(): number | undefined {
		return this.child?.pid;
	}

	/** Each with a fixed `id`, `name`, `type` and plain `data`. */
	async importCredentials(credentials: JsonObject[]): Promise<void> {
		await this.importAll('import:credentials', credentials);
	}

	/** Each with a fixed `id`; imported unpublished. Only while n8n is stopped. */
	async importWorkflows(workflows: JsonObject[]): Promise<void> {
		await this.importAll('import:workflow', workflows);
	}

	/** Publishes the current version; takes effect at once when n8n runs, else at its next start. */
	async publish(id: string): Promise<void> {
		if (this.child === undefined) {
			await runN8n(this.paths, ['publish:workflow', `--id=${id}`], this.environment());
			return;
		}
		const { versionId } = (await this.api('GET', `/workflows/${id}`)) as JsonObject;
		await this.api('POST', `/workflows/${id}/activate`, { versionId });
	}

	/** Adds a workflow to the running n8n; its `id` is n8n's to choose. */
	async addUnpublished(workflow: JsonObject): Promise<string> {
		const { id } = (await this.api('POST', '/workflows', workflow)) as { id: string };
		return id;
	}

	/** Adds a workflow to the running n8n and publishes it; resolves when its triggers run. */
	async addWorkflow(workflow: JsonObject): Promise<string> {
		const id = await this.addUnpublished(workflow);
		await this.publish(id);
		await this.published(id);
		return id;
	}

	/** n8n publishes in the background. Rejects with what the failed triggers said. */
	async published(id: string): Promise<void> {
		const deadline = Date.now() + PUBLISH_LIMIT_MS;
		while (Date.now() < deadline) {
			const answer = (await this.api(
				'GET',
				`/workflows/${id}/publication-status`,
			)) as PublicationStatus;
			if (answer.status === 'published') return;
			const errors = (answer.triggers ?? []).flatMap(({ errorMessage }) => errorMessage ?? []);
			if (errors.length > 0) throw new Error(errors.join('; '));
			await sleep(POLL_MS);
		}
		throw new Error(`n8n did not publish the workflow within ${PUBLISH_LIMIT_MS / 1000} s.`);
	}

	async unpublish(id: string): Promise<void> {
		await this.api('POST', `/workflows/${id}/deactivate`, {});
	}

	/** Starts n8n and waits until its editor's API answers. `port` 0 or absent: a free one. */
	async start(options: { port?: number; env?: Record<string, string> } = {}): Promise<void> {
		if (this.child !== undefined) throw new Error('This n8n runs already: stop it first.');
		this.port = options.port || (await freePort());
		const env = {
			...this.environment(),
			...this.ownerEnvironment(),
			N8N_PORT: String(this.port),
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			N8N_WEBHOOK_URL: `${this.url}/`,
			...options.env,
		};
		this.child = spawnN8n(this.paths, this.logFile, env);
		process.on('exit', this.endWithParent);
		await this.untilReady(this.child);
		await this.requirePackage();
		await this.login();
	}

	/** Ends n8n as an operator would, and by force if it does not end. */
	async stop(): Promise<void> {
		await this.end('SIGTERM');
	}

	/** What a power cut does. Resolves when the process is gone. */
	async crash(): Promise<void> {
		await this.end('SIGKILL');
	}

	/** SIGKILL without waiting. */
	kill(): void {
		if (this.child !== undefined) signalGroup(this.child, 'SIGKILL');
	}

	/** Signs in as {@link OWNER}; {@link start} has done so already. */
	async login(): Promise<void> {
		await this.editor.login();
	}

	/** A call to the editor's API (`/rest`), e.g. `('GET', '/workflows')`; returns the answer's data. */
	async api(method: string, path: string, body?: unknown): Promise<unknown> {
		return await this.editor.api(method, path, body);
	}

	/** The newest executions first; at most 100. */
	async executions(workflowId?: string): Promise<ExecutionSummary[]> {
		const filter = workflowId === undefined ? {} : { workflowId };
		const query = new URLSearchParams({
			filter: JSON.stringify(filter),
			limit: String(MAX_EXECUTIONS),
		});
		const { results } = (await this.api('GET', `/executions?${query}`)) as {
			results: ExecutionSummary[];
		};
		return results;
	}

	/** One execution's run data: `resultData.runData[<node name>]`, `resultData.error`. */
	async executionData(id: string): Promise<JsonObject> {
		const { data } = (await this.api('GET', `/executions/${id}`)) as { data: string };
		const { parse } = this.requireFromHost('flatted') as { parse: (text: string) => JsonObject };
		return parse(data);
	}

	async log(): Promise<string> {
		return await readFile(this.logFile, 'utf8').catch(() => '');
	}

	private environment(): Record<string, string> {
		return n8nEnvironment(this.paths, this.folder);
	}

	private ownerEnvironment(): Record<string, string> {
		const ROUNDS = 4;
		const bcrypt = this.requireFromHost('bcryptjs') as {
			hashSync: (text: string, rounds: number) => string;
		};
		return {
			N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
			N8N_INSTANCE_OWNER_EMAIL: OWNER.email,
			N8N_INSTANCE_OWNER_FIRST_NAME: OWNER.firstName,
			N8N_INSTANCE_OWNER_LAST_NAME: OWNER.lastName,
			N8N_INSTANCE_OWNER_PASSWORD_HASH: bcrypt.hashSync(OWNER.password, ROUNDS),
		};
	}

	private requireFromHost(name: string): unknown {
		return createRequire(join(this.paths.root, 'package.json'))(name);
	}

	private async importAll(command: string, objects: JsonObject[]): Promise<void> {
		const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-import-'));
		try {
			const file = join(folder, 'import.json');
			await writeFile(file, JSON.stringify(objects), { mode: 0o600 });
			await runN8n(this.paths, [command, `--input=${file}`], this.environment());
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}

	private async untilReady(child: ChildProcess): Promise<void> {
		const deadline = Date.now() + READY_LIMIT_MS;
		while (Date.now() < deadline) {
			if (hasEnded(child)) throw await this.startFailure('ended while starting');
			if ((await this.answers('/healthz/readiness')) && (await this.answers('/rest/settings'))) {
				return;
			}
			await sleep(POLL_MS);
		}
		throw await this.startFailure(`was not ready after ${READY_LIMIT_MS / 1000} s`);
	}

	/** n8n starts without a package that it cannot load, and only logs why. */
	private async requirePackage(): Promise<void> {
		if ((await this.log()).includes(`Failed to load package "${PACKAGE}"`)) {
			throw await this.startFailure(`could not load ${PACKAGE}`);
		}
	}

	private async startFailure(what: string): Promise<Error> {
		await this.crash();
		return new Error(`n8n ${what}. The end of ${this.logFile}:\n${endOfLog(this.logFile)}`);
	}

	private async answers(path: string): Promise<boolean> {
		const answer = await fetch(this.url + path).catch(() => undefined);
		// n8n answers every path with a page that says it is starting.
		return answer?.ok === true && (answer.headers.get('content-type') ?? '').includes('json');
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		const { child } = this;
		if (child === undefined) return;
		const ended = new Promise<void>((resolve) => {
			if (hasEnded(child)) resolve();
			else child.once('exit', () => resolve());
		});
		signalGroup(child, signal);
		const force = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_LIMIT_MS);
		await ended;
		clearTimeout(force);
		process.off('exit', this.endWithParent);
		this.child = undefined;
	}
}
