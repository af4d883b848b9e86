/** A connector for tests of the hub alone: what it projects is what it is given; it never calls out. */
import type { CanonicalFields } from '../../../lib/model/fields';
import type { FieldMap } from '../../../lib/model/field-map';
import type { Connector } from '../../../lib/connectors/connector';

const FIELDS = ['firstName', 'lastName', 'jobTitle', 'status', 'emails', 'phones', 'tags'];

export const memoryFieldMap: FieldMap = FIELDS.map((field) => ({
	field,
	crmField: field,
	direction: 'both' as const,
}));

const unused = () => Promise.reject(new Error('A memory connector makes no calls.'));

export function memoryConnector(
	kind: string,
	project: (desired: CanonicalFields) => CanonicalFields = (desired) => desired,
): Connector {
	return {
		kind,
		displayName: kind,
		capabilities: {
			changes: 'poll',
			timeResolutionMs: 1,
			rateLimit: null,
			readOnlyFields: [],
			removal: { archive: true, delete: true },
		},
		defaultFieldMap: memoryFieldMap,
		defaultSettings: {},
		check: unused,
		describe: unused,
		runChangeSource: unused,
		// eslint-disable-next-line require-yield -- like everything else here, it makes no calls
		readAll: async function* () {
			await unused();
		},
		isGone: unused,
		toCanonical: (record) => record as CanonicalFields,
		project,
		deliver: unused,
		contacts: {
			get: unused,
			list: unused,
			create: unused,
			update: unused,
			delete: unused,
			findBy: unused,
			matchFields: [],
			listFilters: [],
			idOf: (record) => String(record['id']),
		},
	};
}
