/**
 * One run: people, three CRMs, the change sources, the canvas and the writers, each advanced a step
 * at a time around the real fabric on a real store. Processes die; then all that was under way is
 * gone, and the store is opened again.
 */
import type { ChangeEvent } from '../../lib/model/event';
import type { CanonicalFields } from '../../lib/model/fields';
import type { Link } from '../../lib/model/rows';
import { registration, START } from '../unit/support/hub';
import { ACTIONS } from './actions';
import { Canvas } from './canvas';
import { Chance, mix } from './chance';
import { Belongings } from './belongings';
import { CONNECTORS, objectsFieldMap, type NoteLimits } from './connectors';
import { MemoryCrm } from './crm/memory-crm';
import { addressOf, idOf, type MemoryRecord } from './crm/record';
import { Deliverer } from './deliverer';
import { Crashed, Engine } from './engine/engine';
import type { StoreSource } from './engine/store-files';
import type { StoreCall } from './engine/seams';
import { Office } from './office';
import { Oracle } from './oracle';
import { People } from './people';
import { Reader } from './reader';
import type { Sabotage } from './sabotage/sabotage';
import type { Action, Scenario } from './scenario';
import { Sightings } from './sightings';
import type { Trace } from './trace';
import { Violation } from './violation';
import { callsOf } from './laws/law';
import { Watch } from './laws/watch';

export interface WorldParts {
	scenario: Scenario;
	source: StoreSource;
	trace: Trace;
	sabotage?: Sabotage;
}

const MAX_ROUNDS = 40;
/** Streams of chance beside those of the actions. */
const AT_START = 1_000_001;
const AT_END = 1_000_002;

export class World {
	now = START;
	chance: Chance;
	/** Counted for the report. */
	events = 0;
	writes = 0;
	/** Edits that fell between a writer's last read and its write. */
	windows = 0;
	/** Claims whose writes were carried out, or whose record was gone already when it was to be deleted. */
	readonly done = new Set<string>();
	/** Records of which the fabric has taken in anything. */
	readonly taken = new Set<string>();
	/** Events that were taken in since it was last emptied. */
	readonly takenEvents = new Set<string>();
	/** Values of which the oracle was sure, and those that overlapping edits leave open. */
	readonly verdicts = { sure: 0, open: 0 };
	readonly crms: MemoryCrm[];
	readonly oracle = new Oracle();
	readonly sightings = new Sightings(this.oracle);
	/** Records of which the fabric knows whose they are. */
	readonly linked = new Set<string>();
	readonly people = new People(this);
	readonly belongings = new Belongings(this);
	readonly reader = new Reader(this);
	readonly canvas = new Canvas(this);
	readonly deliverer = new Deliverer(this);
	readonly office = new Office(this);
	readonly watch = new Watch(this);
	readonly engine: Engine;
	readonly trace: Trace;
	readonly sabotage: Sabotage | undefined;

	constructor(readonly parts: WorldParts) {
		const { scenario, source, trace, sabotage } = parts;
		this.trace = trace;
		this.sabotage = sabotage;
		this.crms = scenario.crms.map((settings) => new MemoryCrm(settings, this.hasObjects));
		this.chance = new Chance(mix(scenario.seed, AT_START));
		this.engine = new Engine({
			source,
			connectors: CONNECTORS,
			now: () => this.now,
			falsify: sabotage?.store,
			onCommit: (calls: readonly StoreCall[]) => this.committed(calls),
		});
	}

	/** Everything that the CRMs hold at the start is read once. */
	async start(): Promise<void> {
		const { scenario, source } = this.parts;
		for (const crm of this.crms) this.trace.note(JSON.stringify(crm.settings));
		for (let made = 0; made < scenario.clients; made += 1) this.people.makeKnown();
		const things = scenario.objects?.known ?? 0;
		for (let made = 0; made < things; made += 1) this.belongings.makeKnown();
		await source.reset();
		this.engine.draw(this.chance);
		await this.engine.open();
		for (const [priority, { name, settings }] of this.crms.entries()) {
			const connector = settings.shouts ? 'shouting' : 'plain';
			const { deletePolicy, limits } = settings;
			const own = { archiveIsRemoval: true, ...this.noteLimits(name) };
			const how = { connector, deletePolicy, limits, settings: own };
			const fieldMap = this.hasObjects ? objectsFieldMap : undefined;
			const system = { ...registration(name, priority), ...how, ...(fieldMap && { fieldMap }) };
			await this.engine.fabric.registerSystem(this.sabotage?.system?.(system) ?? system);
		}
		if (!scenario.busyStart) await this.settle();
	}

