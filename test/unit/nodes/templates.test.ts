/** The templates that people import: nodes of ours as they are, ids that no tool mixes up. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeHelpers, type INode, type INodeType, type IWorkflowBase } from 'n8n-workflow';
import { version as packageVersion, n8n } from '../../../package.json';

const ROOT = join(__dirname, '..', '..', '..');
const PREFIX = 'n8n-nodes-crm-fabric.';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Template = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'>;

const templates = readdirSync(join(ROOT, 'workflows')).map((file) => ({
	file,
	template: JSON.parse(readFileSync(join(ROOT, 'workflows', file), 'utf8')) as Template,
}));

/** By its name in n8n, e.g. `crmFabric`. */
const nodeTypes = new Map<string, INodeType>();

beforeAll(async () => {
	for (const path of n8n.nodes) {
		const source = join(ROOT, path.replace(/^dist\//, '').replace(/\.js$/, ''));
		const classes = (await import(source)) as Record<string, new () => INodeType>;
		const [NodeClass] = Object.values(classes);
		if (NodeClass === undefined) throw new Error(`${path} holds no node.`);
		const nodeType = new NodeClass();
		nodeTypes.set(nodeType.description.name, nodeType);
	}
});

function typeOf({ type }: INode): INodeType {
	const found = nodeTypes.get(type.slice(PREFIX.length));
	if (found === undefined) throw new Error(`The package has no node ${type}.`);
	return found;
}

test('there are templates', () => {
	expect(packageVersion).toMatch(/^\d/);
	expect(templates.map(({ file }) => file)).toEqual(
		expect.arrayContaining(['contact-sync.json', 'review-queue.json']),
	);
});

describe.each(templates)('$file', ({ template }) => {
	const ours = template.nodes.filter(({ type }) => type.startsWith(PREFIX));

	it('sets only parameters that its nodes show', () => {
		expect(ours.length).toBeGreaterThan(0);
		for (const node of ours) {
			const { description } = typeOf(node);
			expect([description.version].flat()).toContain(node.typeVersion);
			const shown = NodeHelpers.getNodeParameters(
				description.properties,
				node.parameters,
				true,
				false,
				node,
				description,
			);
			expect(Object.keys(shown ?? {})).toEqual(
				expect.arrayContaining(Object.keys(node.parameters)),
			);
		}
	});

	it('chooses only resources and operations that exist', () => {
		for (const node of ours) {
			const { properties } = typeOf(node).description;
			for (const name of ['resource', 'operation']) {
				const chosen = node.parameters[name];
				if (chosen === undefined) continue;
				const fitting = properties.filter(
					(property) =>
						property.name === name &&
						NodeHelpers.displayParameter(node.parameters, property, node, null),
				);
				const values = fitting.flatMap(({ options = [] }) =>
					options.map((one) => 'value' in one && one.value),
				);
				expect(values).toContain(chosen);
			}
		}
	});

	it('names no credential of ours or of anybody', () => {
		for (const node of template.nodes) expect(node.credentials).toBeUndefined();
	});

	it('connects nodes that are there, and none is left out', () => {
		const names = template.nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		const targets = Object.values(template.connections).flatMap(({ main = [] }) =>
			main.flatMap((output) => (output ?? []).map(({ node }) => node)),
		);
		const connected = new Set([...Object.keys(template.connections), ...targets]);
		for (const name of connected) expect(names).toContain(name);
		const working = template.nodes.filter(({ type }) => !type.endsWith('stickyNote'));
		expect([...connected].sort()).toEqual(working.map(({ name }) => name).sort());
	});
});

test('every id is a UUID, and none stands twice in the templates', () => {
	const ids = templates.flatMap(({ template }) => template.nodes.map(({ id }) => id));
	for (const id of ids) expect(id).toMatch(UUID);
	expect(new Set(ids).size).toBe(ids.length);
	const hooks = templates.flatMap(({ template }) =>
		template.nodes.flatMap(({ webhookId }) => webhookId ?? []),
	);
	for (const hook of hooks) expect(hook).toMatch(UUID);
	expect(new Set([...ids, ...hooks]).size).toBe(ids.length + hooks.length);
});
