/**
 * One CRM at a simulator over real HTTP, its trigger and its node as n8n runs them, and an office whose
 * people edit the same clients elsewhere.
 */
import type { IDataObject, ITriggerResponse } from 'n8n-workflow';
import type { Connector, CrmField } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { salesforce } from '../../../lib/connectors/salesforce';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { Fabric } from '../../../lib/fabric';
import { desiredFields } from '../../../lib/merge/register';
import { deliveryReportSchema } from '../../../lib/model/delivery-schema';
import { changeEventSchema } from '../../../lib/model/event';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields, FieldValue } from '../../../lib/model/fields';
import { Store } from '../../../lib/store/store';
import { Redtail } from '../../../nodes/Redtail/Redtail.node';
import { Salesforce } from '../../../nodes/Salesforce/Salesforce.node';
import { Wealthbox } from '../../../nodes/Wealthbox/Wealthbox.node';
import { credentialTypeOf } from '../../../nodes/shared/authentication';
import { connectorContext } from '../../../nodes/shared/connector-context';
import { startCrmTrigger } from '../../../nodes/shared/crm-trigger';
import type { Simulator } from '../../simulators/simulator';
import { hubStore } from '../../support/stores';
import { FakeTrigger } from '../nodes/fake-trigger';
import { nodeContext } from '../nodes/node-context';
import { snapshot } from '../support/hub';
import { memoryConnector, memoryFieldMap } from '../support/memory-connector';

export type Kind = Simulator['kind'];

const CONNECTORS: Record<Kind, Connector> = { wealthbox, redtail, salesforce };
const NODES = { wealthbox: new Wealthbox(), redtail: new Redtail(), salesforce: new Salesforce() };

const HEADERS: Record<Kind, (credentials: Record<string, string>) => Record<string, string>> = {
	wealthbox: ({ accessToken = '' }) => ({ ACCESS_TOKEN: accessToken }),
	redtail: ({ apiKey, userKey }) => ({
		Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
	}),
	salesforce: ({ accessToken }) => ({ Authorization: `Bearer ${accessToken}` }),
};

const OFFICE = 'office';
const OFFICE_MAP: FieldMap = [
	...memoryFieldMap,
	{ field: 'category', crmField: 'category', direction: 'both' },
	{ field: 'custom.tier', crmField: 'tier', direction: 'both' },
];

/** The fields are looked at so often, in minutes: every half second. */
const SCHEMA_MINUTES = 0.5 / 60;
const QUICK = { minPollSeconds: 0.2, maxPollSeconds: 0.3, fullScanMinutes: 0 };

/** What the panel says beside the contacts' rows. */
export interface Panel {
	parameters?: IDataObject;
	options?: IDataObject;
}

interface Running {
	n8n: FakeTrigger;
	response: ITriggerResponse;
	pump: Promise<void>;
}

export class OfficeAndCrm {
	/** Runs ahead of the world: deliveries that wait come due. */
	ahead = 0;
	readonly connector: Connector;
	private running: Running | undefined;
	private isOpen = true;
	private constructor(
		readonly fabric: Fabric,
		readonly simulator: Simulator,
		private readonly store: Store,
		private readonly remove: () => Promise<void>,
		private readonly panel: Panel,
	) {
		this.connector = CONNECTORS[simulator.kind];
	}

	/** `rows`: of the resource mapper in the trigger's panel. */
	static async open(
		simulator: Simulator,
		rows: Record<string, string>,
		panel: Panel = {},
	): Promise<OfficeAndCrm> {
		const place = await hubStore();
		const connectors = [wealthbox, redtail, salesforce, memoryConnector('memory')];
		const store = await Store.open(await place.backend());
		const clock = { now: () => Date.now() + world.ahead, random: () => 0 };
		const known = new Map(connectors.map((one) => [one.kind, one]));
		const fabric = new Fabric(store, known, clock);
		const parts = [fabric, simulator, store, place.remove, panel] as const;
		const world: OfficeAndCrm = new OfficeAndCrm(...parts);
		await fabric.registerSystem({
			...{ name: OFFICE, connector: 'memory', priority: 50, fieldMap: OFFICE_MAP, settings: {} },
			...{ creates: false, gonePolicy: 'unlink' },
		});
		await fabric.accept(OFFICE, { events: [], cursor: null, complete: true });
		await world.publish(rows);
		return world;
	}

	get system(): Kind {
		return this.simulator.kind;
	}

	/** Somebody changes the panel of the trigger and publishes the workflow. */
	async publish(rows: Record<string, string>): Promise<void> {
		await this.unpublish();
		const { kind, url, credentials } = this.simulator;
		const n8n = new FakeTrigger({
			parameters: {
				fieldMapping: 'custom',
				customFieldMap: { mappingMode: 'defineBelow', value: rows },
				...this.panel.parameters,
				options: {
					schemaMinutes: SCHEMA_MINUTES,
					...(kind === 'salesforce' ? {} : QUICK),
					creates: false,
					callsPerMinute: 100_000,
					...this.panel.options,
				},
			},
			credentials: { baseUrl: url, instanceUrl: url },
			request: requester(HEADERS[kind](credentials)),
		});
		const response = await startCrmTrigger(n8n.functions, kind, this.fabric);
		this.running = { n8n, response, pump: this.pump(n8n) };
	}

	/** What the trigger has logged. */
	get warnings(): string[] {
		return this.running?.n8n.warnings ?? [];
	}

	/** What the trigger has shown as failed executions. */
	get failures(): string[] {
		return (this.running?.n8n.failed ?? []).map(({ message }) => message);
	}

