/** `npm run demo`: the whole loop on this machine. `--once` unattended, `--reset` clears its data. */
import { join } from 'node:path';
import { FabricDemo } from './fabric-demo';
import { runOnce } from './once';
import { startPage } from './page';
import { REVIEWER } from './template';

const DATA_FOLDER = join(__dirname, '..', '..', '.demo');
const PORT_BASE = 5680;
const CONTACTS = 60;
const ONCE_CONTACTS = 40;

const USAGE = `npm run demo                three simulated CRMs and a real n8n; Ctrl-C stops everything
npm run demo -- --once      the same unattended: edits, faults, checks; exit 0 only if all holds
npm run demo -- --reset     forgets the data of earlier runs, then as above`;

async function main(flags: string[]): Promise<void> {
	const unknown = flags.filter((flag) => !['--once', '--reset', '--help'].includes(flag));
	if (unknown.length > 0 || flags.includes('--help')) {
		console.log(USAGE);
		process.exitCode = unknown.length > 0 ? 2 : 0;
		return;
	}
	const once = flags.includes('--once');
	const folder = once ? join(DATA_FOLDER, 'once') : join(DATA_FOLDER, 'data');
	if (once || flags.includes('--reset')) await FabricDemo.reset(folder);
	const started = Date.now();
	const say = (line: string) =>
		console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${line}`);
	await (once ? unattended(folder, say) : attended(folder, say));
}

async function unattended(folder: string, say: (line: string) => void): Promise<void> {
	const demo = await FabricDemo.start({ folder, contacts: ONCE_CONTACTS, onProgress: say });
	const stop = stopOnSignal(() => demo.stop());
	try {
		const result = await runOnce(demo, say);
		console.log(JSON.stringify(result));
		const holds = result.converged && result.echo_writes + result.lost + result.duplicates === 0;
		process.exitCode = holds ? 0 : 1;
	} finally {
		await stop();
	}
}

async function attended(folder: string, say: (line: string) => void): Promise<void> {
	const demo = await FabricDemo.start({
		folder,
		contacts: CONTACTS,
		portBase: PORT_BASE,
		onProgress: say,
	});
	const page = await startPage(demo, PORT_BASE + 4);
	say('Everything runs.');
	console.log(`
  The three CRMs side by side   ${page.url}
  n8n                           ${demo.workflowUrl}
    e-mail                      ${demo.owner.email}
    password                    ${demo.owner.password}
  Questions about clients       ${demo.reviewFormUrl}
    user, password              ${REVIEWER.user}, ${REVIEWER.password}
  Wealthbox, Redtail, Salesforce alone   ${Object.values(originsOf(demo)).join('   ')}

  Change a client in one CRM and watch the change arrive in the other two. Ctrl-C stops everything.`);
	await new Promise<void>((resolve) => {
		stopOnSignal(async () => {
			say('Stopping');
			await page.stop();
			await demo.stop();
			resolve();
		});
	});
}

function originsOf(demo: FabricDemo): Record<string, string> {
	const { wealthbox, redtail, salesforce } = demo.simulators;
	const origin = (url: string) => new URL(url).origin;
	return {
		wealthbox: origin(wealthbox.url),
		redtail: origin(redtail.url),
		salesforce: origin(salesforce.url),
	};
}

/** Runs `stop` once, on the first signal or when called. */
function stopOnSignal(stop: () => Promise<void>): () => Promise<void> {
	let stopping: Promise<void> | undefined;
	const once = () => (stopping ??= stop());
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.on(signal, () => {
			void once().finally(() => process.exit(process.exitCode ?? 0));
		});
	}
	return once;
}

main(process.argv.slice(2)).catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
});
