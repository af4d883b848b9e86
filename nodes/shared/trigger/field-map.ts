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

/** A row's value is a fabric field, and a direction where it is not the usual one: `firstName`, `status|in`. */
export const ROW_SEPARATOR = '|';

export function rowValue(mapping: Pick<FieldMapping, 'field' | 'direction'>): string {
	const { field, direction } = mapping;
	return direction === 'both' ? field : `${field}${ROW_SEPARATOR}${direction}`;
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
	return filled.map(([crmField, target]) => readRow(context, crmField, String(target)));
}

function readRow(context: ITriggerFunctions, crmField: string, target: string): FieldMapping {
	const [field = '', given = 'both'] = target.split(ROW_SEPARATOR);
	const direction = DIRECTIONS.find((known) => known === given);
	if (direction !== undefined && isFieldName(baseField(field)))
		return { field, crmField, direction };
	throw new NodeOperationError(
		context.getNode(),
		`'Custom Field Mapping' gives the CRM field "${crmField}" the unknown fabric field "${target}"`,
		{ description: 'Choose a field from the list, or name a custom one custom.<key>.' },
	);
}
