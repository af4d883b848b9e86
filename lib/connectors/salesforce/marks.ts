/**
 * What is put into a contact's record beside what Salesforce calls by a name: where AccountContactRelation tells its
 * household. They are never asked for.
 */
const OWN = 'fabric:';
/** Account id, or null. */
export const HOUSEHOLD_MARK = `${OWN}household`;
export const ROLE_MARK = `${OWN}householdRole`;
/** Its relations to households. */
export const RELATIONS_MARK = `${OWN}relations`;

export function isMark(name: string): boolean {
	return name.startsWith(OWN);
}