	/** A person in the office edits the client, or enters her. */
	async edit(fields: CanonicalFields): Promise<void> {
		const at = this.fabricNow();
		const options = { at, kind: 'delta' as const };
		const event = snapshot(OFFICE, 'o1', { type: 'person', ...fields }, options);
		await this.fabric.accept(OFFICE, { events: [event], cursor: null, complete: true });
		const batch = await this.fabric.nextEvents(OFFICE, 10);
		if (batch === undefined) throw new Error('The edit was no news.');
		await this.merge(batch.items.map((item) => item.event));
		await this.fabric.finishEvents(OFFICE, batch.id, { ok: true });
	}

	/** Whatever is due goes out by the CRM's node. Answers the canonical fields of each write. */
	async deliver(): Promise<string[][]> {
		const jobs = await this.fabric.claim(this.system, 10);
		if (jobs.length === 0) return [];
		const { kind, url, credentials } = this.simulator;
		const { context } = nodeContext({
			parameters: { resource: 'fabric', operation: 'deliver', system: kind },
			items: jobs as unknown as IDataObject[],
			credentials: { [this.credentialType()]: { baseUrl: url, instanceUrl: url } },
			headers: HEADERS[kind](credentials),
		});
		const [items = []] = await NODES[kind].execute.call(context);
		const reports = items.map(({ json }) => deliveryReportSchema.parse(json));
		await this.fabric.recordResults(reports);
		return jobs.map(({ changes }) => Object.keys(changes).sort());
	}

	/** Delivers until the CRM holds these values, read over its API by mappings of their own. */
	async delivered(fields: Record<string, FieldValue>, mappings: FieldMap): Promise<void> {
		await this.until(`${Object.keys(fields).join(', ')} delivered`, async () => {
			await this.deliver();
			const held = await this.read(mappings);
			return Object.entries(fields).every(([field, value]) => held[field] === value);
		});
	}

	/** The one record of the CRM, read over its API. */
	async read(mappings: FieldMap): Promise<CanonicalFields> {
		const context = this.context();
		const signal = AbortSignal.timeout(10_000);
		for await (const page of this.connector.readAll(context, { fieldMap: mappings, signal })) {
			for (const event of page) return changeEventSchema.parse(event).fields;
		}
		return {};
	}

	/** An administrator changes the CRM's setup. */
	async admin(method: string, path: string, body?: unknown): Promise<void> {
		const answer = await fetch(`${new URL(this.simulator.url).origin}/_sim${path}`, {
			method,
			...(body !== undefined && { body: JSON.stringify(body) }),
			headers: { 'content-type': 'application/json' },
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
	}

	/** What the client holds in the hub. */
	async client(): Promise<CanonicalFields> {
		const registers = await this.store.read((tx) => tx.registers.registers(['U1001']));
		return desiredFields(registers.get('U1001') ?? {});
	}

	fields(): Promise<CrmField[]> {
		return this.connector.describe(this.context());
	}

	/** Waits for what the trigger does by itself; only a run that hangs fails by time. */
	async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
		const MOST = 400;
		for (let round = 0; round < MOST; round += 1) {
			if (await isSo()) return;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		throw new Error(`It never came to this: ${what}. ${this.warnings.join(' ')}`);
	}

	async close(): Promise<void> {
		this.isOpen = false;
		await this.unpublish();
		await this.fabric.close();
		await this.remove();
	}

	private async unpublish(): Promise<void> {
		this.running?.n8n.endAll();
		await this.running?.response.closeFunction?.();
		this.running = undefined;
	}

	/** The canvas: Identity Resolve and Field Merge. */
	private async pump(n8n: FakeTrigger): Promise<void> {
		while (this.isOpen) {
			const { items, end } = await n8n.next();
			await this.merge(items.map((item) => changeEventSchema.parse(item)));
			end('success');
		}
	}

	private async merge(events: Parameters<Fabric['merge']>[0]): Promise<void> {
		const decisions = await this.fabric.resolve(events);
		const sure = events.filter((_, place) => decisions[place]?.decision !== 'review');
		await this.fabric.merge(sure, []);
	}

	private context() {
		const caller = this.running?.n8n.functions;
		if (caller === undefined) throw new Error('The trigger does not run.');
		const { connector, system } = this;
		const callsPerMinute = 100_000;
		const credentialType = this.credentialType();
		return connectorContext({
			caller,
			connector,
			system,
			credentialType,
			callsPerMinute,
			budgets: this.fabric.budgets,
		});
	}

	private credentialType(): string {
		const getNode = () => ({ parameters: {} });
		return credentialTypeOf({ getNode } as never, this.system);
	}

	private fabricNow(): number {
		return Date.now() + this.ahead;
	}
}

/** n8n's authenticated helper: any status but 401 is an answer. */
function requester(headers: Record<string, string>) {
	return async (_type: string, given: unknown) => {
		const options = given as {
			method: string;
			url: string;
			headers: Record<string, string>;
			body?: string;
			abortSignal?: AbortSignal;
		};
		const answer = await fetch(options.url, {
			method: options.method,
			headers: { ...options.headers, ...headers },
			body: options.body,
			redirect: 'manual',
			signal: options.abortSignal,
		});
		const body = await answer.text();
		if (answer.status === 401) {
			throw Object.assign(new Error('Unauthorized'), { response: { status: 401 } });
		}
		const cookies = answer.headers.getSetCookie();
		const told = { ...Object.fromEntries(answer.headers), 'set-cookie': cookies };
		return { statusCode: answer.status, headers: told, body };
	};
}
