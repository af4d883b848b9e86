/** What the invented CRMs can hold: no kinds, no flags; one of them keeps texts in capitals. */
import type { CanonicalFields } from '../../lib/model/fields';
import { memoryConnector } from '../unit/support/memory-connector';
import { emailsOf, SCALARS } from './crm/record';

const holdable = ({ firstName, lastName, ...rest }: CanonicalFields, shouts: boolean) => {
	const emails = emailsOf(rest).map(({ address, formerKeys }) =>
		formerKeys === undefined ? { address } : { address, formerKeys },
	);
	const scalars = SCALARS.filter((field) => field in rest).map((field) => {
		const value = rest[field];
		return [field, shouts && typeof value === 'string' ? value.toUpperCase() : (value ?? null)];
	});
	const fields: CanonicalFields = { ...Object.fromEntries(scalars), emails };
	if (firstName !== undefined) fields['firstName'] = firstName;
	if (lastName !== undefined) fields['lastName'] = lastName;
	return fields;
};

export const CONNECTORS = new Map(
	[
		memoryConnector('plain', (desired) => holdable(desired, false)),
		memoryConnector('shouting', (desired) => holdable(desired, true)),
	].map((connector) => [connector.kind, connector]),
);
