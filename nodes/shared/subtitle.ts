import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/**
 * What stands under a node's name on the canvas, in the words of its panel: `Review: Get Many`. An
 * expression that n8n's editor evaluates with the node's parameters.
 */
export function resourceSubtitle(properties: INodeProperties[]): string {
	const resources = choicesOf(properties.find(({ name }) => name === 'resource'));
	const words = properties
		.filter(({ name }) => name === 'operation')
		.flatMap((operation) =>
			resources
				.filter(({ value }) => isShownFor(operation, value))
				.flatMap((resource) =>
					choicesOf(operation).map(({ name, value }) => [
						`${resource.value}/${value}`,
						`${resource.name}: ${name}`,
					]),
				),
		);
	const table = JSON.stringify(Object.fromEntries(words));
	return `={{ (${table})[$parameter["resource"] + "/" + $parameter["operation"]] }}`;
}

/** An object literal for an expression: a choice's value and its words in the panel. */
export function wordsOf(choices: INodePropertyOptions[]): string {
	return JSON.stringify(Object.fromEntries(choices.map(({ name, value }) => [value, name])));
}

function choicesOf(property: INodeProperties | undefined): INodePropertyOptions[] {
	return (property?.options ?? []).filter((option) => 'value' in option);
}

function isShownFor({ displayOptions }: INodeProperties, resource: unknown): boolean {
	const shown: unknown[] = displayOptions?.show?.resource ?? [];
	return shown.includes(resource);
}
