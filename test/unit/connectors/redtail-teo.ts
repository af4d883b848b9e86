/** Redtail with one client, Teo. For tests of the connector over HTTP. */
import { redtail } from '../../../lib/connectors/redtail';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit } from '../../simulators/simulator';
import { PolledWorld } from './polled-world';

export const TEO: PlainEdit = {
	type: 'person',
	firstName: 'Teodor',
	lastName: 'Almqvist',
	jobTitle: 'Surveyor',
	status: 'Active',
	emails: [
		{ address: 'teo@almqvist.example', kind: 'personal', primary: true },
		{ address: 'work@almqvist.example', kind: 'work' },
	],
	phones: [{ number: '2185550177', kind: 'mobile', primary: true }],
	addresses: [{ street: '77 Mill Rd', city: 'Duluth', state: 'MN', kind: 'home', primary: true }],
};

export const world = new PolledWorld(redtail, startRedtailSimulator, [TEO]);

export const { context, firstId, held } = world;
