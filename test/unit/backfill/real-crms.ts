/** A hub over the three real connectors on their simulators, as a first load finds them: nothing was read yet. */
import { readSystem } from '../../../lib/backfill/read-system';
import type { BackfillProgress, ReconcileReport, SystemRow } from '../../../lib';
import type { Filter } from '../../../lib/backfill/report';
import { objectsOf } from '../../../lib/model/field-map';
import type { ObjectName } from '../../../lib/model/objects';
import { CRMS, type Crm } from '../../../scripts/demo/agreement';
import { officeMap, OFFICE_SETTINGS, openOffice, type Office } from '../../e2e/office';
import { startSimulators, type Simulators } from '../../simulators';
import { contextOf, portOf } from '../connectors/harness';
import { registration, TestHub } from '../support/hub';
import { TERMS } from './three-crms';

const SILENT = new AbortController().signal;
const MAX_ROUNDS = 2_000;
const ROUND_MS = 6_000;

export class RealCrms {
	private constructor(
		readonly simulators: Simulators,
		readonly office: Office,
		readonly hub: TestHub,
	) {}

	static async open(): Promise<RealCrms> {
		const simulators = await startSimulators({
			switches: { wealthbox: { throttle: false }, redtail: { familyWrites: true } },
		});
		const office = openOffice(simulators);
		const [first, ...others] = CRMS.map((crm) => office[crm].connector);
		const crms = new RealCrms(simulators, office, await TestHub.open([], {}, first, others));
		crms.hub.now = Date.now();
		for (const [place, crm] of CRMS.entries()) {
			const { settings } = crms.context(crm);
			await crms.hub.fabric.registerSystem({
				...registration(crm, place),
				...{ connector: crm, fieldMap: officeMap(crm), settings, awaitsLoad: true },
			});
			await crms.hub.accept(crm, [], { complete: true });
		}
		return crms;
	}

	async close(): Promise<void> {
		await this.hub.close();
		await this.simulators.stop();
	}

	/** Reads what every CRM holds, and makes the plan. */
	async plan(filters: Filter[] = []): Promise<BackfillProgress> {
		const { backfill } = this.hub.fabric;
		const { run } = await backfill.begin();
		this.hub.now = Date.now();
		for (const crm of CRMS) await readSystem(backfill, await this.toRead(crm, run));
		return backfill.plan(run, { terms: TERMS, filters });
	}

	async toRead(crm: Crm, run: string) {
		const { connector } = this.office[crm];
		const { fieldMap } = await this.row(crm);
		const context = this.context(crm);
		return { connector, context, fieldMap, run, again: false, signal: SILENT };
	}

	/** Advances and delivers until nothing moves; answers the writes by object. */
	async runOut(): Promise<Partial<Record<ObjectName, number>>> {
		const written: Partial<Record<ObjectName, number>> = {};
		for (let idle = 0, rounds = 0; idle < 2; rounds += 1) {
			if (rounds >= MAX_ROUNDS) throw new Error('The run does not end.');
			const moved = await this.hub.fabric.backfill.advance();
			let count = 0;
			for (const crm of CRMS) count += await this.deliver(crm, written);
			// What waits for a household comes back after some seconds.
			if (!moved && count === 0) {
				this.hub.now += ROUND_MS;
				idle += 1;
			} else idle = 0;
		}
		return written;
	}

	async reconcile(crm: Crm): Promise<ReconcileReport> {
		const { connector } = this.office[crm];
		const { fieldMap } = await this.row(crm);
		const { reconcile } = this.hub.fabric;
		const context = this.context(crm);
		const run = await reconcile.start(crm, { scope: 'full', dryRun: false });
		for (const object of objectsOf(fieldMap))
			for await (const page of connector.readAll(context, { fieldMap, object, signal: SILENT }))
				await reconcile.page(run, page);
		const isGone = (crmId: string, object: ObjectName) =>
			connector.isGone(context, crmId, SILENT, object);
		return reconcile.finish(run, { complete: true, isGone });
	}

	private async deliver(crm: Crm, written: Partial<Record<ObjectName, number>>): Promise<number> {
		const { hub, office } = this;
		hub.now = Math.max(hub.now, Date.now());
		const jobs = await hub.claim(crm);
		const { connector } = office[crm];
		const context = this.context(crm);
		const many = await connector.deliverMany?.(context, jobs);
		for (const [place, job] of jobs.entries()) {
			const outcome = many?.[place] ?? (await connector.deliver(context, job));
			if (outcome.status === 'rejected') throw new Error(`${crm} ${job.object}: ${outcome.reason}`);
			hub.now = Math.max(hub.now, Date.now());
			await hub.report(job, outcome);
			written[job.object] = (written[job.object] ?? 0) + 1;
		}
		return jobs.length;
	}

	private async row(crm: Crm): Promise<SystemRow> {
		const row = (await this.hub.fabric.systems()).find(({ name }) => name === crm);
		if (row === undefined) throw new Error(`${crm} is not registered.`);
		return row;
	}

	private context(crm: Crm) {
		const { connector, simulator } = this.office[crm];
		const context = contextOf(connector, portOf(simulator), OFFICE_SETTINGS[crm]);
		return { ...context, now: () => Math.max(this.hub.now, Date.now()) };
	}
}
