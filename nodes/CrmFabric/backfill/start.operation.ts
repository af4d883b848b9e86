import type { INodeProperties } from 'n8n-workflow';
import { MODES, type Caps, type Mode } from '../../../lib';
import type { ItemOperation, OperationCall } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { progressRow, runOf, runProperty } from './run-property';

const modeProperty: INodeProperties = {
	displayName: 'Load',
	name: 'mode',
	type: 'options',
	options: [
		{
			name: 'All Clients',
			value: 'all',
			description: 'Link and merge those in several CRMs, create the others where they are missing',
		},
		{
			name: 'Only Matched Clients',
			value: 'matched',
			description: 'Link and merge those in several CRMs; create nobody',
		},
		{
			name: 'Only New Clients',
			value: 'new',
			description: 'Create those whom one CRM alone has; leave the others alone',
		},
	],
	default: 'all',
	description: 'Which clients of the plan to load',
};

const capsProperties: INodeProperties[] = [
	{
		displayName: 'Most Creates',
		name: 'mostCreates',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How many records the run may create in each CRM at most. 0: as many as the plan says. Who is left out is created by another plan, or when somebody edits the client.',
	},
	{
		displayName: 'Most Creates per Day',
		name: 'mostCreatesPerDay',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'How many records may be created in each CRM within a day. 0: no limit.',
	},
];

/** A person has seen the plan and approves it. */
export const start: ItemOperation = {
	option: {
		name: 'Start',
		value: 'start',
		description: 'Approve a plan and let it run; the active contact sync carries it out',
		action: 'Start a backfill',
	},
	properties: [runProperty, modeProperty, ...capsProperties, decidedByProperty],

	async forItem(call) {
		const chosen = call.node.getNodeParameter('mode', call.index, 'all');
		const mode: Mode = MODES.find((one) => one === chosen) ?? 'all';
		const caps = await capsOf(call);
		const by = personOf(call, 'decidedBy');
		return [progressRow(await call.fabric.backfill.start(runOf(call), { mode, caps, by }))];
	},
};

async function capsOf({ node, index, fabric }: OperationCall): Promise<Caps> {
	const systems = (await fabric.systems()).map(({ name }) => name);
	const forAll = (name: string) => {
		const most = Math.floor(Number(node.getNodeParameter(name, index, 0)));
		if (!(most > 0)) return undefined;
		return Object.fromEntries(systems.map((system) => [system, most]));
	};
	return { creates: forAll('mostCreates'), createsPerDay: forAll('mostCreatesPerDay') };
}
