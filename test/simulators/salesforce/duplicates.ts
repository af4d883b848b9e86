/** The org's duplicate rule: no two contacts with one e-mail address (switch `duplicateRule`). */
import { SalesforceError } from './errors';
import type { Org } from './org';
import type { ObjectDef, Value } from './schema';
import type { Row } from './store';

const MESSAGE = 'A client with this e-mail exists.';

/** Throws DUPLICATES_DETECTED; an `alert` rule can be overridden with allowSave, a `block` rule cannot. */
export function duplicateCheck(
	org: Org,
	object: ObjectDef,
	values: Record<string, Value>,
	allowSave: boolean,
	ownId?: string,
): void {
	const { duplicateRule } = org.switches;
	const email = values['Email'];
	if (duplicateRule === 'off' || object.name !== 'Contact' || typeof email !== 'string') return;
	if (duplicateRule === 'alert' && allowSave) return;
	const matches = org.store
		.all(object)
		.filter((row) => row.deletedAt === null && row.id !== ownId && hasEmail(row, email));
	if (matches.length === 0) return;
	const result = { ...describeMatches(matches), allowSave: duplicateRule === 'alert' };
	throw new SalesforceError(400, 'DUPLICATES_DETECTED', MESSAGE, undefined, {
		[org.switches.duplicateResultKey]: result,
	});
}

function hasEmail(row: Row, email: string): boolean {
	return String(row.values['Email'] ?? '').toLowerCase() === email.toLowerCase();
}

function describeMatches(matches: Row[]) {
	return {
		duplicateRule: 'Client_Email_Rule',
		duplicateRuleEntityType: 'Contact',
		errorMessage: MESSAGE,
		matchResults: [
			{
				entityType: 'Contact',
				errors: [],
				matchEngine: 'ExactMatchEngine',
				matchRecords: matches.map(({ id }) => ({
					additionalInformation: [],
					fieldDiffs: [],
					matchConfidence: 100,
					record: { attributes: { type: 'Contact' }, Id: id },
				})),
				rule: 'Client_Email_Match',
				size: matches.length,
				success: true,
			},
		],
	};
}
