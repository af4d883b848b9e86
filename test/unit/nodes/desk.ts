/** The CRM Fabric node on a store of its own. */
import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';
import { changeEventSchema, type Fabric, type FieldRule } from '../../../lib';
import { CrmFabric } from '../../../nodes/CrmFabric/CrmFabric.node';
import { fabricWith } from './events';
import { freshStorePath, nodeContext, type NodeRun } from './node-context';

export class Desk {
	readonly node = new CrmFabric();

	private constructor(
		readonly fabric: Fabric,
		readonly path: string,
	) {}

	static async open(): Promise<Desk> {
		const path = freshStorePath();
		return new Desk(await fabricWith(path, 'wealthbox', 'redtail'), path);
	}

	async run(
		resource: string,
		operation: string,
		parameters: Record<string, unknown> = {},
		options: Partial<NodeRun> = {},
	) {
		const all = { resource, operation, ...parameters };
		const { context, hints } = nodeContext({ parameters: all, storePath: this.path, ...options });
		const [items = []] = await this.node.execute.call(context);
		return { items, rows: items.map(({ json }) => json), hints };
	}

	async merge(...items: IDataObject[]): Promise<void> {
		await this.mergeUnder([], ...items);
	}

	async mergeUnder(rules: FieldRule[], ...items: IDataObject[]): Promise<void> {
		const events = items.map((item) => changeEventSchema.parse(item));
		await this.fabric.resolve(events);
		await this.fabric.merge(events, rules);
	}

	/** What the panel's lists are loaded with. */
	loadOptions(parameters: Record<string, unknown> = {}): ILoadOptionsFunctions {
		const { context } = nodeContext({ parameters, storePath: this.path });
		const getCurrentNodeParameter = (name: string) =>
			context.getNodeParameter(name, 0, undefined, { extractValue: true });
		return Object.assign(context, { getCurrentNodeParameter }) as unknown as ILoadOptionsFunctions;
	}
}
