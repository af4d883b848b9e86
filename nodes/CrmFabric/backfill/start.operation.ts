import type { INodeProperties } from 'n8n-workflow';
import {
	isObjectName,
	MODES,
	OBJECTS,
	OBJECT_LABELS,
	type Caps,
	type Mode,
	type PerObject,
} from '../../../lib';
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
			description:
				'Link and merge those in several CRMs, create the others where they are missing, with all that belongs to them',
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
			'How many clients the run may create in each CRM at most. 0: as many as the plan says. Who is left out is created by another plan, or when somebody edits the client.',
	},
	{
		displayName: 'Most Creates per Day',
		name: 'mostCreatesPerDay',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How many clients may be created in each CRM within a day. 0: no limit. What belongs to them follows them.',
	},
	{
		displayName: 'Most Creates of Other Objects',
		name: 'objectCaps',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Limit',
		default: {},
		description:
			'How many households, opportunities, notes, tasks and events the run may create in each CRM at most',
		options: [
			{
				name: 'caps',
				displayName: 'Limit',
				values: [
					{
						displayName: 'Most',
						name: 'most',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 0,
						description: '0: none of them is created',
					},
					{
						displayName: 'Object',
						name: 'object',
						type: 'options',
						options: OBJECTS.filter((object) => object !== 'contact')
							.map((object) => ({ name: OBJECT_LABELS[object], value: object as string }))
							.sort((a, b) => a.name.localeCompare(b.name)),
						default: 'note',
					},
				],
			},
		],
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
	const forAll = (most: number) => Object.fromEntries(systems.map((system) => [system, most]));
	const given = (name: string) => {
		const most = Math.floor(Number(node.getNodeParameter(name, index, 0)));
		return most > 0 ? forAll(most) : undefined;
	};
	const ofContacts = given('mostCreates');
	const creates: PerObject = ofContacts === undefined ? {} : { contact: ofContacts };
	const rows: unknown = node.getNodeParameter('objectCaps.caps', index, []);
	for (const row of Array.isArray(rows) ? rows : []) {
		const { object = '', most = 0 } = row as { object?: string; most?: number };
		if (isObjectName(object) && object !== 'contact')
			creates[object] = forAll(Math.max(0, Math.floor(Number(most))));
	}
	return { creates, createsPerDay: given('mostCreatesPerDay') };
}
