/**
 * How well, and how fast, are records put together that are one person?
 *
 *     npm run bench -- identity --csv FILE [--csv2 FILE] --format febrl|dsgen|splink [--without COLUMN]
 *     npm run bench -- identity --invented 100000
 *     npm run bench -- identity --graph 1000000
 *
 * `--csv`: the records of one or two files with known truth, in their order, in batches of {@link BATCH}, through the
 * facade as the nodes call it: accept, then resolve, on a store of its own. `link`: who stands together then. Then
 * every review is answered with the truth, through the desk: by the candidate that is this person, else
 * as another client; `with_review`: who stands together then. `--other-tax-id weigh`: the tax-id rule
 * set to weigh only. Timed: accept and resolve. The other two: bench/identity-speed.ts.
 */
import { connectors } from '../lib/connectors';
import { Fabric } from '../lib/fabric';
import type { RuleOptions } from '../lib/identity/rules';
import { changeEventSchema, recordKey, type ChangeEventInput } from '../lib/model/event';
import type { ReviewRow } from '../lib/model/rows';
import type { Store } from '../lib/store/store';
import { readOptions, UsageError, type Options } from './arguments';
import { benchDatabases } from './database';
import { readRecords, type KnownRecord } from './identity-files';
import { graphBench, inventedBench } from './identity-speed';
import { figuresOf } from './identity-truth';

const BATCH = 10_000;
const ANSWERED_AT_ONCE = 500;

export async function identityBench(args: string[]): Promise<Record<string, unknown>> {
	const texts = ['csv', 'csv2', 'format', 'without', 'other-tax-id'];
	const options = readOptions(args, ['invented', 'graph', 'batch'], texts);
	const databases = await benchDatabases(options.store);
	try {
		const store = await databases.openStore();
		const fabric = new Fabric(store, connectors);
		const result = await benchOf(options, fabric, store);
		await fabric.close();
		return result;
	} finally {
		await databases.remove();
	}
}

function benchOf(options: Options, fabric: Fabric, store: Store): Promise<Record<string, unknown>> {
	if (options.text('invented') !== undefined)
		return inventedBench(fabric, store, options.count('invented', 1));
	if (options.text('graph') !== undefined)
		return graphBench(fabric, store, options.count('graph', 1));
	return fileBench(options, fabric, store);
}

async function fileBench(options: Options, fabric: Fabric, store: Store) {
	const records = recordsOf(options);
	const rules = rulesOf(options);
	const persons = records.map(({ person }) => person);
	const began = performance.now();
	await resolveAll(fabric, records, rules, options.count('batch', BATCH));
	const seconds = (performance.now() - began) / 1_000;
	const link = figuresOf(persons, await groupsOf(store, records));
	const reviews = await answerAll(fabric, store, records);
	const { precision, recall, f1 } = figuresOf(persons, await groupsOf(store, records));
	return {
		link,
		with_review: { precision, recall, f1, reviews },
		records: records.length,
		records_per_s: Math.round(records.length / seconds),
		peak_mb: Math.round(process.resourceUsage().maxRSS / 1_024),
	};
}

function recordsOf(options: Options): KnownRecord[] {
	const [csv, format] = [options.text('csv'), options.text('format')];
	if (csv === undefined || format === undefined)
		throw new UsageError(
			'Say --csv FILE and --format febrl|dsgen|splink, or --invented N, or --graph N.',
		);
	const without = (options.text('without') ?? '').split(',').filter((name) => name !== '');
	const files = [csv, options.text('csv2')].filter((path) => path !== undefined);
	return files.flatMap((path) => readRecords(path, format, without));
}

function rulesOf(options: Options): RuleOptions {
	const otherTaxId = options.text('other-tax-id') ?? 'review';
	if (otherTaxId === 'review' || otherTaxId === 'weigh') return { otherTaxId };
	throw new UsageError(`--other-tax-id ${otherTaxId} is unknown; use review or weigh.`);
}

async function resolveAll(
	fabric: Fabric,
	records: readonly KnownRecord[],
	rules: RuleOptions,
	size: number,
): Promise<void> {
	for (let first = 0; first < records.length; first += size) {
		const inputs = records.slice(first, first + size).map(({ event }) => event);
		await accept(fabric, inputs);
		const events = inputs.map((input) => changeEventSchema.parse(input));
		await fabric.resolve(events, undefined, undefined, rules);
	}
}

async function accept(fabric: Fabric, events: ChangeEventInput[]): Promise<void> {
	const { accepted } = await fabric.accept('files', { events, cursor: null, complete: false });
	if (accepted !== events.length)
		throw new Error(`Of ${events.length} records only ${accepted} were accepted.`);
}

/** The entity of each record, under the id that it has now. */
async function groupsOf(
	store: Store,
	records: readonly KnownRecord[],
): Promise<Array<string | undefined>> {
	return store.read(async (tx) => {
		const links = await tx.identity.links(records.map(({ event }) => event));
		const ids = [...links.values()].map(({ entityId }) => entityId);
		const aliases = await tx.entities.aliases(ids);
		return records.map(({ event }) => {
			const id = links.get(recordKey(event))?.entityId;
			return id === undefined ? undefined : (aliases.get(id) ?? id);
		});
	});
}

/** Answers how many reviews it took. */
async function answerAll(
	fabric: Fabric,
	store: Store,
	records: readonly KnownRecord[],
): Promise<number> {
	const personOf = new Map(records.map(({ event, person }) => [recordKey(event), person]));
	let answered = 0;
	for (;;) {
		const open = (await fabric.desk.reviews('open', ANSWERED_AT_ONCE)).filter(
			({ kind }) => kind === 'identity',
		);
		if (open.length === 0) return answered;
		for (const review of open) await answer(fabric, store, review, personOf);
		answered += open.length;
	}
}

async function answer(
	fabric: Fabric,
	store: Store,
	review: ReviewRow,
	personOf: ReadonlyMap<string, string>,
): Promise<void> {
	const person = personOf.get(recordKey(review));
	for (const { unifiedId } of review.question.candidates) {
		const links = await store.read((tx) => tx.identity.linksOf([unifiedId]));
		if (!links.some((link) => personOf.get(recordKey(link)) === person)) continue;
		await fabric.desk.decide(review.id, { verdict: 'link', unifiedId });
		return;
	}
	await fabric.desk.decide(review.id, { verdict: 'new' });
}
