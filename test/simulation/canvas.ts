/** The canvas: executions carry events through Identity Resolve and Field Merge, stage by stage. */
import { fieldRuleSchema, type FieldRule } from '../../lib/merge/rules';
import { SCALARS } from './crm/record';
import type { Fabric } from '../../lib/fabric';
import type { World } from './world';

interface Execution {
	system: string;
	batch: string;
	events: Parameters<Fabric['merge']>[0];
	stage: 'resolve' | 'merge' | 'finish';
}

const MAX_REMEMBERED = 4;
const CHANGED_TO = ['lastWriteWins', 'sourcePriority', 'onlyFrom', 'longest', 'ask'] as const;

export class Canvas {
	rules: FieldRule[] = [];
	private executions: Execution[] = [];
	/** Executions that ended, which a person may start once more. */
	private ended: Execution[] = [];

	constructor(private readonly world: World) {}

	/** An execution of this system begins or goes on. */
	async advance(system: string): Promise<void> {
		const { chance } = this.world;
		const going = this.executions.find((one) => one.system === system);
		if (going === undefined || chance.happens(0.2)) return this.emit(system, 4);
		if (chance.happens(0.05)) return this.fail(going);
		return this.step(going);
	}

	/** Everything that is due. True if there was anything. */
	async runAll(system: string): Promise<boolean> {
		const MAX_RUNS = 200;
		for (let run = 0; run < MAX_RUNS; run += 1) {
			await this.emit(system, 50);
			const [execution] = this.executions;
			if (execution === undefined) return run > 0;
			await this.finish(execution);
		}
		throw new Error(`Events of ${system} come back for ever.`);
	}

	/** What is under way is brought to its end. */
	async finishAll(): Promise<boolean> {
		const going = [...this.executions];
		for (const execution of going) await this.finish(execution);
		return going.length > 0;
	}

	/** Somebody sets another rule for one field in Field Merge's panel, or takes it away. */
	changeRule(): void {
		const { chance, crms, ruled, trace } = this.world;
		const field = chance.pick(SCALARS) ?? 'status';
		const others = this.rules.filter((rule) => rule.field !== field);
		const policy = chance.pick(CHANGED_TO) ?? 'ask';
		const { name: system } = chance.pick(crms) ?? {};
		const rule = fieldRuleSchema.parse({ field, policy, system });
		this.rules = policy === 'lastWriteWins' ? others : [...others, rule];
		ruled.add(field);
		trace.note(`  the rule of ${field} is ${policy} now`);
	}

	/** A person starts an execution again that had ended well. */
	async rerun(): Promise<void> {
		const execution = this.world.chance.pick(this.ended);
		if (execution === undefined) return;
		await this.merge({ ...execution, events: await this.resolve(execution.events) });
	}

	forget(): void {
		this.executions = [];
	}

	private async emit(system: string, limit: number): Promise<void> {
		const batch = await this.world.engine.call((fabric) => fabric.nextEvents(system, limit));
		if (batch === undefined) return;
		const events = batch.items.map(({ event }) => event);
		this.world.trace.note(`  ${batch.id} starts with ${names(events)}`);
		this.executions.push({ system, batch: batch.id, events, stage: 'resolve' });
	}

	private async finish(execution: Execution): Promise<void> {
		while (this.executions.includes(execution)) await this.step(execution);
	}

	private async fail(execution: Execution): Promise<void> {
		const { system, batch } = execution;
		this.drop(execution);
		this.world.trace.note(`  ${batch} fails`);
		const end = { ok: false as const, reason: 'It failed.' };
		await this.world.engine.call((fabric) => fabric.finishEvents(system, batch, end));
	}

	private async step(execution: Execution): Promise<void> {
		const { engine } = this.world;
		const { system, batch, events } = execution;
		if (execution.stage === 'resolve') {
			execution.events = await this.resolve(events);
			execution.stage = 'merge';
		} else if (execution.stage === 'merge') {
			await this.merge(execution);
			execution.stage = 'finish';
		} else {
			await engine.call((fabric) => fabric.finishEvents(system, batch, { ok: true }));
			this.drop(execution);
			this.ended = [...this.ended, execution].slice(-MAX_REMEMBERED);
		}
	}

	/** Items that wait for the record that they name leave the canvas after Identity Resolve. */
	private async resolve(events: Execution['events']): Promise<Execution['events']> {
		const decisions = await this.world.engine.call((fabric) => fabric.resolve(events));
		const isWaiting = decisions.map(({ decision }) => decision === 'waits');
		const { trace } = this.world;
		return events.filter((event, place) => {
			if (isWaiting[place]) trace.note(`  ${event.eventId} waits`);
			return !isWaiting[place];
		});
	}

	/** Items in review leave the canvas there as well; Field Merge would pass them by. */
	private async merge({ batch, events }: Execution): Promise<void> {
		const { engine, trace } = this.world;
		const reports = await engine.call((fabric) => fabric.merge(events, this.rules));
		for (const { event, outcome, unifiedId, decisions } of reports) {
			const told = decisions.map(({ field, verdict }) => `${field} ${verdict}`).join(', ');
			trace.note(`  ${batch}: ${event.eventId} -> ${unifiedId} ${outcome}: ${told}`);
		}
	}

	private drop(execution: Execution): void {
		this.executions = this.executions.filter((other) => other !== execution);
	}
}

function names(events: Execution['events']): string {
	return events.map(({ eventId }) => eventId).join(', ');
}
