/** What the panel of a CRM trigger says, read and checked once at the start. */
import { NodeOperationError, type IDataObject, type ITriggerFunctions } from 'n8n-workflow';
import {
	DEFAULT_LIMITS,
	DELETE_POLICIES,
	GONE_POLICIES,
	SYSTEM_NAME,
	type ChangeSourceOptions,
	type Connector,
	type FieldMap,
	type GonePolicy,
	type Json,
	type ObjectName,
	type RunLimits,
	type SystemRegistration,
} from '../../../lib';
import type { CrmKind } from '../authentication';
import { settingsOf } from '../connector-context';
import { directionChoices, DIRECTIONS_PARAMETER } from '../mapping/directions';
import { formChoices, FORMS_PARAMETER } from '../mapping/forms';
import { DEFAULT_SCHEMA_MINUTES, driftOf } from './drift-options';
import { takesPushes } from './push';
import { chosenFieldMap, mapperParameter } from './field-map';
import { MAPPED_OBJECTS_PARAMETER } from './mapping-properties';
import { OBJECT_SETTINGS } from './object-options';
import { readObjects } from './objects';

export interface TriggerSettings {
	registration: SystemRegistration;
	start: ChangeSourceOptions['start'];
	fieldMap: FieldMap;
	/** Events an execution at most. */
	batchSize: number;
	/** The CRM is asked for its fields so often. */
	schemaEveryMs: number;
	executionTimeoutMs: number;
	callsPerMinute?: number;
	/** Signed push calls are accepted. */
	pushes: boolean;
}

/** Higher wins ties; the order of the design's section 3. */
export const DEFAULT_PRIORITY: Record<CrmKind, number> = {
	salesforce: 30,
	wealthbox: 20,
	redtail: 10,
};
export const DEFAULT_BATCH_SIZE = 100;
export const DEFAULT_TIMEOUT_MINUTES = 10;

/** Fields of the options collection that are settings of the connector under the same name. */
const CONNECTOR_SETTINGS = [
	'minPollSeconds',
	'maxPollSeconds',
	'fullScanMinutes',
	'channel',
	'apiVersion',
	'externalIdField',
	'archiveField',
	'archiveValue',
	'unarchiveValue',
	'archiveIsRemoval',
	'batchWrites',
	'bulkReadAbove',
	'bulkAbove',
	'newPersons',
	'personAccountRecordType',
	'personAccounts',
	'companyFromAccount',
	'unknownPicklistValue',
	...OBJECT_SETTINGS,
];

const LEAST_SCHEMA_MS = 500;

type Options = Record<string, unknown>;

/** Throws NodeOperationError naming the field of the panel that cannot be used. */
export function readSettings(context: ITriggerFunctions, connector: Connector): TriggerSettings {
	const options = context.getNodeParameter('options', {}) as Options;
	const start = context.getNodeParameter('start', 'everything');
	const name = readName(context, connector.kind);
	const objects = readObjects(context, connector);
	const fieldMap = readFieldMap(context, connector, objects);
	const callsPerMinute = numberOf(options.callsPerMinute, 0);
	const settings = settingsOf(connector, {
		settings: { ...connectorSettings(context, options), objects },
		callsPerMinute,
	});
	requirePollOrder(context, settings);
	return {
		registration: {
			name,
			connector: connector.kind,
			priority: numberOf(options.priority, DEFAULT_PRIORITY[connector.kind as CrmKind] ?? 0),
			fieldMap,
			settings,
			creates: options.creates !== false,
			gonePolicy: goneOf(options.gonePolicy),
			deletePolicy: DELETE_POLICIES.find((policy) => policy === options.deletePolicy) ?? 'ignore',
			limits: limitsOf(options),
			awaitsLoad: start === 'load',
			drift: driftOf(options),
		},
		start: start === 'everything' ? 'everything' : 'now',
		fieldMap,
		schemaEveryMs: Math.max(
			LEAST_SCHEMA_MS,
			numberOf(options.schemaMinutes, DEFAULT_SCHEMA_MINUTES) * 60_000,
		),
		batchSize: atLeastOne(options.batchSize, DEFAULT_BATCH_SIZE),
		executionTimeoutMs:
			atLeastOne(options.executionTimeoutMinutes, DEFAULT_TIMEOUT_MINUTES) * 60_000,
		...(callsPerMinute > 0 && { callsPerMinute }),
		pushes: takesPushes(context.getNodeParameter('options', {}) as IDataObject),
	};
}

