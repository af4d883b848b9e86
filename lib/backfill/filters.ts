/** Conditions on records: a client, or a note, is loaded only if each of its records fits those of its system. Pure. */
import { canonicalText } from '../model/canonical-text';
import type { CanonicalFields, FieldValue } from '../model/fields';
import type { ObjectName } from '../model/objects';
import type { Filter } from './report';

export function fits(
	filters: readonly Filter[],
	{ system, object, fields }: { system: string; object: ObjectName; fields: CanonicalFields },
): boolean {
	return filters
		.filter((filter) => filter.system === system && (filter.object ?? 'contact') === object)
		.every((filter) => holds(filter, fields[filter.field]));
}

function holds({ is, value = '' }: Filter, field: FieldValue | undefined): boolean {
	const texts = textsOf(field);
	const wanted = folded(value);
	switch (is) {
		case 'empty':
			return texts.length === 0;
		case 'notEmpty':
			return texts.length > 0;
		case 'equal':
			return texts.includes(wanted);
		case 'notEqual':
			return !texts.includes(wanted);
		case 'contains':
			return texts.some((text) => text.includes(wanted));
		case 'before':
			return texts.some((text) => text.slice(0, wanted.length) < wanted);
		case 'after':
			return texts.some((text) => text.slice(0, wanted.length) > wanted);
	}
}

/** A list is searched entry by entry: each tag, each e-mail address. */
function textsOf(field: FieldValue | undefined): string[] {
	if (field === undefined || field === null) return [];
	const all = Array.isArray(field) ? field.flatMap((item) => Object.values(item)) : [field];
	return all
		.filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
		.map((value) => folded(String(value)))
		.filter((text) => text !== '');
}

function folded(text: string): string {
	return canonicalText(text).toLowerCase();
}
