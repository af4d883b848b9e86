/** The field map as the panel gives it: the connector's default or the user's rows, then directions. */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import {
	baseField,
	DIRECTIONS,
	isFieldName,
	type Connector,
	type Direction,
	type FieldMap,
	type FieldMapping,
} from '../../../lib';

export type { Direction };

export interface DirectionChoice {
	/** The CRM's name of the field. */
	crmField: string;
	direction: Direction;
}

export interface FieldMapChoice {
	connector: Connector;
	/** Value of the resource mapper; absent: the default map. */
	rows?: unknown;
	directions: readonly DirectionChoice[];
}

/**
 * A row's value is a fabric field, and a direction where it is not the usual one: `firstName`,
 * `status|in`. A CRM field that stands for two (Redtail's company name) has both: `companyName,name`.
 */
const DIRECTION_MARK = '|';
export const FIELD_MARK = ',';

export function rowValue(field: string, direction: Direction): string {
	return direction === 'both' ? field : `${field}${DIRECTION_MARK}${direction}`;
}

/** Throws NodeOperationError naming the row that cannot be used. */
export function chosenFieldMap(context: ITriggerFunctions, choice: FieldMapChoice): FieldMap {
	const { connector, rows, directions } = choice;
	const map = rows === undefined ? connector.defaultFieldMap : readRows(context, rows);
	const chosen = new Map(directions.map(({ crmField, direction }) => [crmField, direction]));
	return map.map((mapping) => ({
		...mapping,
		direction: chosen.get(mapping.crmField) ?? mapping.direction,
	}));
}

function readRows(context: ITriggerFunctions, rows: unknown): FieldMap {
	const value = typeof rows === 'object' && rows !== null && 'value' in rows ? rows.value : null;
	const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
	const filled = entries.filter(([, target]) => typeof target === 'string' && target !== '');
	if (filled.length === 0) {
		throw new NodeOperationError(context.getNode(), "'Custom Field Mapping' maps no field", {
			description:
				"Choose a fabric field for at least one CRM field, or set 'Field Mapping' to Default.",
		});
	}
	return filled.flatMap(([crmField, target]) => readRow(context, crmField, String(target)));
}

function readRow(context: ITriggerFunctions, crmField: string, target: string): FieldMapping[] {
	const [names = '', given = 'both'] = target.split(DIRECTION_MARK);
	const fields = names.split(FIELD_MARK).map((name) => name.trim());
	const direction = DIRECTIONS.find((known) => known === given);
	if (direction !== undefined && fields.every((field) => isFieldName(baseField(field)))) {
		return fields.map((field) => ({ field, crmField, direction }));
	}
	throw new NodeOperationError(
		context.getNode(),
		`'Custom Field Mapping' gives the CRM field "${crmField}" the unknown fabric field "${target}"`,
		{ description: 'Choose a field from the list, or name a custom one custom.<key>.' },
	);
}
