/** The shipped templates with the demo's credentials chosen, as a person would in the editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Simulators } from '../../test/simulators';

export const WORKFLOW_ID = 'crmFabricContactSync';
export const REVIEW_WORKFLOW_ID = 'crmFabricReviewQueue';
/** Where the review queue's form answers. */
export const REVIEW_FORM_PATH = '/form/crm-fabric-reviews';

/** Where the first load's form answers. */
export const FIRST_LOAD_FORM_PATH = '/form/crm-fabric-first-load';

/** Who opens the forms. */
export const REVIEWER = { user: 'operations', password: 'Weave-3-threads' };

/** Of the demo's Wealthbox and Redtail, should a trigger be set to accept signed push calls. */
export const PUSH_SECRET = 'a-demo-secret-that-signs-pushes';

type JsonObject = Record<string, unknown>;

interface TemplateNode extends JsonObject {
	name: string;
	type: string;
	parameters: JsonObject;
	credentials?: JsonObject;
}

export interface Template extends JsonObject {
	name: string;
	nodes: TemplateNode[];
}

/** A stored credential of the demo: fixed id, so that the template can name it. */
export interface DemoCredential extends JsonObject {
	id: string;
	name: string;
	type: string;
	data: JsonObject;
}

export type TemplateName = 'contact-sync' | 'first-load' | 'nightly-reconcile' | 'review-queue';

export function readTemplate(name: TemplateName): Template {
	const path = join(__dirname, '..', '..', 'workflows', `${name}.json`);
	return JSON.parse(readFileSync(path, 'utf8')) as Template;
}

export function demoCredentials(simulators: Simulators, storeFile: string): DemoCredential[] {
	const { wealthbox, redtail, salesforce } = simulators;
	const of = (simulator: { credentials: Record<string, string> }, name: string) => {
		const value = simulator.credentials[name];
		if (value === undefined) throw new Error(`The simulator has no test credential "${name}".`);
		return value;
	};
	return [
		{
			id: 'demoWealthbox',
			name: 'Wealthbox (simulated)',
			type: 'wealthboxApi',
			data: {
				accessToken: of(wealthbox, 'accessToken'),
				baseUrl: wealthbox.url,
				pushSecret: PUSH_SECRET,
			},
		},
		{
			id: 'demoRedtail',
			name: 'Redtail (simulated)',
			type: 'redtailApi',
			data: {
				baseUrl: redtail.url,
				apiKey: of(redtail, 'apiKey'),
				signInWith: 'userKey',
				userKey: of(redtail, 'userKey'),
				pushSecret: PUSH_SECRET,
			},
		},
		{
			id: 'demoSalesforce',
			name: 'Salesforce (simulated)',
			type: 'salesforceFabricClientCredentialsApi',
			data: {
				myDomainUrl: salesforce.url,
				clientId: of(salesforce, 'clientId'),
				clientSecret: of(salesforce, 'clientSecret'),
			},
		},
		{
			id: 'demoStore',
			name: 'CRM Fabric Store (demo)',
			type: 'crmFabricStoreApi',
			data: { type: 'sqlite', filePath: storeFile },
		},
		{ id: 'demoReviewer', name: 'Review queue (demo)', type: 'httpBasicAuth', data: REVIEWER },
	];
}

export interface Pace {
	/** Seconds between two polls while there is work, and while there is none. */
	minPollSeconds: number;
	maxPollSeconds: number;
	/** Wealthbox throttles nobody: the fabric need not hold back either. */
	unthrottled?: boolean;
}

/** The template as the demo publishes it: credentials chosen, pollers at the given pace, nothing else. */
export function fillIn(
	template: Template,
	id: string,
	credentials: DemoCredential[],
	{ unthrottled = false, ...pace }: Pace,
): Template {
	const byType = new Map(credentials.map((credential) => [credential.type, credential]));
	const refer = (type: string) => {
		const credential = byType.get(type);
		return credential === undefined ? {} : { [type]: { id: credential.id, name: credential.name } };
	};
	const nodes = template.nodes.map((node) => {
		const kind = node.type.replace('n8n-nodes-crm-fabric.', '');
		if (kind === 'n8n-nodes-base.formTrigger') {
			return { ...node, credentials: refer('httpBasicAuth') };
		}
		if (kind === node.type) return node;
		const store = usesStore(kind) || readsForStore(node) ? refer('crmFabricStoreApi') : {};
		const crm = /wealthbox|redtail|salesforce/.exec(kind)?.[0];
		const own = crm === undefined ? {} : crmCredential(crm, refer);
		const polled = kind === 'wealthboxTrigger' || kind === 'redtailTrigger';
		// Redtail documents no limit and the simulated one has none; the default is a cautious guess.
		const isFree = kind === 'redtailTrigger' || unthrottled;
		const limit = isFree ? { callsPerMinute: 1_200 } : {};
		const choice =
			crm === 'salesforce' ? { authentication: 'salesforceFabricClientCredentialsApi' } : {};
		const options = polled
			? { options: { ...(node.parameters.options as JsonObject), ...pace, ...limit } }
			: {};
		return {
			...node,
			parameters: { ...node.parameters, ...choice, ...options },
			credentials: { ...store, ...own },
		};
	});
	return { ...template, id, active: false, nodes };
}

function usesStore(kind: string): boolean {
	return kind.endsWith('Trigger') || ['identityResolve', 'fieldMerge', 'crmFabric'].includes(kind);
}

/** Reconcile and Read for Backfill of a CRM node. */
function readsForStore({ parameters }: TemplateNode): boolean {
	return parameters.resource === 'fabric' && parameters.operation !== 'deliver';
}

function crmCredential(crm: string, refer: (type: string) => JsonObject): JsonObject {
	return refer(crm === 'salesforce' ? 'salesforceFabricClientCredentialsApi' : `${crm}Api`);
}
