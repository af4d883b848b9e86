import { salesforce } from '../connectors/salesforce';
import type { SystemRow } from '../model/rows';
import { estimate } from './estimate';

describe('the calls of a plan', () => {
	const writes = { creates: 401, updates: 200 };
	const callsWith = (settings: SystemRow['settings']) => {
		const system = { name: 'salesforce', settings } as SystemRow;
		return estimate({ system, connector: salesforce, writes, reading: undefined }).calls;
	};

	it('go by what travels in one call', () => {
		expect(callsWith(salesforce.defaultSettings)).toBe(3 + 2);
	});

	it('go record by record where nothing travels together', () => {
		expect(callsWith({ ...salesforce.defaultSettings, batchWrites: false })).toBe(401 + 400);
	});
});
