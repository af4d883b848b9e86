/** A hand-made IExecuteFunctions: parameters, items and credentials in, hints out; HTTP is real. */
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	NodeExecutionHint,
} from 'n8n-workflow';

export interface NodeRun {
	parameters: Record<string, unknown>;
	items?: IDataObject[];
	storePath?: string;
	credentials?: Record<string, IDataObject>;
	/** Headers that n8n would add from the credential. */
	headers?: Record<string, string>;
	continueOnFail?: boolean;
	timezone?: string;
	/** n8n's operator lets nodes write nowhere. */
	blockedPaths?: boolean;
	/** Credential types that the node names; the helper gives data for any. */
	chosen?: string[];
}

export interface NodeContext {
	context: IExecuteFunctions;
	hints: NodeExecutionHint[];
}

const folders: string[] = [];

// A store may still be open in this process, which a removed file does not trouble.
afterAll(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Path of a store that no other test uses; it is removed after the test file. */
export function freshStorePath(): string {
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-'));
	folders.push(folder);
	return join(folder, 'store.sqlite');
}

export function nodeContext(run: NodeRun): NodeContext {
	const hints: NodeExecutionHint[] = [];
	const items: INodeExecutionData[] = (run.items ?? [{}]).map((json) => ({ json }));
	const chosen = run.chosen?.map((type) => [type, { id: type, name: type }]);
	const node = {
		...{ name: 'Node', type: 'test', parameters: run.parameters },
		...(chosen && { credentials: Object.fromEntries(chosen) }),
	} as unknown as INode;
	const credentials: Record<string, IDataObject> = {
		crmFabricStoreApi: { type: 'sqlite', filePath: run.storePath ?? '' },
		...run.credentials,
	};
	const quiet = () => {};
	const context = {
		getNode: () => node,
		getInputData: () => items,
		continueOnFail: () => run.continueOnFail ?? false,
		getTimezone: () => run.timezone ?? 'UTC',
		getNodeParameter: (name: string, _index: number, fallback?: unknown, options?: IDataObject) =>
			parameter(run.parameters, name, fallback, options?.extractValue === true),
		getCredentials: (type: string) => {
			const found = credentials[type];
			if (found === undefined) throw new Error(`The node asked for the credential ${type}.`);
			return Promise.resolve(found);
		},
		addExecutionHints: (...added: NodeExecutionHint[]) => hints.push(...added),
		getExecutionCancelSignal: () => undefined,
		logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
		helpers: {
			httpRequestWithAuthentication: (_type: string, options: IHttpRequestOptions) =>
				request(options, run.headers ?? {}),
			resolvePath: async (path: string) => join(await realpath(dirname(path)), basename(path)),
			isFilePathBlocked: () => run.blockedPaths ?? false,
		},
	};
	return { context: context as unknown as IExecuteFunctions, hints };
}

function parameter(
	parameters: Record<string, unknown>,
	name: string,
	fallback: unknown,
	extractValue: boolean,
): unknown {
	const found = name
		.split('.')
		.reduce<unknown>((at, part) => (at as IDataObject | undefined)?.[part], parameters);
	if (found === undefined) {
		if (fallback === undefined) throw new Error(`The node has no parameter ${name}.`);
		return fallback;
	}
	const isLocator = typeof found === 'object' && found !== null && 'mode' in found;
	return extractValue && isLocator ? (found as IDataObject).value : found;
}

/** n8n's authenticated helper as the port uses it: any status but 401 is an answer. */
async function request(options: IHttpRequestOptions, headers: Record<string, string>) {
	const answer = await fetch(options.url, {
		method: options.method,
		headers: { ...(options.headers as Record<string, string>), ...headers },
		body: options.body as string | undefined,
		redirect: 'manual',
	});
	const body = await answer.text();
	if (answer.status === 401) {
		throw Object.assign(new Error('Unauthorized'), { response: { status: 401 } });
	}
	return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body };
}
