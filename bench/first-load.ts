/**
 * First load of three simulated CRMs over real HTTP, in a process that is killed twice on the way:
 *
 *     npm run bench -- first-load --contacts 20000 [--overlap 60] [--seed 1] [--objects] [--bulk-above 2000]
 *
 * The first kill comes while records are merged and written, the second while only writes are left. Nothing is
 * throttled, every call is counted. What the claims of a killed process held waits 45 s for their end.
 *
 * With `--objects` a share of the contacts (`--families 30` in a hundred) live in households of three, with notes,
 * tasks and opportunities: these are in the plan, too, and must agree in the end.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { salesforce } from '../lib/connectors/salesforce';
import { compareCrms, CRMS, type Crm } from '../scripts/demo/agreement';
import { startSimulators, type Simulators } from '../test/simulators';
import { readOptions } from './arguments';
import { openOffice } from '../test/e2e/office';
import { compareBelongings, familiesOf, makeBelongings } from './first-load/belongings';
import { clientsOf, type Share } from './first-load/people';
import type { LoadLine, LoadTask } from './first-load/process';

/** An Enterprise org with a handful of users; see the reference on Salesforce's limits. */
const DAILY_CALLS = 100_000;
const MOST_PROCESSES = 6;
const HEAP_MB = 384;
/** Lines of progress. */
const SHOWN_EVERY = 20;
const SHOWN_DIFFERENCES = 20;

export interface FirstLoadResult {
	contacts: number;
	matched: number;
	creates: number;
	updates: number;
	persons: number;
	duplicates: number;
	disagreements: number;
	kills: number;
	calls: Record<Crm, number>;
	salesforce_daily_budget: number;
	/** With `--objects`: records of all CRMs beside contacts, members of households in each, and what differs. */
	belongings?: { households: number; items: number; members: number; differences: number };
	peak_mb: number;
	plan_seconds: number;
	seconds: number;
}

