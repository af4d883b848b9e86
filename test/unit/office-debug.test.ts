import { POLICIES, OfficeStory } from '../e2e/office-story';
import { openOffice, OFFICE_SETTINGS, officeMap, shown } from '../e2e/office';
import { CRMS } from '../../scripts/demo/agreement';
import { startSimulators } from '../simulators';
import { HubRun } from './support/hub-run';
jest.setTimeout(120_000);
const QUICK = {
	wealthbox: { minPollSeconds: 0.02, maxPollSeconds: 0.1, fullScanMinutes: 0.01, deletedEveryPolls: 1, minItemPollSeconds: 0.02, maxItemPollSeconds: 0.1, itemScanMinutes: 0.01 },
	redtail: { minPollSeconds: 0.02, maxPollSeconds: 0.1, fullScanMinutes: 0.01, minItemPollSeconds: 0.02, maxItemPollSeconds: 0.1, noteScanMinutes: 0.01 },
	salesforce: { itemPollSeconds: 0.02, itemPollMaxSeconds: 0.1 },
};
test('debug', async () => {
	const simulators = await startSimulators({ switches: { wealthbox: { throttle: false }, redtail: { familyWrites: true }, salesforce: { holdMs: 300 } } });
	const office = openOffice(simulators);
	const story = new OfficeStory(office);
	const run = await HubRun.start(CRMS.map((name) => ({ ...office[name], fieldMap: officeMap(name), settings: { ...QUICK[name], ...OFFICE_SETTINGS[name] }, deletePolicy: POLICIES[name] })));
	for (const crm of (process.env.WHO ?? 'wealthbox').split(',') as Array<'wealthbox'>) {
		await story.enter(crm);
		await run.rounds(100);
		await new Promise((r) => setTimeout(r, 4000));
	}
	const out: string[] = [];
	for (const crm of CRMS) out.push(JSON.stringify(await shown(office[crm]), null, 1));
	const audit = await run.hub.fabric.desk.audit({ limit: 1000 } as never);
	for (const row of [...audit].reverse()) out.push(JSON.stringify(row));
	require('fs').writeFileSync('/tmp/office/out.txt', out.join('\n'));
	await run.stop(); await simulators.stop();
});
