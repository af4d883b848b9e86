/**
 * n8n's editor (2.40) cuts a long label of an option off, and with it the unit: after some 30 characters,
 * of a text field, which has one more button beside its label, after some 24.
 */
import { join } from 'node:path';
import type { INodeProperties, INodeType } from 'n8n-workflow';
import { n8n } from '../../../package.json';

const ROOT = join(__dirname, '..', '..', '..');
const SHOWN_CHARACTERS = 30;
const SHOWN_OF_TEXT_FIELD = 24;

async function nodeAt(path: string): Promise<INodeType> {
	const source = join(ROOT, path.replace(/^dist\//, '').replace(/\.js$/, ''));
	const classes = (await import(source)) as Record<string, new () => INodeType>;
	const [NodeClass] = Object.values(classes);
	if (NodeClass === undefined) throw new Error(`${path} holds no node.`);
	return new NodeClass();
}

/** The fields that stand inside a collection, however deep. */
function inner({ options = [] }: INodeProperties): INodeProperties[] {
	const own = options.flatMap((option) => {
		if ('values' in option) return option.values;
		return 'type' in option ? [option] : [];
	});
	return [...own, ...own.flatMap(inner)];
}

it.each(n8n.nodes)('%s: no label of an option is cut off', async (path) => {
	const { description } = await nodeAt(path);
	const cut = description.properties.flatMap(inner).filter(({ displayName, type }) => {
		const room = type === 'string' ? SHOWN_OF_TEXT_FIELD : SHOWN_CHARACTERS;
		return displayName.length > room;
	});
	expect(cut.map(({ displayName }) => displayName)).toEqual([]);
});
