/**
 * The three CRM triggers: long-running, a loop from the CRM to the inbox and one from the inbox to
 * the canvas. What must not be lost is in the store; nothing is in n8n's static data.
 */
import { NodeOperationError, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';
import {
	ChangeHints,
	HttpFailure,
	objectsOf,
	type Connector,
	type ConnectorContext,
	type Fabric,
} from '../../lib';
import { credentialTypeOf, type CrmKind } from './authentication';
import { connectorContext, sleep } from './connector-context';
import { runChanges } from './trigger/change-loop';
import { closeWithin } from './trigger/closing';
import { runEmission } from './trigger/emission-loop';
import { needsPerson, triggerError } from './trigger/failures';
import { runHints } from './trigger/hint-loop';
import { claimSystem } from './trigger/running';
import { sampleItems } from './trigger/sample';
import { SchemaWatch } from './trigger/schema-watch';
import { readSettings, type TriggerSettings } from './trigger/settings';

interface Parts {
	context: ITriggerFunctions;
	fabric: Fabric;
	connector: Connector;
	settings: TriggerSettings;
	connectTo: () => ConnectorContext;
}

/** Throws NodeOperationError if only a person can mend what hinders the start, so that activation fails visibly. */
export async function startCrmTrigger(
	context: ITriggerFunctions,
	kind: CrmKind,
	fabric: Fabric,
): Promise<ITriggerResponse> {
	const connector = fabric.connector(kind);
	const settings = readSettings(context, connector);
	const { name: system, settings: connectorSettings } = settings.registration;
	const connectTo = () =>
		connectorContext({
			caller: context,
			connector,
			credentialType: credentialTypeOf(context, kind),
			system,
			settings: connectorSettings,
			callsPerMinute: settings.callsPerMinute,
			budgets: fabric.budgets,
		});
	const parts: Parts = { context, fabric, connector, settings, connectTo };
	if (context.getMode() === 'manual')
		return { manualTriggerFunction: async () => await emitSample(parts) };
	return await startLoops(parts);
}

async function emitSample({ context, connector, settings, connectTo }: Parts): Promise<void> {
	try {
		context.emit([await sampleItems(connector, connectTo(), settings.fieldMap)]);
	} catch (error) {
		throw triggerError(context, connector.displayName, error);
	}
}

async function startLoops(parts: Parts): Promise<ITriggerResponse> {
	const { context, fabric, connector, settings } = parts;
	const { name: system } = settings.registration;
	await requireSameCrm(parts);
	const controller = new AbortController();
	const { signal: stop } = controller;
	const release = await claimSystem(context, fabric, system, async () => await close());
	let work: Promise<unknown> = Promise.resolve();
	const close = async () => {
		await closeWithin(controller, work);
		release();
	};
	try {
		await check(parts);
		const { replaced } = await fabric.registerSystem(settings.registration);
		await tellOfMappings(parts, replaced);
		await fabric.recoverEvents(system);
	} catch (error) {
		release();
		throw triggerError(context, connector.displayName, error);
	}
	const { fieldMap, start, batchSize, executionTimeoutMs, schemaEveryMs: everyMs } = settings;
	const { connectTo } = parts;
	const common = { context, fabric, connector, connectorContext: connectTo, system, stop };
	const watch = new SchemaWatch({ ...common, everyMs });
	const lookAtFields = async (oddEvents?: readonly string[]) =>
		await (oddEvents === undefined ? watch.look() : watch.doubt(oddEvents));
	const hints = settings.pushes ? new ChangeHints() : undefined;
	const emission = { context, fabric, system, batchSize, executionTimeoutMs, stop };
	work = Promise.all([
		runChanges({ ...common, fieldMap, start, lookAtFields, hints }),
		runEmission(emission),
		watch.run(),
		...(hints === undefined ? [] : [runHints({ context, fabric, system, hints, stop })]),
	]);
	return { closeFunction: close };
}

/** n8n shows no hints of a trigger: its log says where the panel and the mappings in force differ. */
async function tellOfMappings(
	{ context, fabric, settings }: Parts,
	replaced: readonly string[],
): Promise<void> {
	const { name: system, fieldMap } = settings.registration;
	for (const sentence of replaced) context.logger.warn(`${system}: ${sentence}`);
	for (const object of objectsOf(fieldMap)) {
		const { sentence } = await fabric.mappings.besidePanel({ system, object });
		if (sentence !== null) context.logger.warn(`${system}: ${sentence}`);
	}
}

/** A name given to another CRM's account would mix two accounts' records. */
async function requireSameCrm({ context, fabric, connector, settings }: Parts): Promise<void> {
	const { name } = settings.registration;
	const known = (await fabric.systems()).find((system) => system.name === name);
	if (known === undefined || known.connector === connector.kind) return;
	throw new NodeOperationError(
		context.getNode(),
		`'System Name' "${name}" belongs to a ${known.connector} account already`,
		{ description: 'Give this account another name.' },
	);
}

/** An activation must not hang on a CRM that does not answer. */
const CHECK_LIMIT_MS = 10_000;

/** Throws what only a person can mend. A CRM that cannot be reached right now is read later. */
async function check({ context, connector, connectTo, settings }: Parts): Promise<void> {
	const ended = new AbortController();
	const tooLong = sleep(CHECK_LIMIT_MS, ended.signal).then(() => {
		throw new HttpFailure('the CRM did not answer in time', 'timeout');
	});
	tooLong.catch(() => {});
	try {
		await Promise.race([connector.check(connectTo()), tooLong]);
	} catch (error) {
		if (needsPerson(error)) throw triggerError(context, connector.displayName, error);
		context.logger.warn(`${settings.registration.name} cannot be reached; it will be tried again`, {
			reason: error instanceof Error ? error.message : String(error),
		});
	} finally {
		ended.abort();
	}
}
