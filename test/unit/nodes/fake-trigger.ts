/** n8n's side of a trigger, in the hands of a test: executions start when the node emits and end when the test says so. */
import type {
	ExecutionStatus,
	IDataObject,
	INodeExecutionData,
	IRun,
	ITriggerFunctions,
} from 'n8n-workflow';

export interface FakeExecution {
	items: IDataObject[];
	/** Ends as n8n tells it; undefined: no execution was started. */
	end: (status: ExecutionStatus | undefined) => void;
	/** n8n could not start it. */
	refuse: (error: Error) => void;
}

export interface FakeTriggerOptions {
	parameters?: IDataObject;
	mode?: 'trigger' | 'manual';
	nodeId?: string;
	/** The authenticated request helper. */
	request?: (credentialType: string, options: unknown) => Promise<unknown>;
	credentials?: IDataObject;
}

interface Deferred {
	promise: Promise<IRun>;
	resolve: (run: IRun) => void;
	reject: (error: Error) => void;
}

type Listener = (execution: FakeExecution) => void;

export class FakeTrigger {
	readonly executions: FakeExecution[] = [];
	/** Failures that were shown as failed executions. */
	readonly failed: Error[] = [];
	readonly warnings: string[] = [];
	readonly functions: ITriggerFunctions;
	private taken = 0;
	private listeners: Listener[] = [];

	constructor(private readonly options: FakeTriggerOptions = {}) {
		const { mode = 'trigger', nodeId = 'node-1', request } = options;
		const log = () => undefined;
		const functions = {
			emit: (data: INodeExecutionData[][], _: unknown, done?: Deferred) => this.emitted(data, done),
			saveFailedExecution: (error: Error) => void this.failed.push(error),
			getMode: () => mode,
			getNode: () => this.node(nodeId),
			getWorkflow: () => ({ id: 'workflow-1' }),
			getNodeParameter: (name: string, fallback?: unknown) =>
				this.options.parameters?.[name] ?? fallback,
			getCredentials: async () => await Promise.resolve(options.credentials ?? {}),
			helpers: { createDeferredPromise, httpRequestWithAuthentication: request },
			logger: {
				debug: log,
				info: log,
				error: log,
				warn: (message: string) => void this.warnings.push(message),
			},
		};
		this.functions = functions as unknown as ITriggerFunctions;
	}

	/** The next execution that no earlier call has given. */
	next(): Promise<FakeExecution> {
		const ready = this.executions[this.taken];
		this.taken += 1;
		if (ready !== undefined) return Promise.resolve(ready);
		return new Promise((resolve) => this.listeners.push(resolve));
	}

	/** Ends what the test left running, so that closing need not wait for it. */
	endAll(): void {
		for (const execution of this.executions) execution.end('success');
	}

	private emitted(data: INodeExecutionData[][], done?: Deferred): void {
		const items = (data[0] ?? []).map(({ json }) => json);
		const end: FakeExecution['end'] = (status) => done?.resolve(runOf(status));
		const execution = { items, end, refuse: (error: Error) => done?.reject(error) };
		this.executions.push(execution);
		this.listeners.shift()?.(execution);
	}

	private node(id: string) {
		const { parameters = {} } = this.options;
		return { id, name: 'Trigger', type: 't', typeVersion: 1, position: [0, 0], parameters };
	}
}

function createDeferredPromise(): Deferred {
	const handles: Partial<Deferred> = {};
	const promise = new Promise<IRun>((resolve, reject) =>
		Object.assign(handles, { resolve, reject }),
	);
	return Object.assign(handles, { promise }) as Deferred;
}

function runOf(status: ExecutionStatus | undefined): IRun {
	if (status === undefined) return undefined as unknown as IRun;
	return { status, data: { resultData: { lastNodeExecuted: 'Field Merge' } } } as unknown as IRun;
}

/** Lets everything that is already due run. */
export async function settle(): Promise<void> {
	const ROUNDS = 50;
	for (let round = 0; round < ROUNDS; round += 1) {
		await new Promise((resolve) => setImmediate(resolve));
	}
}
