import { salesforce } from '../connectors/salesforce';
import type { SystemRow } from '../model/rows';
import { estimate, type ObjectWrites } from './estimate';

describe('the calls of a plan', () => {
	const writes = { contact: { creates: 401, updates: 200, joins: 0 } };
	const callsWith = (settings: SystemRow['settings'], given: ObjectWrites = writes) => {
		const system = { name: 'salesforce', settings } as SystemRow;
		return estimate({ system, connector: salesforce, writes: given, reading: undefined }).calls;
	};

	it('go by what travels in one call', () => {
		expect(callsWith(salesforce.defaultSettings)).toBe(3 + 2);
	});

	it('go by jobs where many go in bulk, new ones with a key alone', () => {
		const many = { contact: { creates: 20_000, updates: 20_000, joins: 0 } };
		const { defaultSettings } = salesforce;
		// Four jobs, and a look at 2,000 at a time.
		expect(callsWith(defaultSettings, many)).toBe(100 + 10 + 4 * 10);
		const keyed = { ...defaultSettings, externalIdField: 'Fabric_Id__c' };
		expect(callsWith(keyed, many)).toBe(4 * 10 + 10 + 4 * 10);
		expect(callsWith({ ...keyed, bulkAbove: 0 }, many)).toBe(100 + 200);
	});

	it('of other objects go by what travels in one call, read back', () => {
		const tasks = { task: { creates: 401, updates: 200, joins: 0 } };
		expect(callsWith(salesforce.defaultSettings, tasks)).toBe(2 * 3 + 3);
	});

	it('go record by record where nothing travels together', () => {
		expect(callsWith({ ...salesforce.defaultSettings, batchWrites: false })).toBe(401 + 400);
	});
});
