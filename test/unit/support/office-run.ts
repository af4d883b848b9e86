/** The whole office through the hub: three simulators, and the hub with the three real connectors on them. */
import { CRMS, type Crm } from '../../../scripts/demo/agreement';
import type { DeletePolicy } from '../../../lib/model/delivery';
import { openOffice, officeMap, OFFICE_SETTINGS, type Office } from '../../e2e/office';
import { startSimulators, type Simulators } from '../../simulators';
import { HubRun } from './hub-run';
import { QUICK } from './quick';

export interface OfficeRun {
	simulators: Simulators;
	office: Office;
	run: HubRun;
}

/** All of it, or, when a part cannot start, nothing. */
export async function openOfficeRun(policyOf: (crm: Crm) => DeletePolicy): Promise<OfficeRun> {
	const switches = {
		wealthbox: { throttle: false },
		redtail: { familyWrites: true },
		salesforce: { holdMs: 300 },
	};
	const simulators = await startSimulators({ switches });
	try {
		const office = openOffice(simulators);
		const systems = CRMS.map((name) => ({
			...office[name],
			fieldMap: officeMap(name),
			settings: { ...QUICK[name], ...OFFICE_SETTINGS[name] },
			deletePolicy: policyOf(name),
		}));
		return { simulators, office, run: await HubRun.start(systems) };
	} catch (error) {
		await simulators.stop();
		throw error;
	}
}

/** Stops the simulators also where the run has failed. */
export async function closeOfficeRun(opened: OfficeRun | undefined): Promise<void> {
	try {
		await opened?.run.stop();
	} finally {
		await opened?.simulators.stop();
	}
}
