/** The collection Value Forms: fields whose values the CRM holds in another form than the client. */
import { NodeOperationError, type INode, type INodeProperties } from 'n8n-workflow';
import {
	transformSchema,
	TRANSFORM_KINDS,
	type FieldMap,
	type Transform,
	type TransformKind,
} from '../../../lib';
import { fieldProperty } from './directions';
import type { FormField } from './form-field';
import { FORM_NAMES, formFields } from './form-fields';
import { keyOfMapping } from './row-values';

export const FORMS_PARAMETER = 'valueForms';
const LABEL = 'Value Forms';

export interface FormChoice {
	/** The CRM's field, see fieldKey. */
	crmField: string;
	transform: Transform;
}

/** `optionsMethod`: lists the CRM's fields by their keys. */
export function formsProperty(crm: string, optionsMethod: string): INodeProperties {
	const fields = formFields(crm);
	const kinds = [...TRANSFORM_KINDS].sort((a, b) =>
		FORM_NAMES[a].name.localeCompare(FORM_NAMES[b].name),
	);
	return {
		displayName: LABEL,
		name: FORMS_PARAMETER,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Form',
		default: {},
		description: `Fields whose values stand in another form in ${crm}: dates as text, other words for the same values, amounts in cents`,
		options: [
			{
				displayName: 'Field',
				name: 'field',
				values: [
					fieldProperty(optionsMethod),
					{
						displayName: 'Form',
						name: 'kind',
						type: 'options',
						options: kinds.map((kind) => ({ ...FORM_NAMES[kind], value: kind })),
						default: 'picklist',
					},
					...kinds.flatMap((kind) => fields[kind].map((field) => shownOf(kind, field))),
				],
			},
		],
	};
}

/** Two kinds may have a setting of one name: the panel's names bear the kind. */
function shownOf(kind: TransformKind, { onlyIf, ...field }: FormField): INodeProperties {
	const setting = onlyIf && { [parameterName(kind, onlyIf.setting)]: [onlyIf.value] };
	const displayOptions = { show: { kind: [kind], ...setting } };
	return { ...field, name: parameterName(kind, field.name), displayOptions };
}

function parameterName(kind: TransformKind, setting: string): string {
	return `${kind}${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;
}

/** Throws NodeOperationError naming the entry that cannot be used. */
export function formChoices(node: INode, parameter: unknown): FormChoice[] {
	const entries = (parameter as { field?: Array<Record<string, unknown>> } | undefined)?.field;
	return (entries ?? []).flatMap((entry): FormChoice[] => {
		const crmField = typeof entry.crmField === 'string' ? entry.crmField : '';
		return crmField === '' ? [] : [{ crmField, transform: formOf(node, crmField, entry) }];
	});
}

function formOf(node: INode, crmField: string, entry: Record<string, unknown>): Transform {
	const kind = TRANSFORM_KINDS.find((one) => one === entry.kind) ?? 'picklist';
	const settings = formFields('the CRM')[kind].flatMap(({ name }): Array<[string, unknown]> => {
		const value = settingOf(name, entry[parameterName(kind, name)]);
		return value === undefined ? [] : [[name, value]];
	});
	const parsed = transformSchema.safeParse({ kind, ...Object.fromEntries(settings) });
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const setting = formFields('the CRM')[kind].find(({ name }) => name === issue?.path[0]);
	const where = setting === undefined ? '' : `: ${setting.displayName}`;
	throw new NodeOperationError(node, `'${LABEL}' of "${crmField}" cannot be used${where}`, {
		description: `${issue?.message ?? 'A setting is not as it must be'}. Correct it, or remove the entry.`,
	});
}

/** undefined: the setting has not been made, its default counts. */
function settingOf(name: string, value: unknown): unknown {
	if (name === 'values')
		return (value as { row?: Array<Record<string, unknown>> } | undefined)?.row ?? [];
	if (name.endsWith('Words') && typeof value === 'string') {
		const words = value.split(',').map((word) => word.trim());
		return words.filter((word) => word !== '');
	}
	const isUnset = value === '' || (name === 'maxLength' && value === 0) || isAsTheyAre(name, value);
	return isUnset && name !== 'symbol' ? undefined : value;
}

function isAsTheyAre(name: string, value: unknown): boolean {
	return name === 'decimals' && typeof value === 'number' && value < 0;
}

export function withForms(map: FieldMap, choices: readonly FormChoice[]): FieldMap {
	const chosen = new Map(choices.map(({ crmField, transform }) => [crmField, transform]));
	return map.map((mapping) => {
		const transform = chosen.get(keyOfMapping(mapping));
		return transform === undefined ? mapping : { ...mapping, transform };
	});
}
