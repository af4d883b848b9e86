/** Marking compares only what has changed (lib/delivery/plan.ts): for that, no field may depend on another one. */
import fc from 'fast-check';
import { connectors } from '../../../lib/connectors';
import { writesOut } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { contact } from './arbitraries';

const pick = (fields: CanonicalFields, names: readonly string[]) =>
	Object.fromEntries(Object.entries(fields).filter(([field]) => names.includes(field)));

test.each([...connectors.values()].map((connector) => [connector.kind, connector] as const))(
	'%s: what becomes of a field depends on that field and the type alone',
	(_kind, { project, defaultFieldMap, defaultSettings }) => {
		// The map as it stands, and with everything that can be written going out.
		const everything = defaultFieldMap.map((one) => ({ ...one, direction: 'both' as const }));
		const fieldMap = fc.constantFrom(defaultFieldMap.filter(writesOut), everything);
		fc.assert(
			fc.property(contact, fc.infiniteStream(fc.boolean()), fieldMap, (desired, chance, map) => {
				const only = Object.keys(desired).filter(() => chance.next().value === true);
				const whole = project(desired, map, defaultSettings);
				const part = project(pick(desired, [...only, 'type']), map, defaultSettings);
				expect(pick(part, only)).toEqual(pick(whole, only));
			}),
			{ numRuns: 500 },
		);
	},
);
