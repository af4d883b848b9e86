/** Two processes see each new client at the same moment, each in its own CRM: one entity a client. */
import { join } from 'node:path';
import { verifyAudit } from '../../../lib/history/verify';
import { Store } from '../../../lib/store/store';
import { emptyStore, STORE_KINDS } from '../../support/stores';
import { Fabric } from '../../../lib/fabric';
import { registration } from '../support/hub';
import { memoryConnector } from '../support/memory-connector';
import { runWorkers } from '../support/worker-processes';
import type { SightingReport, SightingTask } from './sighting-worker';

/** The issue asks for 1,000 on PostgreSQL. */
const PAIRS = Number(process.env['FIRST_SIGHTINGS'] ?? 40);
const SYSTEMS = ['wealthbox', 'salesforce'];
test.each(STORE_KINDS)(
	'%s',
	async (kind) => {
		const place = await emptyStore(kind);
		const store = await Store.open(await place.backend());
		const fabric = new Fabric(store, new Map([['memory', memoryConnector('memory')]]));
		for (const [index, name] of SYSTEMS.entries()) {
			await fabric.registerSystem({ ...registration(name, index), creates: false });
		}
		const tasks = SYSTEMS.map((system): SightingTask => {
			return { location: place.location, system, clients: PAIRS };
		});
		const script = join(__dirname, 'sighting-worker.ts');
		const reports = await runWorkers<SightingReport>(script, tasks);

		const ids = await store.read((tx) => tx.identity.page(null, 10_000));
		const links = await store.read((tx) => tx.identity.linksOf(ids));
		expect(ids).toHaveLength(PAIRS);
		expect(links).toHaveLength(PAIRS * SYSTEMS.length);
		const clientOf = new Map(links.map(({ entityId, crmId }) => [entityId, crmId]));
		for (const { entityId, crmId } of links) expect(clientOf.get(entityId)).toBe(crmId);
		const sum = (key: keyof SightingReport) =>
			reports.reduce((total, report) => total + report[key], 0);
		expect([sum('created'), sum('linked')]).toEqual([PAIRS, PAIRS]);
		expect(await verifyAudit(store)).toMatchObject({ ok: true });
		await fabric.close();
		await place.remove();
	},
	600_000,
);
