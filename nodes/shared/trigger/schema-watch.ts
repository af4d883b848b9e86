/**
 * Asks the CRM for its own fields, on start and again and again, so that a field which is renamed, taken
 * away or loses a value is noticed; and does what a changed mapping leaves to be done. Nothing but
 * closing the trigger ends it.
 */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import type {
	Connector,
	ConnectorContext,
	Drift,
	DriftReport,
	Fabric,
	ObjectName,
} from '../../../lib';
import { STORE_BACKOFF, untilDone } from './retrying';
import { createWaker } from './waker';

export interface SchemaWatchOptions {
	context: ITriggerFunctions;
	fabric: Fabric;
	connector: Connector;
	connectorContext: () => ConnectorContext;
	system: string;
	everyMs: number;
	stop: AbortSignal;
}

/** However often something seems odd. */
const LEAST_PAUSE_MS = 10_000;
const MOST_DOUBTED = 10_000;
/** Problems of a published mapping, in sentences. */
const MOST_TOLD = 5;
/** A mapping may have been saved by another process that shares a SQLite store: no signal tells. */
const LOOK_FOR_WORK_MS = 60_000;

export class SchemaWatch {
	private lookedAt = -Infinity;
	private looking: Promise<void> | undefined;
	private isAsked = true;
	private isChecked = false;
	private readonly doubted = new Set<string>();
	private readonly leastPauseMs: number;

	constructor(private readonly options: SchemaWatchOptions) {
		this.leastPauseMs = Math.min(LEAST_PAUSE_MS, options.everyMs);
	}

	/** Runs until `stop` aborts. Never rejects. */
	async run(): Promise<void> {
		const { fabric, system, stop } = this.options;
		const name = `mapping:${system}`;
		const waker = createWaker(fabric.signals, name);
		const ask = () => void (this.isAsked = true);
		fabric.signals.on(name, ask);
		try {
			while (!stop.aborted) {
				await this.work();
				if (this.dueInMs() <= 0) await this.look();
				else await waker.wait(Math.min(LOOK_FOR_WORK_MS, this.dueInMs()), stop);
			}
		} finally {
			fabric.signals.off(name, ask);
			waker.close();
		}
	}

	/** Asks the CRM now, unless that has just been done. Never rejects. */
	async look(): Promise<void> {
		if (this.looking !== undefined) return await this.looking;
		if (this.sinceLook() < this.leastPauseMs) return;
		this.lookedAt = Date.now();
		this.isAsked = false;
		this.looking = this.ask().finally(() => (this.looking = undefined));
		await this.looking;
	}

	/**
	 * These events are not to be believed before the CRM was asked: whatever was seen before they were read
	 * says nothing. An event that is read again was doubted before. Never rejects.
	 */
	async doubt(eventIds: readonly string[]): Promise<void> {
		const fresh = eventIds.filter((id) => !this.doubted.has(id));
		if (fresh.length === 0) return;
		await this.looking;
		this.lookedAt = -Infinity;
		await this.look();
		if (this.doubted.size > MOST_DOUBTED) this.doubted.clear();
		for (const id of fresh) this.doubted.add(id);
	}

	private dueInMs(): number {
		const { everyMs } = this.options;
		return (this.isAsked ? this.leastPauseMs : everyMs) - this.sinceLook();
	}

	private sinceLook(): number {
		return Date.now() - this.lookedAt;
	}

	private async ask(): Promise<void> {
		const { fabric, connector, connectorContext, system, context } = this.options;
		try {
			for (const object of await fabric.mappings.objectsOf(system)) {
				const fields = await connector.describe(connectorContext(), object);
				this.tell(await fabric.mappings.observe({ system, object }, fields));
				if (!this.isChecked) await this.checkPanel(object);
			}
			this.isChecked = true;
		} catch (error) {
			// The change loop tells people of a CRM that cannot be reached; the next look finds the same drift.
			context.logger.info(`The fields of ${system} could not be looked at; they will be later`, {
				reason: error instanceof Error ? error.message : String(error),
			});
		}
	}

	/** A mapping is published whatever is wrong with it; n8n shows no hints of a trigger, so the log has them. */
	private async checkPanel(object: ObjectName): Promise<void> {
		const { fabric, system, context } = this.options;
		const problems = await fabric.mappings.problemsOfPanel({ system, object });
		for (const { sentence, severity, kind } of problems.slice(0, MOST_TOLD))
			context.logger.warn(`The mapping of ${system} (${object}): ${sentence}`, { severity, kind });
		if (problems.length > MOST_TOLD) {
			const more = problems.length - MOST_TOLD;
			context.logger.warn(
				`The mapping of ${system} (${object}) has ${more} more such problems. CRM Fabric > Mapping > Validate lists them.`,
			);
		}
	}

	private tell({ appeared, ended, news }: DriftReport): void {
		const { context, system } = this.options;
		for (const drift of appeared) {
			context.logger.warn(`${drift.sentence} ${CONSEQUENCE[drift.policy]}`, {
				drift: drift.kind,
				field: drift.crmField,
			});
		}
		for (const { label, crmField } of ended)
			context.logger.info(`The field "${label}" (${crmField}) of ${system} is synced again`);
		for (const { kind, crmField } of news)
			context.logger.info(`${system}: the field ${crmField} has changed`, { change: kind });
		const stopping = appeared.filter(({ policy }) => policy === 'fail');
		if (stopping.length > 0) this.fail(stopping);
	}

	private fail(drifts: readonly Drift[]): void {
		const { context } = this.options;
		const message = drifts.map(({ sentence }) => sentence).join(' ');
		// n8n before 2.x has no such function; the log line above is all there is then.
		if (typeof context.saveFailedExecution !== 'function') return;
		context.saveFailedExecution(
			new NodeOperationError(context.getNode(), message, { description: CONSEQUENCE.fail }),
		);
	}

	/** What is left to be done since a mapping changed or a hold ended. */
	private async work(): Promise<void> {
		const { fabric, system, stop } = this.options;
		const retry = {
			stop,
			backoff: STORE_BACKOFF,
			onFailure: (error: unknown) =>
				this.options.context.logger.warn(`The mapping of ${system} could not be followed up yet`, {
					reason: error instanceof Error ? error.message : String(error),
				}),
		};
		await this.readAnew();
		await untilDone(async () => await fabric.mappings.catchUp(system), retry);
	}

	/** Records are read once for fields that were not mapped before: what they hold there is not known. */
	private async readAnew(): Promise<void> {
		const { fabric, connector, connectorContext, system, stop, context } = this.options;
		try {
			for (const { object, fields } of await fabric.mappings.toRead(system)) {
				const row = (await fabric.systems()).find(({ name }) => name === system);
				if (row === undefined) return;
				const options = { fieldMap: row.fieldMap, object, signal: stop };
				for await (const page of connector.readAll(connectorContext(), options)) {
					await fabric.mappings.take(system, page);
				}
				if (!stop.aborted) await fabric.mappings.haveRead({ system, object }, fields);
			}
		} catch (error) {
			if (stop.aborted) return;
			context.logger.info(`${system} could not be read for its new mapping; it will be later`, {
				reason: error instanceof Error ? error.message : String(error),
			});
		}
	}
}

const CONSEQUENCE: Record<Drift['policy'], string> = {
	hold: 'Until then it is held; the other fields go on, and nothing is lost.',
	drop: 'It is not synced any more.',
	fail: 'Until then nothing is written to this system.',
	report: 'It is synced as before.',
};
