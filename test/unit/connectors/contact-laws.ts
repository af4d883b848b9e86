/** What holds of every contact that a connector projects, whatever the CRM. */
import fc from 'fast-check';
import { sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import { contact } from './arbitraries';

/** `readBack`: what is read of a record made with these values. */
export function testContactLaws(
	project: (desired: CanonicalFields) => CanonicalFields,
	readBack: (projected: CanonicalFields) => CanonicalFields,
): void {
	test('what is written reads back as it was projected', () => {
		fc.assert(
			fc.property(contact, (desired) => {
				const projected = project(desired);
				const read = readBack(projected);
				const lost = Object.keys(projected).filter(
					(field) => !sameValue(field, projected[field] ?? null, read[field]),
				);
				expect(lost).toEqual([]);
			}),
			{ numRuns: 300 },
		);
	});

	test('projecting twice is projecting once', () => {
		fc.assert(
			fc.property(contact, (desired) => {
				const once = project(desired);
				expect(project(once)).toEqual(once);
			}),
		);
	});
}
