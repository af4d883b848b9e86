/** Panel field that chooses one row of the desk: from a list, or by its number. */
import type { INodeProperties } from 'n8n-workflow';

export interface RowKind {
	displayName: string;
	name: string;
	/** As in `Select a review...`. */
	singular: string;
	/** The method that lists them. */
	searchListMethod: string;
	/** A number such as they have. */
	example: string;
}

export function rowLocator(row: RowKind): INodeProperties {
	const { displayName, name, singular, searchListMethod, example } = row;
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select ${singular}...`,
				typeOptions: { searchListMethod, searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: `e.g. ${example}` },
		],
	};
}
