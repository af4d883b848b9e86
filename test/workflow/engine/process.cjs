/**
 * n8n's own workflow engine in a process of its own, started by ./engine.ts with NODE_PATH at the
 * host's node_modules: our built package and n8n then share one copy of n8n-workflow, as in a real
 * n8n. Arguments: folder of the package, folder with the host's node_modules.
 * Messages: `{ ready: true }` out once the packages are loaded; then `{ workflow, credentials }` in, `{ status, runData, error }` or `{ failure }` out.
 */
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [packageFolder, hostRoot] = process.argv.slice(2);
// What n8n-core itself depends on, e.g. n8n-workflow, is resolved as n8n-core resolves it.
const fromHost = createRequire(join(hostRoot, 'node_modules', 'n8n-core', 'package.json'));
const core = fromHost(join(hostRoot, 'node_modules', 'n8n-core'));
const { NodeHelpers, Workflow } = fromHost('n8n-workflow');

const OURS = 'n8n-nodes-crm-fabric';
const BASE = 'n8n-nodes-base';

async function loadPackages() {
	const ours = new core.PackageDirectoryLoader(packageFolder);
	const base = new core.LazyPackageDirectoryLoader(join(hostRoot, 'node_modules', BASE));
	await Promise.all([ours.loadAll(), base.loadAll()]);
	return { [OURS]: ours, [BASE]: base };
}

function nodeTypesOf(loaders) {
	const find = (type) => {
		const [packageName, name] = type.split('.');
		const loader = loaders[packageName];
		if (loader === undefined) throw new Error(`No package holds the node type ${type}.`);
		return loader.getNode(name).type;
	};
	return {
		getByName: find,
		getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(find(type), version),
		getKnownTypes: () => ({}),
	};
}

/** Stands in for n8n's credential store and its encryption; the credential types are the real ones. */
function credentialsHelper(loader, credentials) {
	const authenticationOf = (type) => loader.getCredential(type).type.authenticate;
	const filledIn = (template, data) =>
		String(template).replace(/^=?\{\{\s*\$credentials\.(\w+)\s*\}\}$/, (_, name) => data[name]);
	return {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getCredentialsProperties: (type) => loader.getCredential(type).type.properties,
		getDecrypted: async (_additional, _details, type) => credentials[type],
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		updateCredentials: async () => {},
		updateCredentialsOauthTokenData: async () => {},
		async authenticate(data, type, request) {
			const authentication = authenticationOf(type);
			if (typeof authentication === 'function') return await authentication(data, request);
			const templates = authentication?.properties.headers ?? {};
			const headers = Object.fromEntries(
				Object.entries(templates).map(([name, value]) => [name, filledIn(value, data)]),
			);
			return { ...request, headers: { ...request.headers, ...headers } };
		},
	};
}

function ended(hooks) {
	return new Promise((resolve) => {
		hooks.addHandler('workflowExecuteAfter', resolve);
	});
}

/** Nobody listens there; the engine only makes links of them. */
const ADDRESSES = Object.fromEntries(
	[
		'restApiUrl',
		'instanceBaseUrl',
		'webhookBaseUrl',
		'webhookWaitingBaseUrl',
		'webhookTestBaseUrl',
		'formWaitingBaseUrl',
		'formBaseUrl',
		'formTestBaseUrl',
	].map((name) => [name, 'http://localhost/']),
);

async function run(loaders, { workflow: json, credentials }) {
	const nodeTypes = nodeTypesOf(loaders);
	const { nodes, connections } = json;
	const workflow = new Workflow({ id: 'test', nodes, connections, nodeTypes, active: false });
	const hooks = new core.ExecutionLifecycleHooks('manual', '1', json);
	const end = ended(hooks);
	const additionalData = {
		credentialsHelper: credentialsHelper(loaders[OURS], credentials),
		hooks,
		executionId: '1',
		variables: {},
		currentNodeExecutionIndex: 0,
		...ADDRESSES,
		setExecutionStatus: () => {},
	};
	await new core.WorkflowExecute(additionalData, 'manual').run({ workflow });
	const { data, status } = await end;
	return { status, ...data.resultData };
}

const loading = loadPackages();
loading.then(
	() => process.send({ ready: true }),
	(error) => process.send({ failure: String(error?.stack ?? error) }),
);
process.on('message', (message) => {
	loading
		.then((loaders) => run(loaders, message))
		.then(({ status, runData, error }) => process.send({ status, runData, error }))
		.catch((error) => process.send({ failure: String(error?.stack ?? error) }));
});
