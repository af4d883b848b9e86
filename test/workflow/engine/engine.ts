/** Runs workflow JSON on n8n's own engine with the built package. See ./process.cjs. */
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IConnections, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { n8nHost } from '../../../scripts/n8n-process';

const ROOT = join(__dirname, '..', '..', '..');
/** The first run on a machine installs n8n. */
export const START_LIMIT_MS = 30 * 60_000;
/** A run takes milliseconds, on a busy machine seconds. */
export const RUN_LIMIT_MS = 60_000;

export interface TestWorkflow {
	nodes: INode[];
	connections: IConnections;
}

export interface EngineError {
	message: string;
	description?: string | null;
	context?: IDataObject;
	node?: { name: string };
}

export interface WorkflowRun {
	status: string;
	error?: EngineError;
	/** Items by node and output. */
	output: (node: string, output?: number) => INodeExecutionData[];
	/** Hints that the node gave in this run. */
	hints: (node: string) => string[];
}

interface NodeRunData {
	data?: { main: Array<INodeExecutionData[] | null> };
	hints?: Array<{ message: string }>;
}

interface Answer {
	failure?: string;
	status: string;
	error?: EngineError;
	runData: Record<string, NodeRunData[]>;
}

const MAX_LOG = 20_000;

export class Engine {
	/** What the process wrote; n8n logs every error there, expected ones too. */
	private log = '';

	private constructor(
		private readonly child: ChildProcess,
		private readonly folder: string,
	) {
		const keep = (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-MAX_LOG));
		child.stdout?.on('data', keep);
		child.stderr?.on('data', keep);
	}

	/** Throws if the package is not built. */
	static async start(): Promise<Engine> {
		requireBuild();
		const { root, nodeBin } = await n8nHost();
		const folder = await mkdtemp(join(tmpdir(), 'crm-fabric-engine-'));
		const packageFolder = await installed(folder);
		const child = fork(join(__dirname, 'process.cjs'), [packageFolder, root], {
			execPath: nodeBin,
			execArgv: [],
			silent: true,
			env: {
				PATH: process.env.PATH,
				HOME: folder,
				N8N_USER_FOLDER: folder,
				NODE_PATH: join(root, 'node_modules'),
			},
		});
		const engine = new Engine(child, folder);
		// Loading takes seconds on a busy machine: they are not the first test's.
		const { failure } = await engine.answer();
		if (failure === undefined) return engine;
		await engine.stop();
		throw new Error(failure);
	}

	/** Path for a store, gone when the engine stops. */
	storePath(name: string): string {
		return join(this.folder, `${name}.sqlite`);
	}

	async run(
		workflow: TestWorkflow,
		credentials: Record<string, IDataObject>,
	): Promise<WorkflowRun> {
		const answer = await this.ask({ workflow, credentials });
		if (answer.failure !== undefined) throw new Error(answer.failure);
		const runOf = (node: string) => {
			const run = answer.runData[node]?.[0];
			if (run === undefined) throw new Error(`The node "${node}" did not run.`);
			return run;
		};
		return {
			status: answer.status,
			error: answer.error,
			output: (node, output = 0) => runOf(node).data?.main[output] ?? [],
			hints: (node) => (runOf(node).hints ?? []).map(({ message }) => message),
		};
	}

	async stop(): Promise<void> {
		const gone = new Promise((resolve) => this.child.once('exit', resolve));
		if (this.child.exitCode === null && this.child.kill()) await gone;
		await rm(this.folder, { recursive: true, force: true });
	}

	private ask(message: object): Promise<Answer> {
		const answer = this.answer();
		this.child.send(message);
		return answer;
	}

	private answer(): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const onExit = (code: number | null) =>
				reject(new Error(`The engine's process ended (${code}):\n${this.log}`));
			this.child.once('exit', onExit);
			this.child.once('message', (answer) => {
				this.child.off('exit', onExit);
				resolve(answer as Answer);
			});
		});
	}
}

function requireBuild(): void {
	if (existsSync(join(ROOT, 'dist', 'lib', 'index.js'))) return;
	throw new Error('The package is not built. Run `npm run build` first, then the tests again.');
}

/** Away from our node_modules: the nodes must find n8n-workflow where a real n8n has it. */
async function installed(folder: string): Promise<string> {
	const target = join(folder, 'node_modules', 'n8n-nodes-crm-fabric');
	await mkdir(target, { recursive: true });
	await cp(join(ROOT, 'package.json'), join(target, 'package.json'));
	await cp(join(ROOT, 'dist'), join(target, 'dist'), { recursive: true });
	return target;
}