function readName(context: ITriggerFunctions, kind: string): string {
	const name = String(context.getNodeParameter('system', kind) ?? '').trim();
	if (SYSTEM_NAME.test(name)) return name;
	throw new NodeOperationError(context.getNode(), `'System Name' cannot be "${name}"`, {
		description:
			'Take a short name of lower-case letters, digits, - and _ that begins with a letter, such as wealthbox or salesforce-east.',
	});
}

function readFieldMap(
	context: ITriggerFunctions,
	connector: Connector,
	objects: ObjectName[],
): FieldMap {
	const isCustom = context.getNodeParameter('fieldMapping', 'default') === 'custom';
	const given = context.getNodeParameter(MAPPED_OBJECTS_PARAMETER, ['contact']) as unknown;
	const mapped = objects.filter((one) => isCustom && Array.isArray(given) && given.includes(one));
	const rowsOf = (object: ObjectName) => context.getNodeParameter(mapperParameter(object), {});
	return chosenFieldMap(context, {
		...{ connector, objects },
		rows: new Map(mapped.map((object) => [object, rowsOf(object)])),
		directions: directionChoices(context.getNodeParameter(DIRECTIONS_PARAMETER, {})),
		forms: formChoices(context.getNode(), context.getNodeParameter(FORMS_PARAMETER, {})),
	});
}

function connectorSettings(context: ITriggerFunctions, options: Options): Record<string, Json> {
	const settings: Record<string, Json> = { ...readJson(context, options.connectorSettings) };
	for (const name of CONNECTOR_SETTINGS) {
		const value = options[name];
		if (typeof value === 'string') settings[name] = value.trim();
		else if (typeof value === 'boolean') settings[name] = value;
		else if (typeof value === 'number' && Number.isFinite(value)) settings[name] = value;
	}
	return settings;
}

function readJson(context: ITriggerFunctions, value: unknown): Record<string, Json> {
	if (value === undefined || value === null || value === '') return {};
	try {
		const parsed = (typeof value === 'string' ? JSON.parse(value) : value) as unknown;
		if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
			return parsed as Record<string, Json>;
		}
	} catch {
		// Told below.
	}
	throw new NodeOperationError(context.getNode(), "'Connector Settings' is not a JSON object", {
		description: 'Enter something like { "overlapSeconds": 300 }, or remove the option.',
	});
}

function requirePollOrder(context: ITriggerFunctions, settings: Record<string, Json>): void {
	const { minPollSeconds: least, maxPollSeconds: most } = settings;
	if (typeof least !== 'number' || typeof most !== 'number') return;
	if (least > 0 && least <= most) return;
	throw new NodeOperationError(
		context.getNode(),
		"'Poll Every (Busy)' must be above 0 and not above 'Poll Every (Quiet)'",
		{ description: `They are ${least} and ${most} seconds. Change one of them.` },
	);
}

function goneOf(value: unknown): GonePolicy {
	return GONE_POLICIES.find((policy) => policy === value) ?? 'unlink';
}

/** An option that was not added is its default, as the panel shows it. */
function limitsOf({ mostCreates, mostChanges, mostRemovals }: Options): RunLimits {
	const atLeastZero = (value: unknown, otherwise: number) =>
		Math.max(0, Math.floor(numberOf(value, otherwise)));
	return {
		creates: atLeastZero(mostCreates, DEFAULT_LIMITS.creates),
		changes: atLeastZero(mostChanges, DEFAULT_LIMITS.changes),
		removals: atLeastZero(mostRemovals, DEFAULT_LIMITS.removals),
	};
}

function numberOf(value: unknown, otherwise: number): number {
	const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
	return value !== '' && Number.isFinite(number) ? number : otherwise;
}

function atLeastOne(value: unknown, otherwise: number): number {
	return Math.max(1, Math.floor(numberOf(value, otherwise)));
}
