/** A demo whose triggers wait for the planned first load, and the first-load template published in it. */
import { randomUUID } from 'node:crypto';
import { mapOfObject } from '../../lib/model/field-map';
import { CRMS, primaryEmail, type Crm } from '../../scripts/demo/agreement';
import { familiesOf, makeBelongings } from '../../bench/first-load/belongings';
import type { FabricDemo, DemoOptions } from '../../scripts/demo/fabric-demo';
import {
	demoCredentials,
	fillIn,
	FIRST_LOAD_FORM_PATH,
	readTemplate,
	type Template,
} from '../../scripts/demo/template';
import type { JsonObject } from '../../scripts/n8n-instance';
import { ask, deskWorkflow, until } from './harness';
import type { Simulators } from '../simulators';
import { officeMap, OFFICE_SETTINGS, openOffice } from './office';

/** Nothing is throttled, and Redtail's families can be written. */
export const LOAD_SWITCHES: DemoOptions['switches'] = {
	wealthbox: { throttle: false },
	redtail: { familyWrites: true },
};

/** As a person sets the triggers of the contact sync before a first load of all there is. */
export function waitingForLoad(template: Template): Template {
	const nodes = template.nodes.map((node) => {
		const crm = CRMS.find((one) => node.type === `n8n-nodes-crm-fabric.${one}Trigger`);
		if (crm === undefined) return node;
		const { objects, ...settings } = OFFICE_SETTINGS[crm];
		const connectorSettings = JSON.stringify(settings);
		const options = { ...(node.parameters.options as JsonObject), connectorSettings };
		return { ...node, parameters: { ...node.parameters, start: 'load', objects, options } };
	});
	return { ...template, nodes };
}

/** Some clients live in families, to which a few records belong. */
export async function moveIn(simulators: Simulators): Promise<void> {
	const FAMILY_SHARE = 0.4;
	await makeBelongings(openOffice(simulators), familiesOf(clientsIn(simulators), FAMILY_SHARE));
}

/** Client by client the ids of its records, those who stand in most CRMs first. */
function clientsIn(simulators: Simulators): Array<Partial<Record<Crm, string>>> {
	const clients = new Map<string, Partial<Record<Crm, string>>>();
	for (const crm of CRMS)
		for (const contact of simulators[crm].people.list()) {
			const email = primaryEmail(contact);
			if (contact.type === 'person' && email !== '')
				clients.set(email, { ...clients.get(email), [crm]: contact.id });
		}
	const records = (one: Partial<Record<Crm, string>>) => Object.keys(one).length;
	return [...clients.values()].sort((a, b) => records(b) - records(a));
}

/** Stages and roles have other words in each CRM: the mapping says which. */
export async function saveOfficeMaps(demo: FabricDemo): Promise<void> {
	const parameters = {
		...{ resource: 'mapping', operation: 'save', system: '={{ $json.body.system }}' },
		...{ mappingObject: '={{ $json.body.object }}', map: '={{ $json.body.map }}' },
	};
	await demo.n8n.addWorkflow(deskWorkflow('mapping', parameters));
	const wanted: Array<[Crm, 'contact' | 'opportunity']> = [
		['redtail', 'opportunity'],
		['redtail', 'contact'],
		['salesforce', 'opportunity'],
	];
	for (const [system, object] of wanted) {
		const map = mapOfObject(officeMap(system), object);
		// Until its trigger has started, the store knows no such system.
		const saved = async () => {
			const [row] = await ask(demo, 'mapping', { system, object, map }).catch(() => []);
			return row?.origin === 'desk';
		};
		await until(`the mapping of ${object} is saved for ${system}`, saved);
	}
}

/** Answers the address of its form. */
export async function publishFirstLoad(demo: FabricDemo): Promise<string> {
	const credentials = demoCredentials(demo.simulators, demo.storeFile);
	const pace = { minPollSeconds: 1, maxPollSeconds: 1 };
	const workflow = fillIn(readTemplate('first-load'), randomUUID(), credentials, pace);
	await demo.n8n.addWorkflow(workflow);
	return `${demo.n8n.url}${FIRST_LOAD_FORM_PATH}`;
}
