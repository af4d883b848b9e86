/** The name by which people know a record: of a client, a household, or the first words of a note. */
import type { CanonicalFields } from './fields';

const MAX_CHARACTERS = 80;

/** At most 80 characters; null: it bears none. */
export function titleOf(fields: CanonicalFields): string | null {
	const { name, subject, text, firstName, lastName, companyName } = fields;
	const person = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
	const whole = [name, subject, person.join(' '), companyName, text];
	const first = whole.find((one) => typeof one === 'string' && one.trim() !== '');
	return typeof first === 'string' ? first.slice(0, MAX_CHARACTERS) : null;
}