export async function firstLoadBench(
	args: string[],
): Promise<FirstLoadResult & Record<string, unknown>> {
	const withObjects = args.includes('--objects');
	const options = readOptions(
		args.filter((arg) => arg !== '--objects'),
		['contacts', 'overlap', 'seed', 'families', 'bulk-above'],
	);
	const contacts = options.count('contacts', 20_000);
	const share = {
		contacts,
		overlap: options.count('overlap', 60) / 100,
		seed: options.count('seed', 1),
	};
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-first-load-'));
	const simulators = await startSimulators({
		switches: {
			wealthbox: { throttle: false },
			redtail: { throttle: false, familyWrites: true },
			salesforce: { dailyApiRequests: DAILY_CALLS },
		},
	});
	try {
		const people = fill(simulators, share);
		const families = familiesOf(people, withObjects ? options.count('families', 30) / 100 : 0);
		await makeBelongings(openOffice(simulators), families);
		const store = join(folder, 'store.db');
		const bulkAbove = options.count('bulk-above', Number(salesforce.defaultSettings['bulkAbove']));
		return { contacts, ...(await load(simulators, { store, withObjects, bulkAbove })) };
	} finally {
		await simulators.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Client by client: the ids of its records. */
function fill(simulators: Simulators, share: Share): Array<Partial<Record<Crm, string>>> {
	const clients = clientsOf(share);
	const people = new Map<string, Partial<Record<Crm, string>>>();
	for (const crm of CRMS)
		for (const one of clients[crm]) {
			const key = one.emails?.[0]?.address ?? '';
			const { id } = simulators[crm].people.create(one);
			people.set(key, { ...people.get(key), [crm]: id });
		}
	return [...people.values()];
}

async function load(
	simulators: Simulators,
	{ store, withObjects, bulkAbove }: Omit<LoadTask, 'systems'>,
) {
	const systems = CRMS.map((crm) => systemOf(simulators, crm));
	const task: LoadTask = { store, systems, withObjects, bulkAbove };
	const kills = [isMidway, isHalfWritten];
	const before = new Map(CRMS.map((crm) => [crm, callsOf(simulators, crm)]));
	const begun = Date.now();
	const told: Told = { last: undefined, peak: 0, plannedAt: null };
	let killed = 0;
	for (let count = 0; told.last?.phase !== 'finished'; count += 1) {
		if (count >= MOST_PROCESSES) throw new Error('The load does not end.');
		if (await runOnce(task, told, kills[0])) {
			kills.shift();
			killed += 1;
		}
	}
	const seconds = Math.round((Date.now() - begun) / 1_000);
	const calls = CRMS.map((crm) => [crm, callsOf(simulators, crm) - (before.get(crm) ?? 0)]);
	const { persons, duplicates, disagreements } = compareCrms(simulators);
	const { matched, creates, updates } = told.last;
	return {
		...{ matched, creates, updates, persons, duplicates, disagreements: disagreements.length },
		kills: killed,
		calls: Object.fromEntries(calls) as Record<Crm, number>,
		salesforce_daily_budget: DAILY_CALLS,
		...(withObjects ? { belongings: await belongingsIn(simulators) } : {}),
		peak_mb: told.peak,
		plan_seconds: Math.round(((told.plannedAt ?? begun) - begun) / 1_000),
		seconds,
	};
}

async function belongingsIn(simulators: Simulators): Promise<FirstLoadResult['belongings']> {
	const { records, members, differences } = await compareBelongings(openOffice(simulators));
	for (const one of differences.slice(0, SHOWN_DIFFERENCES)) process.stderr.write(`${one}\n`);
	const { contact = 0, household = 0 } = records;
	const all = Object.values(records).reduce((sum, count) => sum + count, 0);
	const items = all - contact - household;
	return { households: household, items, members, differences: differences.length };
}

type IsTime = (line: LoadLine) => boolean;

const isMidway: IsTime = ({ phase, page, pages, written }) =>
	phase === 'merging' ? page > pages / 2 && written > 0 : phase === 'writing';
const isHalfWritten: IsTime = ({ phase, written, remaining }) =>
	phase === 'finished' || (phase === 'writing' && written > remaining);

interface Told {
	last: LoadLine | undefined;
	peak: number;
	/** ms */
	plannedAt: number | null;
}

/** True if the process was killed, false if it ended by itself. Throws if it failed. */
async function runOnce(task: LoadTask, told: Told, isTime: IsTime | undefined): Promise<boolean> {
	const script = join(__dirname, 'first-load', 'process.ts');
	// What must not grow with the number of records cannot: there is no room for it.
	const flags = [`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx'];
	const child = spawn(process.execPath, [...flags, script, JSON.stringify(task)], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let errors = '';
	child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
	const ended = once(child, 'close');
	const isKilled = await follow(child, told, isTime);
	const [code] = (await ended) as [number | null];
	if (!isKilled && code !== 0) throw new Error(`The load's process failed: ${errors}`);
	return isKilled;
}

async function follow(
	child: ChildProcess,
	told: Told,
	isTime: IsTime | undefined,
): Promise<boolean> {
	if (child.stdout === null) return false;
	let [isKilled, count] = [false, 0];
	for await (const text of createInterface({ input: child.stdout })) {
		const line = JSON.parse(text) as LoadLine;
		told.peak = Math.max(told.peak, line.memory);
		if (['planned', 'merging'].includes(line.phase)) told.plannedAt ??= Date.now();
		if (line.phase !== told.last?.phase || count % SHOWN_EVERY === 0)
			process.stderr.write(`${text}\n`);
		count += 1;
		told.last = line;
		if (isKilled || isTime?.(line) !== true || line.phase === 'finished') continue;
		isKilled = child.kill('SIGKILL');
	}
	return isKilled;
}

function systemOf(simulators: Simulators, crm: Crm): LoadTask['systems'][number] {
	const { kind, url, credentials } = simulators[crm];
	const { accessToken = '', apiKey = '', userKey = '' } = credentials;
	const headers: Record<Crm, Record<string, string>> = {
		wealthbox: { ACCESS_TOKEN: accessToken },
		redtail: {
			Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
		},
		salesforce: { Authorization: `Bearer ${accessToken}` },
	};
	return { kind, url, headers: headers[crm] };
}

function callsOf(simulators: Simulators, crm: Crm): number {
	return Object.values(simulators[crm].callCounts()).reduce((sum, count) => sum + count, 0);
}