	/** One thing happens, some time after the last one. */
	async step(action: Action): Promise<void> {
		this.now += action.after;
		const crm = this.crms[action.crm] as MemoryCrm;
		this.chance = new Chance(action.seed);
		this.engine.draw(new Chance(mix(action.seed, 1)));
		this.trace.note(`${this.clock()} ${action.kind} ${crm.name}`);
		this.engine.arm(action.crash);
		try {
			await ACTIONS[action.kind](this, crm);
		} catch (error) {
			if (!(error instanceof Crashed)) throw error;
			this.trace.note(`  the process dies ${error.message}`);
			await this.die();
		} finally {
			this.engine.arm(undefined);
		}
		this.watch.stepped();
	}

	/** Fields of which the last write is not sure to win: rules changed, or changes were undone. */
	readonly ruled = new Set<string>();

	/** Nobody edits any more and everything answers. Returns the rounds until nothing was left to do. */
	async settle(): Promise<number> {
		this.chance = new Chance(mix(this.parts.scenario.seed, AT_END));
		this.engine.draw(new Chance(mix(this.parts.scenario.seed, AT_END + 1)));
		for (const crm of this.crms) crm.downUntil = 0;
		this.people.mergeAllTwins();
		await this.office.resumeAll();
		for (let round = 1; round <= MAX_ROUNDS; round += 1) {
			const worked = await this.quietRound();
			if (!worked) return round;
		}
		throw new Violation(1, `There was still work to do after ${MAX_ROUNDS} quiet rounds.`);
	}

	/** The process is gone; another one starts and takes up what was under way. */
	async die(): Promise<void> {
		this.reader.forget();
		this.canvas.forget();
		this.deliverer.forget();
		await this.engine.restart();
		for (const { name } of this.crms) await this.engine.fabric.recoverEvents(name);
	}

	crm(name: string): MemoryCrm {
		return this.crms.find((one) => one.name === name) as MemoryCrm;
	}

	recordsOf(client: number): Array<{ crm: MemoryCrm; record: MemoryRecord }> {
		return this.crms.flatMap((crm) =>
			[...crm.records.values()]
				.filter((record) => record.client === client)
				.map((record) => ({ crm, record })),
		);
	}

	/** What the fabric has of the client or thing that the record is of. */
	async registersOf(crm: MemoryCrm, { id }: MemoryRecord): Promise<{ fields: CanonicalFields }> {
		const { store } = this.engine;
		const links = await store.read((tx) =>
			tx.identity.links([{ system: crm.name, ...addressOf(id) }]),
		);
		const [link] = links.values();
		const entity = link && (await this.engine.call(({ desk }) => desk.findEntity(link.entityId)));
		return { fields: entity?.fields ?? {} };
	}

	/** What people remove is removed elsewhere, or asked about: edits may go with it. */
	hasRemovals(): boolean {
		const policies = this.crms.map(({ settings }) => settings.deletePolicy);
		const { archives } = this.people;
		const isIntricate = archives > 0 || this.parts.scenario.unruly;
		return policies.some((policy) => policy !== 'ignore') || isIntricate;
	}

	/** All clients, and all things. */
	known(): number[] {
		const clients = Array.from({ length: this.people.clients }, (_, index) => index + 1);
		return [...clients, ...this.belongings.things];
	}

	/** What the CRM does not let be done with notes. */
	noteLimits(system: string): NoteLimits {
		if (this.parts.scenario.objects?.limited !== true) return {};
		return { notesStay: system === 'redtail', notesLive: system === 'wealthbox' };
	}

	private get hasObjects(): boolean {
		return this.parts.scenario.objects !== undefined;
	}

	clock(): string {
		return new Date(this.now).toISOString().slice(11, 23);
	}

	private committed(calls: readonly StoreCall[]): void {
		for (const { args } of callsOf(calls, 'inbox', 'add')) {
			for (const event of args[0] as ChangeEvent[]) {
				this.taken.add(idOf(event));
				this.takenEvents.add(event.eventId);
			}
		}
		for (const { args } of callsOf(calls, 'identity', 'saveLinks'))
			for (const link of args[0] as Link[]) this.linked.add(idOf(link));
		this.watch.committed(calls);
	}

	private async quietRound(): Promise<boolean> {
		this.now += 1_000_000;
		this.trace.note(`${this.clock()} a quiet round`);
		this.reader.forget();
		let worked = await this.canvas.finishAll();
		worked = (await this.deliverer.finishAll()) || worked;
		for (const crm of this.crms) {
			await this.reader.catchUp(crm);
			worked = (await this.canvas.runAll(crm.name)) || worked;
		}
		for (const crm of this.crms) {
			this.now += 1_000;
			await this.deliverer.claim(crm, 1_000);
			worked = (await this.deliverer.finishAll()) || worked;
		}
		worked = (await this.office.answerAll()) || worked;
		return (await this.office.tidyAll()) || worked;
	}
}
