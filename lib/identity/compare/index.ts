/** Two records, field by field. Pure; a pair costs some tens of microseconds. */
import { compareAddresses } from './addresses';
import { compareBirthDates } from './birth-date';
import type { Comparison, Profile } from './comparison';
import { compareContactPoints } from './contact-points';
import { compareIdentifiers } from './identifiers';
import { compareNames } from './names';
import { compareOrganisations } from './organisations';

export function compareProfiles(a: Profile, b: Profile): Comparison[] {
	return [
		...compareIdentifiers(a, b),
		...compareContactPoints(a.fields, b.fields),
		...compareNames(a.fields, b.fields),
		...compareOrganisations(a.fields, b.fields),
		...compareBirthDates(a.fields, b.fields),
		...compareAddresses(a.fields, b.fields),
	];
}
