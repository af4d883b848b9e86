/** An address of a list <-> the CRM's fields for its parts. Pure. */
import type { AddressItem } from '../model/fields';
import type { CrmRecord } from './connector';
import { compact, textOf } from './field-codec';

export type AddressPart = 'street' | 'street2' | 'city' | 'state' | 'postalCode' | 'country';

/** The CRM's name of each part. */
export type AddressNames = Readonly<Record<AddressPart, string>>;

function partsOf(names: AddressNames): Array<[AddressPart, string]> {
	return Object.entries(names) as Array<[AddressPart, string]>;
}

/** Parts that say nothing are left out. */
export function readAddress(row: CrmRecord, names: AddressNames): AddressItem {
	return compact(
		Object.fromEntries(partsOf(names).map(([part, name]) => [part, textOf(row[name])])),
	);
}

export function addressBody(item: AddressItem, names: AddressNames): CrmRecord {
	return compact(Object.fromEntries(partsOf(names).map(([part, name]) => [name, item[part]])));
}

/** The parts of `after` that differ from `before`, both bodies; `nothing` takes a part away. */
export function changedParts(
	before: CrmRecord,
	after: CrmRecord,
	names: AddressNames,
	nothing: '' | null,
): CrmRecord {
	const differs = (name: string) => (after[name] ?? '') !== (before[name] ?? '');
	const changed = Object.values(names).filter(differs);
	return Object.fromEntries(changed.map((name) => [name, after[name] ?? nothing]));
}
