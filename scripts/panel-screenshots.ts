/** Panels that the templates do not show: workflows made for the picture. */
import type { Page } from 'playwright-core';
import { deskWorkflow } from '../test/e2e/harness';
import type { FabricDemo } from './demo/fabric-demo';
import { panel, scrollTo, shoot } from './screenshot-tab';

/** The CRM node as an action: its fields are the CRM's own, loaded from it. */
export async function contactPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const id = await demo.n8n.addUnpublished({
		name: 'New contact',
		settings: {},
		connections: {},
		nodes: [
			{
				id: 'contact',
				name: 'Create a contact',
				type: 'n8n-nodes-crm-fabric.wealthbox',
				typeVersion: 1,
				position: [0, 0],
				parameters: { resource: 'contact', operation: 'create' },
				credentials: { wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' } },
			},
		],
	});
	await panel(tab, demo, id, 'Create a contact', 'panel-contact-create');
}

/** A trigger with everything chosen, and some of the options that come with it. */
export async function objectsPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const options = { deletePolicy: 'ask', memberTitle: 'Other Dependent', itemScanMinutes: 240 };
	const objects = ['contact', 'household', 'opportunity', 'note', 'task', 'event'];
	const id = await demo.n8n.addUnpublished({
		name: 'Objects',
		settings: {},
		connections: {},
		nodes: [
			{
				id: 'objects-1',
				name: 'Wealthbox Trigger',
				type: 'n8n-nodes-crm-fabric.wealthboxTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { system: 'wealthbox', objects, options },
				credentials: {
					crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' },
					wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' },
				},
			},
		],
	});
	await panel(tab, demo, id, 'Wealthbox Trigger', 'panel-objects');
}

/** What a client's value of a field stands for in a CRM. */
const VALUE_FORMS = {
	field: [
		{
			...{ crmField: 'contact_type', kind: 'picklist', picklistUnknown: 'omit' },
			picklistValues: { row: [{ canonical: 'Gold', crm: 'A' }] },
		},
	],
};

/** A trigger whose mapping is chosen field by field, and rules in Field Merge. */
export async function mappingPanel(tab: Page, demo: FabricDemo): Promise<void> {
	const store = { crmFabricStoreApi: { id: 'demoStore', name: 'CRM Fabric Store (demo)' } };
	const node = { typeVersion: 1, position: [0, 0] };
	const rules = [
		{ field: 'birthDate', policy: 'onlyFrom', system: 'salesforce' },
		{ field: 'jobTitle', policy: 'sourcePriority' },
	];
	const id = await demo.n8n.addUnpublished({
		name: 'Mapping and rules',
		settings: {},
		connections: {},
		nodes: [
			{
				...node,
				id: 'mapping-1',
				name: 'Wealthbox Trigger',
				type: 'n8n-nodes-crm-fabric.wealthboxTrigger',
				parameters: {
					...{ system: 'wealthbox', objects: ['contact', 'household', 'task'] },
					...{ fieldMapping: 'custom', mappedObjects: ['contact', 'task'] },
					valueForms: VALUE_FORMS,
				},
				credentials: {
					...store,
					wealthboxApi: { id: 'demoWealthbox', name: 'Wealthbox (simulated)' },
				},
			},
			{
				...node,
				position: [220, 0],
				id: 'rules-1',
				name: 'Field Merge',
				type: 'n8n-nodes-crm-fabric.fieldMerge',
				parameters: { fieldRules: { rules } },
				credentials: store,
			},
		],
	});
	await panel(tab, demo, id, 'Wealthbox Trigger', 'panel-field-mapping');
	await scrollTo(tab, 'Value Forms');
	await shoot(tab, 'panel-value-forms');
	await panel(tab, demo, id, 'Field Merge', 'panel-field-rules');
}

/** CRM Fabric, where a mapping is saved without publishing. */
export async function savePanel(tab: Page, demo: FabricDemo): Promise<void> {
	const parameters = {
		...{ resource: 'mapping', operation: 'save', system: 'salesforce', mapFrom: 'below' },
		...{ note: 'Service tier was renamed', requestedBy: 'Robin' },
	};
	const workflow = deskWorkflow('save', parameters);
	const id = await demo.n8n.addUnpublished(workflow);
	await panel(tab, demo, id, 'CRM Fabric', 'panel-mapping-save');
}
