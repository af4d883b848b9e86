/**
 * Everything that runs in the demo and in the end-to-end tests: three simulated CRMs, a real n8n
 * with the packed package, and the shipped templates published in it. What it starts, it stops.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulators, type Simulators, type SimulatorsOptions } from '../../test/simulators';
import { N8nInstance, OWNER, packPackage } from '../n8n-instance';
import {
	demoCredentials,
	fillIn,
	readTemplate,
	REVIEW_FORM_PATH,
	REVIEW_WORKFLOW_ID,
	type Pace,
	type Template,
	WORKFLOW_ID,
} from './template';

export interface DemoOptions {
	/** Holds n8n's user folder, the store and the CRMs' saved contacts. */
	folder: string;
	/** People in all, spread over the three CRMs. */
	contacts: number;
	seed?: number;
	pace?: Pace;
	/** 0: any free ports, else n8n takes this one and the simulators the next three. */
	portBase?: number;
	/** Each simulated CRM's own switches. */
	switches?: SimulatorsOptions['switches'];
	/** Told what happens, a line a step. */
	onProgress?: (line: string) => void;
	/** Acts on the CRMs before n8n starts: what they hold then is found by the first read. */
	before?: (simulators: Simulators) => void | Promise<void>;
	/** Changes the contact sync before it is imported (tests). */
	adapt?: (template: Template) => Template;
}

/** The quickest pace that the simulated limits (Wealthbox: a call a second over five minutes) allow. */
const QUICK: Pace = { minPollSeconds: 1, maxPollSeconds: 1 };

const STARTS_AT_MOST = 3;

export class FabricDemo {
	private constructor(
		readonly options: DemoOptions,
		readonly simulators: Simulators,
		readonly n8n: N8nInstance,
	) {}

	static async start(options: DemoOptions): Promise<FabricDemo> {
		const say = options.onProgress ?? (() => undefined);
		await mkdir(options.folder, { recursive: true });
		say('Packing the package');
		const packageTarball = await packPackage(options.folder);
		const { portBase = 0 } = options;
		say('Starting the three simulated CRMs');
		const saved = await savedStates(options.folder);
		const simulators = await startSimulators({
			contacts: options.contacts,
			seed: options.seed,
			portBase: portBase === 0 ? 0 : portBase + 1,
			states: saved,
			switches: options.switches,
		});
		try {
			await options.before?.(simulators);
			say('Installing the package into n8n and importing the templates');
			const n8n = await N8nInstance.prepare({
				folder: join(options.folder, 'n8n'),
				packageTarball,
			});
			const demo = new FabricDemo(options, simulators, n8n);
			await demo.importAll();
			say('Starting n8n');
			await n8n.start({ port: portBase });
			await n8n.publish(REVIEW_WORKFLOW_ID);
			await n8n.published(REVIEW_WORKFLOW_ID);
			return demo;
		} catch (error) {
			await simulators.stop();
			throw error;
		}
	}

	/** Forgets everything an earlier run left in the folder. */
	static async reset(folder: string): Promise<void> {
		await rm(folder, { recursive: true, force: true });
	}

	get storeFile(): string {
		return join(this.options.folder, 'crm-fabric.sqlite');
	}

	get owner(): { email: string; password: string } {
		return OWNER;
	}

	get workflowUrl(): string {
		return `${this.n8n.url}/workflow/${WORKFLOW_ID}`;
	}

	/** Where people answer reviews in the browser. */
	get reviewFormUrl(): string {
		return `${this.n8n.url}${REVIEW_FORM_PATH}`;
	}

	/** SIGKILL, as a power cut would. */
	async crashN8n(): Promise<void> {
		await this.n8n.crash();
	}

	/**
	 * Starts n8n again after a crash or stop, on the same data, as a supervisor does (systemd, Docker's restart
	 * policy): n8n 2.40 ends itself at a start that finds an execution which was killed before it began
	 * ("Cannot read properties of null (reading 'getTime')", n8n-io/n8n#20560), and runs at the next one.
	 */
	async restartN8n(starts = STARTS_AT_MOST): Promise<void> {
		for (let start = 1; ; start += 1) {
			try {
				return await this.n8n.start({ port: this.options.portBase ?? 0 });
			} catch (error) {
				if (start === starts) throw error;
			}
		}
	}

	async stop(): Promise<void> {
		await this.n8n.stop();
		await saveStates(this.options.folder, this.simulators);
		await this.simulators.stop();
	}

	private async importAll(): Promise<void> {
		const credentials = demoCredentials(this.simulators, this.storeFile);
		const { pace: given = QUICK, switches } = this.options;
		const pace = { ...given, unthrottled: switches?.wealthbox?.throttle === false };
		const sync = fillIn(readTemplate('contact-sync'), WORKFLOW_ID, credentials, pace);
		const queue = fillIn(readTemplate('review-queue'), REVIEW_WORKFLOW_ID, credentials, pace);
		await this.n8n.importCredentials(credentials);
		await this.n8n.importWorkflows([this.options.adapt?.(sync) ?? sync, queue]);
		await this.n8n.publish(WORKFLOW_ID);
	}
}

type States = Partial<Record<'wealthbox' | 'redtail' | 'salesforce', unknown>>;

function statesFile(folder: string): string {
	return join(folder, 'simulated-crms.json');
}

async function savedStates(folder: string): Promise<States | undefined> {
	const file = statesFile(folder);
	return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as States) : undefined;
}

async function saveStates(
	folder: string,
	{ wealthbox, redtail, salesforce }: Simulators,
): Promise<void> {
	const states: States = {
		wealthbox: wealthbox.save(),
		redtail: redtail.save(),
		salesforce: salesforce.save(),
	};
	await writeFile(statesFile(folder), JSON.stringify(states));
}
