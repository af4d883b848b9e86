/** How likely is it that a record and an entity are the same client? With the reasons, field by field. */
import { canonicalScalar } from '../model/canonical';
import type { CanonicalFields } from '../model/fields';
import type { Evidence } from '../model/rows';
import { emailKeys, externalKeys, phoneKeys } from './keys';
import { mayBeRelatives, nameSimilarity } from './names';

export interface Profile {
	fields: CanonicalFields;
	externalKeys: Record<string, string>;
}

export interface Thresholds {
	/** At or above: linked by itself. */
	link: number;
	/** At or above: a person is asked. Below: another client. */
	review: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = { link: 0.85, review: 0.5 };

/** What an agreement adds: the chance that it is no accident. */
const WEIGHTS = { external: 0.97, email: 0.8, phone: 0.65, birthDate: 0.7 } as const;
/** How high a score may go at most when something speaks against it. */
const CAPS = {
	otherName: 0.7,
	/** Below the default for linking: a shared e-mail and phone prove nothing inside a family. */
	relatives: 0.84,
	otherNameSamePhone: 0.4,
	otherBirthDate: 0.7,
	/** Namesakes: nothing but the name speaks for it, and the birth date against it. */
	otherBirthDateNameOnly: 0.4,
	otherExternalKey: 0.4,
} as const;

type FieldEvidence = Evidence['fields'][number];

export function score(record: Profile, entity: Profile): Evidence {
	const [type, otherType] = [record.fields.type, entity.fields.type];
	if (type && otherType && type !== otherType) {
		return { by: 'type', score: 0, fields: [{ field: 'type', agreement: 'differs', weight: 0 }] };
	}
	const fields: FieldEvidence[] = [];
	const caps: number[] = [1];
	compareExternal(record, entity, fields, caps);
	const email = compareKeys(
		'emails',
		emailKeys(record.fields),
		emailKeys(entity.fields),
		WEIGHTS.email,
		fields,
	);
	const phone = compareKeys(
		'phones',
		phoneKeys(record.fields),
		phoneKeys(entity.fields),
		WEIGHTS.phone,
		fields,
	);
	const strong =
		email || fields.some(({ field, weight }) => field === 'externalKeys' && weight > 0);
	compareNames(record, entity, strong, fields, caps);
	const sameBirthDate = compareBirthDate(record, entity, fields, caps);
	if (!sameBirthDate && mayBeRelatives(record.fields, entity.fields)) caps.push(CAPS.relatives);
	const disbelief = fields.reduce((rest, { weight }) => rest * (1 - weight), 1);
	const total = Math.min(1 - disbelief, ...caps);
	return { by: strongest(fields, email, phone), score: Math.round(total * 1000) / 1000, fields };
}

function strongest(fields: FieldEvidence[], email: boolean, phone: boolean): string {
	if (fields.some(({ field, weight }) => field === 'externalKeys' && weight > 0))
		return 'external-key';
	if (email) return 'email';
	return phone ? 'phone' : 'name';
}

function compareExternal(
	record: Profile,
	entity: Profile,
	fields: FieldEvidence[],
	caps: number[],
): void {
	const others = new Set(externalKeys(entity.externalKeys));
	const shared = externalKeys(record.externalKeys).filter((key) => others.has(key));
	if (shared.length > 0) {
		fields.push({ field: 'externalKeys', agreement: 'same key', weight: WEIGHTS.external });
		return;
	}
	const sameIssuer = Object.keys(record.externalKeys).some(
		(issuer) => issuer in entity.externalKeys,
	);
	if (!sameIssuer) return;
	fields.push({ field: 'externalKeys', agreement: 'other key of the same issuer', weight: 0 });
	caps.push(CAPS.otherExternalKey);
}

function compareKeys(
	field: string,
	mine: string[],
	theirs: string[],
	weight: number,
	fields: FieldEvidence[],
): boolean {
	if (mine.length === 0 || theirs.length === 0) return false;
	const shared = mine.some((key) => theirs.includes(key));
	fields.push({
		field,
		agreement: shared ? 'one in common' : 'none in common',
		weight: shared ? weight : 0,
	});
	return shared;
}

function compareNames(
	record: Profile,
	entity: Profile,
	strong: boolean,
	fields: FieldEvidence[],
	caps: number[],
): void {
	const similarity = nameSimilarity(record.fields, entity.fields);
	if (similarity === undefined) return;
	const weight = similarity >= 0.9 ? 0.6 : similarity >= 0.75 ? 0.45 : similarity >= 0.5 ? 0.2 : 0;
	fields.push({ field: 'names', agreement: `${Math.round(similarity * 100)} % alike`, weight });
	if (similarity < 0.75) caps.push(strong ? CAPS.otherName : CAPS.otherNameSamePhone);
}

function compareBirthDate(
	record: Profile,
	entity: Profile,
	fields: FieldEvidence[],
	caps: number[],
): boolean {
	const [mine, theirs] = [record.fields.birthDate, entity.fields.birthDate];
	if (!mine || !theirs) return false;
	const equal = canonicalScalar(mine as string) === canonicalScalar(theirs as string);
	fields.push({
		field: 'birthDate',
		agreement: equal ? 'same' : 'differs',
		weight: equal ? WEIGHTS.birthDate : 0,
	});
	const strong = fields.some(({ field, weight }) => field !== 'names' && weight > 0);
	if (!equal) caps.push(strong ? CAPS.otherBirthDate : CAPS.otherBirthDateNameOnly);
	return equal;
}
