/** Puts small workflows together. */
import type { IConnections, IDataObject, INode } from 'n8n-workflow';
import type { TestWorkflow } from './engine';

const PREFIX = 'n8n-nodes-crm-fabric.';

export interface TestNode {
	name: string;
	/** Of our package without its prefix, or a whole type of n8n's own. */
	type: string;
	parameters?: IDataObject;
	/** Credential types that the node uses. */
	credentials?: string[];
	onError?: INode['onError'];
	typeVersion?: number;
}

export const STORE = ['crmFabricStoreApi'];

/** Nodes in a row, each one's first output to the next, with a Manual Trigger before them. */
export function chain(...nodes: TestNode[]): TestWorkflow {
	const all = [{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' }, ...nodes];
	const connections: IConnections = {};
	for (const [place, { name }] of all.slice(0, -1).entries()) {
		const next = all[place + 1] as TestNode;
		connections[name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	}
	return { nodes: all.map(toNode), connections };
}

/** Gives these items, as n8n's own nodes make them: one list, split into items. */
export function given(items: object[]): [TestNode, TestNode] {
	return [
		{
			name: 'Items',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ items }), options: {} },
		},
		{
			name: 'Split',
			type: 'n8n-nodes-base.splitOut',
			parameters: { fieldToSplitOut: 'items', options: {} },
		},
	];
}

function toNode(
	{ name, type, parameters = {}, credentials = [], onError, typeVersion = 1 }: TestNode,
	place: number,
): INode {
	return {
		id: `node-${place}`,
		name,
		type: type.includes('.') ? type : `${PREFIX}${type}`,
		typeVersion,
		position: [place * 200, 0],
		parameters: parameters as INode['parameters'],
		...(onError && { onError }),
		credentials: Object.fromEntries(
			credentials.map((credential) => [credential, { id: credential, name: credential }]),
		),
	};
}
