/** One setting of a form of values in the panel. */
import type { INodeProperties } from 'n8n-workflow';

export interface FormField extends Omit<INodeProperties, 'displayOptions'> {
	/** Shown only where another setting of the form has this value. */
	onlyIf?: { setting: string; value: string };
}

export function oneOf(
	displayName: string,
	name: string,
	choices: ReadonlyArray<[name: string, value: string]>,
	usual: string,
): FormField {
	const options = choices.map(([label, value]) => ({ name: label, value }));
	return { displayName, name, type: 'options', options, default: usual };
}
