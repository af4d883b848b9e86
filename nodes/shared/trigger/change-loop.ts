/**
 * CRM to inbox: runs the connector's change source for as long as the trigger is active. Nothing but
 * closing the trigger ends it; what only a person can mend is shown once as a failed execution.
 */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import type {
	ChangeSourceOptions,
	ChangeSourceState,
	Connector,
	ConnectorContext,
	Fabric,
	FieldMap,
} from '../../../lib';
import { sleep } from '../connector-context';
import { needsPerson, triggerError } from './failures';
import { followMap, type FollowedMap } from './map-in-force';
import { pauseMs, type Backoff } from './retrying';

export interface ChangeLoopOptions {
	context: ITriggerFunctions;
	fabric: Fabric;
	connector: Connector;
	/** A new one a start: the credential may have been changed meanwhile. */
	connectorContext: () => ConnectorContext;
	system: string;
	fieldMap: FieldMap;
	start: ChangeSourceOptions['start'];
	hints?: ChangeSourceOptions['hints'];
	/**
	 * Asks the CRM for its fields: what seems odd may come from a field that has changed. With events: only
	 * if there is one that was not seen before.
	 */
	lookAtFields: (oddEvents?: readonly string[]) => Promise<void>;
	stop: AbortSignal;
}

const PERSON_BACKOFF: Backoff = { firstMs: 120_000, mostMs: 300_000 };
const FAULT_BACKOFF: Backoff = { firstMs: 1_000, mostMs: 60_000 };

/** Runs until `stop` aborts. Never rejects. */
export async function runChanges(options: ChangeLoopOptions): Promise<void> {
	const watch = new Watch(options);
	while (!options.stop.aborted) await readUntilReplaced(options, watch);
}

/** Ends when another mapping is in force, or after a failure and its pause. */
async function readUntilReplaced(options: ChangeLoopOptions, watch: Watch): Promise<void> {
	const { fabric, system, fieldMap, stop } = options;
	let map: FollowedMap | undefined;
	try {
		map = await followMap(fabric, system, fieldMap);
		await readOnce(options, map, watch.onState);
		const isMeant = stop.aborted || map.replaced.aborted;
		if (!isMeant) throw new Error('reading ended before it was stopped');
	} catch (error) {
		if (stop.aborted || map?.replaced.aborted === true) return;
		const waitMs = watch.failed(error);
		// A field that is gone makes a CRM refuse whole queries.
		if (needsPerson(error)) await options.lookAtFields();
		await sleep(waitMs, stop, map?.replaced ?? stop);
	} finally {
		map?.close();
	}
}

async function readOnce(
	options: ChangeLoopOptions,
	{ fieldMap, replaced }: FollowedMap,
	onState: (state: ChangeSourceState) => void,
): Promise<void> {
	const { fabric, connector, system, start, stop, hints } = options;
	await connector.runChangeSource(options.connectorContext(), {
		fieldMap,
		start,
		cursor: await fabric.cursor(system),
		commit: async (batch) => {
			await options.lookAtFields(await fabric.mappings.mayHaveDrifted(system, batch.events));
			return (await fabric.accept(system, batch)).accepted;
		},
		hints,
		knowsRecord: async (crmIds, object) => await fabric.knownRecords(system, crmIds, object),
		onState,
		signal: AbortSignal.any([stop, replaced]),
	});
}

/** What has gone wrong since reading last went well. */
class Watch {
	private failures = 0;
	private waiting = false;
	private shown = false;

	constructor(private readonly options: ChangeLoopOptions) {}

	readonly onState = (state: ChangeSourceState): void => {
		const { system, context } = this.options;
		const { logger } = context;
		switch (state.status) {
			case 'running':
				if (this.waiting || this.failures > 0) logger.info(`${system} is being read again`);
				this.failures = 0;
				this.waiting = false;
				this.shown = false;
				return;
			case 'waiting': {
				const level = this.waiting ? 'debug' : 'warn';
				logger[level](
					`${system} cannot be read at the moment and is tried again: ${state.reason}`,
					{
						reason: state.reason,
						retryInMs: state.retryInMs,
					},
				);
				this.waiting = true;
				return;
			}
			case 'gap':
				logger.warn(
					`${system}: changes may have been missed and are being read again: ${state.reason}`,
					{
						reason: state.reason,
					},
				);
		}
	};

	/** Tells of the failure; returns the ms to wait before the next start. */
	failed(error: unknown): number {
		const { context, connector, system } = this.options;
		this.failures += 1;
		const personal = needsPerson(error);
		const waitMs = pauseMs(personal ? PERSON_BACKOFF : FAULT_BACKOFF, this.failures);
		const shown = triggerError(context, connector.displayName, error);
		context.logger.warn(
			`Reading from ${system} stopped and will be started again: ${shown.message}`,
			{
				reason: shown.message,
				retryInMs: Math.round(waitMs),
			},
		);
		if (personal && !this.shown) this.show(shown);
		return waitMs;
	}

	/** Once a streak: a credential that is wrong all night must not fill the list of executions. */
	private show(error: NodeOperationError): void {
		this.shown = true;
		const { context } = this.options;
		// n8n before 2.x has no such function; the log line above is all there is then.
		if (typeof context.saveFailedExecution === 'function') context.saveFailedExecution(error);
	}
}
