/** A demo whose triggers wait for the planned first load, and the first-load template published in it. */
import { randomUUID } from 'node:crypto';
import type { FabricDemo } from '../../scripts/demo/fabric-demo';
import {
	demoCredentials,
	fillIn,
	FIRST_LOAD_FORM_PATH,
	readTemplate,
	type Template,
} from '../../scripts/demo/template';

/** As a person sets the triggers of the contact sync before a first load. */
export function waitingForLoad(template: Template): Template {
	const nodes = template.nodes.map((node) =>
		/(wealthbox|redtail|salesforce)Trigger$/.test(node.type)
			? { ...node, parameters: { ...node.parameters, start: 'load' } }
			: node,
	);
	return { ...template, nodes };
}

/** Answers the address of its form. */
export async function publishFirstLoad(demo: FabricDemo): Promise<string> {
	const credentials = demoCredentials(demo.simulators, demo.storeFile);
	const pace = { minPollSeconds: 1, maxPollSeconds: 1 };
	const workflow = fillIn(readTemplate('first-load'), randomUUID(), credentials, pace);
	await demo.n8n.addWorkflow(workflow);
	return `${demo.n8n.url}${FIRST_LOAD_FORM_PATH}`;
}
