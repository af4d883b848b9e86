import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeHelpers, type INode, type INodeProperties, type INodeType } from 'n8n-workflow';
import { DeliveryTrigger } from '../../../nodes/DeliveryTrigger/DeliveryTrigger.node';
import { RedtailTrigger } from '../../../nodes/RedtailTrigger/RedtailTrigger.node';
import { SalesforceTrigger } from '../../../nodes/SalesforceTrigger/SalesforceTrigger.node';
import { WealthboxTrigger } from '../../../nodes/WealthboxTrigger/WealthboxTrigger.node';
import { readSettings } from '../../../nodes/shared/trigger/settings';
import { connectors } from '../../../lib/connectors';
import { DEFAULT_LIMITS } from '../../../lib/model/delivery';
import { DEFAULT_DRIFT } from '../../../lib/model/mapping';
import { FakeTrigger } from './fake-trigger';

const ROOT = join(__dirname, '../../..');

function nodeOf({ description }: INodeType, parameters: INode['parameters']): INode {
	const { properties, name } = description;
	const node = { id: '1', name, type: name, typeVersion: 1, position: [0, 0] as [number, number] };
	const filled = NodeHelpers.getNodeParameters(
		properties,
		parameters,
		true,
		false,
		{ typeVersion: 1 },
		description,
	);
	return { ...node, parameters: filled ?? {} };
}

/** A value that is not the option's default. */
function otherThan({ type, default: preset, options }: INodeProperties): unknown {
	if (type === 'boolean') return preset !== true;
	if (type === 'number') return Number(preset) + 1;
	const values = (options ?? []).flatMap((one) => ('value' in one ? [one.value] : []));
	return values.find((value) => value !== preset) ?? `${String(preset)}x`;
}

const TRIGGERS = { WealthboxTrigger, RedtailTrigger, SalesforceTrigger, DeliveryTrigger };

describe.each(Object.entries(TRIGGERS))('%s', (className, Trigger) => {
	const trigger: INodeType = new Trigger();
	const { description } = trigger;

	it('needs no more than its credentials', () => {
		const node = nodeOf(trigger, {});
		const issues = NodeHelpers.getNodeParametersIssues(description.properties, node, description);
		expect(issues).toBeNull();
		expect(description.credentials?.map(({ name }) => name)).toContain('crmFabricStoreApi');
	});

	it('has icons and a codex of its own', () => {
		const { icon } = description;
		if (typeof icon !== 'object') throw new Error('light and dark are wanted');
		for (const path of [icon.light, icon.dark]) {
			expect(existsSync(join(ROOT, 'nodes', className, path.replace('file:', '')))).toBe(true);
		}
		const codex = readFileSync(join(ROOT, 'nodes', className, `${className}.node.json`), 'utf8');
		expect(JSON.parse(codex)).toMatchObject({ node: `n8n-nodes-crm-fabric.${description.name}` });
	});
});

describe.each([
	['wealthbox', WealthboxTrigger, 20],
	['redtail', RedtailTrigger, 10],
	['salesforce', SalesforceTrigger, 30],
] as const)('panel of the %s trigger', (kind, Trigger, priority) => {
	const trigger: INodeType = new Trigger();
	const connector = connectors.get(kind);
	if (connector === undefined) throw new Error(kind);

	it("means the connector's defaults when it is left as it is", () => {
		const { parameters } = nodeOf(trigger, {});
		const { functions } = new FakeTrigger({ parameters: parameters as never });
		expect(readSettings(functions, connector)).toEqual({
			registration: {
				name: kind,
				connector: kind,
				priority,
				fieldMap: connector.defaultFieldMap,
				settings: connector.defaultSettings,
				creates: true,
				gonePolicy: 'unlink',
				deletePolicy: 'ignore',
				limits: DEFAULT_LIMITS,
				awaitsLoad: false,
				drift: DEFAULT_DRIFT,
			},
			start: 'everything',
			fieldMap: connector.defaultFieldMap,
			batchSize: 100,
			executionTimeoutMs: 600_000,
			pushes: false,
			schemaEveryMs: 900_000,
		});
	});

	it('changes nothing when an option is added and left at its default', () => {
		const options = trigger.description.properties.find(({ name }) => name === 'options')?.options;
		const entries = (options ?? []).map((option) => [
			option.name,
			'default' in option && option.default,
		]);
		const { functions } = new FakeTrigger({
			parameters: { options: Object.fromEntries(entries) as never },
		});
		const { registration } = readSettings(functions, connector);
		expect(registration).toMatchObject({
			...{ priority, settings: connector.defaultSettings },
			...{ deletePolicy: 'ignore', limits: DEFAULT_LIMITS, drift: DEFAULT_DRIFT },
		});
	});

	it('reaches the connector with every option that is a setting of it', () => {
		const options = trigger.description.properties.find(({ name }) => name === 'options')?.options;
		const offered = ((options ?? []) as INodeProperties[]).filter(
			({ name }) => name in connector.defaultSettings,
		);
		const chosen = Object.fromEntries(offered.map((option) => [option.name, otherThan(option)]));
		const { functions } = new FakeTrigger({ parameters: { options: chosen as never } });
		const { settings } = readSettings(functions, connector).registration;
		expect(settings).toMatchObject(chosen);
		expect(offered.length).toBeGreaterThan(10);
	});
});
