/** Pictures of the first load: the plan and the run, as people see them in the browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	LOAD_SWITCHES,
	moveIn,
	publishFirstLoad,
	saveOfficeMaps,
	waitingForLoad,
} from '../test/e2e/first-load';
import { BrowserVisitor } from '../test/e2e/form-visitor';
import { FabricDemo } from './demo/fabric-demo';
import { REVIEWER } from './demo/template';

/** The pages are taken as long as they are, but at least so high. */
const PAGE = { width: 1120, height: 200 };

export async function firstLoadPictures(folder: string): Promise<void> {
	const data = await mkdtemp(join(tmpdir(), 'crm-fabric-pictures-'));
	const demo = await FabricDemo.start({
		folder: data,
		contacts: 90,
		seed: 5,
		switches: LOAD_SWITCHES,
		adapt: waitingForLoad,
		before: moveIn,
		onProgress: console.log,
	});
	const visitor = await BrowserVisitor.start(REVIEWER);
	try {
		await saveOfficeMaps(demo);
		await visitor.tab.setViewportSize(PAGE);
		await visitor.open(await publishFirstLoad(demo));
		await visitor.submit({ 'Your name': 'Pat' });
		const take = async (name: string) => {
			await visitor.tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
			console.log(`${name}.png`);
		};
		await take('first-load-plan');
		await visitor.submit({}, 'Load all clients');
		await visitor.submit({}, 'Look again');
		await take('first-load-progress');
	} finally {
		await visitor.close();
		await demo.stop();
		await rm(data, { recursive: true, force: true });
	}
}
