/**
 * Does the engine use a vendor's limit, and does it keep within it, while people work and a first load runs?
 * A day in virtual time; see bench/limits/day.ts for what runs, and bench/README.md for what is counted.
 */
import { readOptions } from './arguments';
import { SYSTEMS, type System } from './crms';
import { benchDatabases } from './database';
import { Day, LIMITS, START, START_HOUR } from './limits/day';
import { quantile, type Edit } from './limits/meter';
import { fewestPolls, rateAt } from './limits/office-hours';
import { connectors } from '../lib/connectors';

interface Measured {
	wealthbox_budget_used: number;
	answers_429: number;
	live_p95_s: number;
	calls_per_change: number;
	calls_minimum: number;
}

const STEP_MS = 60_000;
/** A contact listing's page, and how much of it is read once at the start: nothing is there. */
const POLLED: readonly System[] = ['wealthbox', 'redtail'];

export async function limitsBench(args: string[]): Promise<Record<string, unknown>> {
	const options = readOptions(args, ['seed', 'edits', 'clients', 'hours'], ['verify']);
	const databases = await benchDatabases(options.store);
	const verify = options.text('verify');
	try {
		const day = await Day.run(
			{
				seed: options.count('seed', 1),
				edits: options.count('edits', 1_000),
				clients: options.count('clients', 10_000),
				hours: options.count('hours', 24),
				settings: verify === undefined ? {} : { verifyBeforeWrite: verify !== 'never' },
			},
			databases.openStore,
		);
		return { ...measured(day) };
	} finally {
		await databases.remove();
	}
}

function measured(day: Day): Measured {
	const whole = day.log.edits.filter(({ written }) => written.size === SYSTEMS.length - 1);
	const loadedAt = Math.max(...day.loadedAt.values());
	const live = whole.filter(({ at }) => at <= loadedAt).map(waitMs);
	const changes = day.log.edits.length + day.options.clients;
	const total = sum(SYSTEMS.map((system) => day.meter(system).total));
	const minimum = sum(SYSTEMS.map((system) => minimumOf(day, system)));
	tell(day, whole, live);
	return {
		wealthbox_budget_used: round(
			day
				.meter('wealthbox')
				.usedBetween(START, day.loadedAt.get('wealthbox') ?? START, LIMITS.wealthbox),
		),
		answers_429: sum(SYSTEMS.map((system) => day.meter(system).refused)),
		live_p95_s: round(quantile(live, 0.95) / 1_000),
		calls_per_change: round(total / changes),
		calls_minimum: round(minimum / changes),
	};
}

/** From the edit until the last of the other CRMs has confirmed it. */
function waitMs({ at, written }: Edit): number {
	return Math.max(...written.values()) - at;
}

/** See bench/README.md. */
function minimumOf(day: Day, system: System): number {
	const edits = day.log.edits.filter((edit) => edit.system !== system);
	const overtaken = edits.filter(({ isOvertaken, written }) => isOvertaken && !written.has(system));
	const loaded = system === 'salesforce' ? 0 : day.options.clients;
	const writes = edits.length - overtaken.length + loaded;
	return writes + (POLLED.includes(system) ? readsOf(day, system) : 0);
}

function readsOf(day: Day, system: System): number {
	const settings = connectors.get(system)?.defaultSettings ?? {};
	const edits = day.log.edits.filter((edit) => edit.system === system);
	const delays = edits.flatMap(({ at, seenAt }) => (seenAt === undefined ? [] : [seenAt - at]));
	const perDay = (day.options.edits * edits.length) / Math.max(1, day.log.edits.length);
	const steps = Math.floor((day.options.hours * 3_600_000) / STEP_MS);
	const rates = Array.from({ length: steps }, (_, step) =>
		rateAt(START + step * STEP_MS, START, START_HOUR, perDay),
	);
	const polls = fewestPolls(rates, STEP_MS, {
		minPollMs: Number(settings['minPollSeconds']) * 1_000,
		maxPollMs: Number(settings['maxPollSeconds']) * 1_000,
		meanDelayMs: Math.max(0, sum(delays) / Math.max(1, delays.length) - ANSWER_MS),
	});
	const deletes = system === 'wealthbox' ? polls / Number(settings['deletedEveryPolls']) : 0;
	return polls + deletes + day.meter(system).count('listing');
}

/** What a poll takes by itself: that part of an edit's delay no poll could have saved. */
const ANSWER_MS = 150;

function tell(day: Day, whole: Edit[], live: number[]): void {
	for (const system of SYSTEMS) {
		const meter = day.meter(system);
		const kinds = Object.fromEntries(meter.counts);
		const seen = day.log.edits
			.filter((edit) => edit.system === system && edit.seenAt !== undefined)
			.map(({ at, seenAt = at }) => seenAt - at);
		progress(
			`${system}: ${JSON.stringify(kinds)}, at least ${Math.round(minimumOf(day, system))}; ` +
				`${meter.failed} failed; an edit is seen after ${round(sum(seen) / seen.length / 1_000)} s`,
		);
	}
	const waits = whole.map(waitMs);
	progress(
		`${day.log.edits.length} edits, ${whole.length} everywhere; wait p50 ${quantile(waits, 0.5)} ms, ` +
			`p95 ${quantile(waits, 0.95)} ms; ${live.length} during the first load, p50 ${quantile(live, 0.5)} ms`,
	);
	progress(`outcomes: ${JSON.stringify(Object.fromEntries(day.outcomes))}`);
	const ended = [...day.loadedAt].map(
		([name, at]) => `${name} ${round((at - START) / 3_600_000)} h`,
	);
	progress(`first load: ${ended.join(', ')}`);
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
	return Math.round(value * 1_000) / 1_000;
}

function progress(text: string): void {
	process.stderr.write(`${text}\n`);
}
